#!/usr/bin/env python3
"""Starting and ending: life_test.py SEALANE_BINARY"""

import os
import pathlib
import signal
import sys
import threading
import time

from hugepages import check_hugepages
from nobody import AS_NOBODY, is_nobody, own_folder
from parts import check_parts
from processes import NoProgress, comes_true
from scene import run_test
from starts import check_starts
from stream_client import exchange, meet
from streams_frame import client, frame_of
from switch import Switch

TEST_S = 120
FRAMES = 500
IDLE_S = 10
IDLE_CPU_LIMIT = 0.03  # of a core; it is 0.008, and less than twice that on a busy machine


class Traffic(threading.Thread):
    """Frames as fast as they go, until the switch is gone."""

    def __init__(self, run):
        super().__init__(daemon=True)
        self.one, self.two = client(run, 1), client(run, 2)
        meet(self.one, self.two)
        self.rounds = 0
        self.ended = False

    def run(self):
        try:
            while not self.ended and exchange(self.one, self.two, FRAMES) == FRAMES:
                self.rounds += 1
        except OSError:
            pass  # the switch is gone: that is what the test does

    def __enter__(self):
        self.start()
        if not comes_true(lambda: self.rounds > 0):
            raise NoProgress("no traffic to stop sealane under")
        return self

    def __exit__(self, *_):
        self.ended = True
        self.join()
        self.one.close()
        self.two.close()


def places():
    """Where DPDK and shared memory leave things."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    folders = ["/dev/hugepages", "/mnt/huge", "/dev/shm", "/run/dpdk", "/var/run/dpdk", "/tmp/dpdk"]
    with open("/proc/mounts", encoding="utf-8") as mounts:
        folders += [line.split()[1] for line in mounts if line.split()[2] == "hugetlbfs"]
    return sorted({*folders, *([runtime] if runtime else [])})


def listing():
    return {str(path) for place in places() for path in pathlib.Path(place).glob("**/*")}


def start(scene, name, wrap=()):
    return Switch(scene, frame_of(scene.run, 2), name, wrap).wait_ready()


def check_forwards(scene, what):
    with client(scene.run, 1) as one, client(scene.run, 2) as two:
        meet(one, two)
        arrived = exchange(one, two, FRAMES)
    scene.check(f"{what}: frames flow", arrived == FRAMES, f"{arrived}/{FRAMES}")


def sockets(scene):
    return sorted(path.name for path in scene.run.iterdir() if path.is_socket())


def check_signals(scene):
    for number in (signal.SIGTERM, signal.SIGINT):
        name = signal.Signals(number).name
        start(scene, f"idle-{name}").check_stops(number)
        switch = start(scene, f"busy-{name}")
        with Traffic(scene.run):
            switch.check_stops(number)
        scene.check(f"{name} leaves no socket behind", not sockets(scene), ", ".join(sockets(scene)))


def check_kill(scene):
    before = listing()
    switch = start(scene, "killed")
    while_running = listing() - before
    with Traffic(scene.run):
        switch.process.end()
        killed = time.monotonic()
        again = start(scene, "again")  # at once, whatever is left
        took = time.monotonic() - killed
    scene.check("after SIGKILL a new start works at once", True, f"answers after {took:.2f} s")
    check_forwards(scene, "after SIGKILL and a new start")
    again.process.end()

    tidy = comes_true(lambda: not sockets(scene))
    scene.check("after SIGKILL no socket is left", tidy, ", ".join(sockets(scene)))
    left = listing() - before
    scene.check(f"SIGKILL leaves nothing in {', '.join(places())}", not left, ", ".join(sorted(left)[:5]))
    scene.check("nor is anything there while it runs", not while_running, ", ".join(sorted(while_running)[:5]))


def check_unprivileged(scene):
    """As nobody, with no right and no hugepage: root's rights are given up for good first."""
    if os.geteuid() != 0:
        scene.note("the test itself runs without rights, so all of it shows that")
        return
    home = scene.run / "nobody"
    home.mkdir()
    program = own_folder(home, scene.sealane)
    config = home / "frame.yaml"
    config.write_text(frame_of(home, 2))
    process = scene.start("nobody-log", [*AS_NOBODY, program, "run", config, "--control", home / "control"])
    scene.wait("nobody's sealane to listen", lambda: all(
        path.is_socket() for path in (home / "control", home / "lpar1.sock", home / "lpar2.sock")), alive=[process])
    scene.check("as nobody: it runs without any right", is_nobody(process.pid))
    with client(home, 1) as one, client(home, 2) as two:
        meet(one, two)
        arrived = exchange(one, two, FRAMES)
    scene.check("as nobody: frames flow", arrived == FRAMES, f"{arrived}/{FRAMES}")
    process.check_stops(scene.check, signal.SIGTERM, "what runs as nobody")


def check_idle(scene):
    switch = start(scene, "sleepy")
    begin, used = time.monotonic(), switch.cpu_s()
    time.sleep(IDLE_S)  # what is waited for is the time itself
    share = (switch.cpu_s() - used) / (time.monotonic() - begin)
    scene.check(f"idle, it uses less than {IDLE_CPU_LIMIT:.0%} of a core", share < IDLE_CPU_LIMIT, f"{share:.1%}")
    check_forwards(scene, "woken up")
    switch.check_laws("woken up")
    switch.check_stops(signal.SIGTERM)


def play(scene):
    check_signals(scene)
    check_kill(scene)
    check_starts(scene)
    check_parts(scene)
    check_hugepages(scene, check_forwards, listing)
    check_unprivileged(scene)
    check_idle(scene)


if __name__ == "__main__":
    sys.exit(run_test("life", play, TEST_S))
