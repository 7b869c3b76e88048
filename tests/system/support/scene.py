"""The frame around every test: a report, a folder, processes that end with it, and evidence when something failed."""

import pathlib
import shutil
import signal
import sys
import tempfile
import traceback

from processes import Deadline, NoProgress, Processes

LOG_TAIL = 60


class Report:
    """One line a check, and the sum."""

    def __init__(self):
        self.passed = 0
        self.failed = 0

    def check(self, what, good, found=""):
        self.passed += bool(good)
        self.failed += not good
        print(f"{'ok    ' if good else 'FAILED'} {what}{f' ({found})' if found else ''}", flush=True)
        return bool(good)

    def note(self, text):
        """Something worth reading that is no check."""
        print(f"       {text}", flush=True)


class Scene:
    """What a test is given: the program, a place to report, a folder of its own, and one deadline."""

    def __init__(self, sealane, run, processes, report, seconds):
        self.sealane = sealane
        self.run = run
        self.start = processes.start
        self.report = report
        self.check = report.check
        self.note = report.note
        self.deadline = Deadline(seconds)
        self.wait = self.deadline.wait
        self.evidence = []  # called after a failure, while the processes still run


def show_logs(run):
    for log in sorted(run.glob("*.log")):
        lines = log.read_text(errors="replace").splitlines()
        print(f"---- end of {log.name}, {len(lines)} lines in all", *lines[-LOG_TAIL:], sep="\n")


def run_test(name, play, seconds):
    """Plays `play(scene)` for the program of the first argument; returns the exit code."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda received, _: sys.exit(128 + received))
    run = pathlib.Path(tempfile.mkdtemp(prefix=f"sealane-{name}-"))
    run.chmod(0o755)
    report = Report()
    try:
        with Processes(run) as processes:
            scene = Scene(sys.argv[1], run, processes, report, seconds)
            try:
                play(scene)
            except (NoProgress, OSError) as trouble:
                traceback.print_exc()
                report.check("the test comes to its end", False, str(trouble))
            if report.failed:
                for show in scene.evidence:
                    show()
                show_logs(run)
    finally:
        shutil.rmtree(run, ignore_errors=True)
    print(f"{report.passed} passed, {report.failed} failed")
    return 1 if report.failed or not report.passed else 0
