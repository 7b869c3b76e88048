"""Processes that can't outlive a test, tools that must answer, and the one deadline of all waits."""

import ctypes
import pathlib
import signal
import subprocess
import time

POLL_S = 0.05
TOOL_TIMEOUT_S = 30
PATIENCE_S = 20  # what has not happened by then does not happen; no bar, for others use the processors too
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)


class NoProgress(Exception):
    """What was waited for can't come any more, or did not come in time."""


def die_with_parent():
    """Even SIGKILL for the test then leaves nothing behind."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def run_text(command, timeout=TOOL_TIMEOUT_S):
    command = [str(word) for word in command]
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False,
                              stdin=subprocess.DEVNULL, preexec_fn=die_with_parent)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, -1, "", f"no answer in {timeout} s")


def must(*command):
    done = run_text(command)
    if done.returncode != 0:
        words = " ".join(str(word) for word in command)
        raise NoProgress(f"{words}: {done.stderr.strip() or f'exit {done.returncode}'}")
    return done.stdout


class Deadline:
    """One time limit for all waits together; every wait is for a condition."""

    def __init__(self, seconds):
        self.seconds = seconds
        self.end = time.monotonic() + seconds

    def wait(self, what, condition, alive=()):
        while not condition():
            for started in alive:
                if started.exit_code() is not None:
                    raise NoProgress(f"{started.name} ended (exit {started.exit_code()}), so no use waiting for {what}")
            if time.monotonic() > self.end:
                raise NoProgress(f"waited in vain for {what}: the test's {self.seconds} s are over")
            time.sleep(POLL_S)


def comes_true(condition, within_s=PATIENCE_S):
    """Whether `condition` holds at some time in the next `within_s` seconds."""
    end = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(POLL_S)
    return True


def settled(wait, what, look, **more):
    """What `look()` gives once it gives the same twice; `wait` as that of a deadline."""
    looks = [None, look()]

    def rests():
        looks[:] = [looks[1], look()]
        return looks[0] == looks[1]
    wait(f"{what} to rest", rests, **more)
    return looks[1]


class Started:
    def __init__(self, name, process, log):
        self.name = name
        self.process = process
        self.pid = process.pid
        self.log = log

    def exit_code(self):
        """None while it runs."""
        return self.process.poll()

    def check_stops(self, check, number, what):
        """Ends it with a signal: it goes by itself, with exit 0."""
        begin = time.monotonic()
        self.process.send_signal(number)
        ended = comes_true(lambda: self.exit_code() is not None)
        found = f"exit {self.exit_code()}, {time.monotonic() - begin:.2f} s"
        check(f"{signal.Signals(number).name} stops {what} cleanly", ended and self.exit_code() == 0,
              found if ended else f"{found}; {self.whereabouts()}")

    def whereabouts(self):
        """Where in the kernel its threads are."""
        tasks = sorted(pathlib.Path(f"/proc/{self.pid}/task").iterdir())
        return ", ".join(f"{(task / 'comm').read_text().strip()} in {(task / 'wchan').read_text()}" for task in tasks)

    def end(self):
        self.process.kill()
        self.process.wait()


class Processes:
    """Starts programs, each with a log in `run`; all of them are gone when the `with` block is left."""

    def __init__(self, run):
        self.run = run
        self.all = []

    def __enter__(self):
        return self

    def start(self, name, command):
        log = self.run / f"{name}.log"
        with log.open("ab") as sink:
            process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL,
                                       stdout=sink, stderr=sink, preexec_fn=die_with_parent)
        self.all.append(Started(name, process, log))
        return self.all[-1]

    def __exit__(self, *_):
        for started in reversed(self.all):
            started.end()
