"""Processes that the rig starts: pinned, with their output kept, and ended by their id whatever happens."""

import ctypes
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading
import time

LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1
CLONE_NEWNET = 0x40000000
START_S = 60
STOP_S = 10


class Unfit(Exception):
    """A device under test that can't be measured; says why, for its row."""


class Process:
    """One child, on `cores` (its own pinning of single threads comes on top).

    In a network of its own, no kernel interface that it makes outlives it.
    """

    def __init__(self, name, argv, cores, folder, env=None, own_network=False):
        self.name = name
        self.log = folder / f"{name}.log"

        def settle_in():
            LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # should the rig itself be killed
            os.sched_setaffinity(0, cores)
            if own_network and LIBC.unshare(CLONE_NEWNET) != 0:
                raise OSError("needs root for a network namespace")

        # A session of its own: Ctrl-C reaches the rig only, which then ends its children in order.
        self.child = subprocess.Popen([str(word) for word in argv], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, text=True, errors="replace", bufsize=1,
                                      env={**os.environ, "RUNTIME_DIRECTORY": str(folder), **(env or {})}, cwd=folder,
                                      start_new_session=True, preexec_fn=settle_in)
        self.text = ""
        self.news = threading.Condition()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        with self.log.open("w") as log:
            while piece := os.read(self.child.stdout.fileno(), 65536):
                text = piece.decode(errors="replace")
                log.write(text)
                log.flush()
                with self.news:
                    self.text += text
                    self.news.notify_all()

    def wait_for(self, wanted, since=0, within_s=START_S):
        """Text from `since` up to the first `wanted` and with it."""
        end = time.monotonic() + within_s
        with self.news:
            while (at := self.text.find(wanted, since)) < 0:
                left = end - time.monotonic()
                if self.child.poll() is not None:
                    raise Unfit(f"{self.name} ended with {self.child.returncode}: {self.last_words()}")
                if left <= 0:
                    raise Unfit(f"{self.name} did not say {wanted!r} in {within_s} s: {self.last_words()}")
                self.news.wait(min(left, 0.2))
            return self.text[since:at + len(wanted)]

    def ask(self, question, prompt, within_s=START_S):
        """Sends a line; what it says until it prompts for the next."""
        since = len(self.text)
        try:
            self.child.stdin.write(question + "\n")
            self.child.stdin.flush()
        except OSError:
            raise Unfit(f"{self.name} has gone: {self.last_words()}") from None
        return self.wait_for(prompt, since, within_s)

    def last_words(self):
        lines = [line.strip() for line in self.text.splitlines() if line.strip()]
        telling = [line for line in lines if any(word in line.lower() for word in ("error", "fail", "cannot", "can't"))]
        return " | ".join((telling or lines)[-3:]) or "(it said nothing)"

    def pause(self):
        self.child.send_signal(signal.SIGSTOP)

    def resume(self):
        self.child.send_signal(signal.SIGCONT)

    def thread_times(self):
        """Seconds on a core, by thread."""
        times = {}
        for thread in pathlib.Path(f"/proc/{self.child.pid}/task").iterdir():
            try:
                times[thread.name] = int((thread / "schedstat").read_text().split()[0]) / 1e9
            except OSError:
                continue  # it has ended
        return times

    def stop(self):
        """Asks it to end, insists, and waits."""
        if self.child.poll() is None:
            self.child.terminate()
            self.resume()
            try:
                self.child.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
        self.reader.join(STOP_S)
        self.child.stdin.close()
        self.child.stdout.close()


class Room:
    """A folder, and the processes that live there; both are gone when it closes."""

    def __init__(self, parent=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="sealane-bench.", dir=parent))
        self.processes = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def start(self, name, argv, cores, **more):
        process = Process(name, argv, cores, self.folder, **more)
        self.processes.append(process)
        return process

    def close(self):
        """Those started last end first: a switch before its generator, a daemon before its database."""
        while self.processes:
            self.processes.pop().stop()
        shutil.rmtree(self.folder, ignore_errors=True)
