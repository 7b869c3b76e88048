#!/usr/bin/env python3
"""A VIOS process under a quota (H16): starved_test.py SEALANE_BINARY PROBE_BINARY

It runs for 50 ms of each second, as under a cgroup's quota of 5 % of its longest period, which not everybody may set:
stopped and continued instead.
"""

import signal
import sys
import threading
import time

from figures import Figures
from pair import Outside, Pair, await_flow, streams_of
from probe import Probe
from scene import run_test

TEST_S = 120
LEASE_MS = 500  # less than it is kept waiting, more than a machine that is busy elsewhere keeps others
HOLD_DOWN_S = 1  # between two changes of owner that nobody commands (control/ha/types.h)
RUNS_S, PERIOD_S = 0.05, 1
STARVED_S = 10


class Quota:
    """While it lasts, the process runs for RUNS_S of each PERIOD_S at most."""

    def __init__(self, pair, part):
        self.pair = pair
        self.part = part
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.ration)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def ration(self):
        while not self.over.is_set():
            self.pair.signal(self.part, signal.SIGSTOP)
            self.over.wait(PERIOD_S - RUNS_S)
            self.pair.signal(self.part, signal.SIGCONT)
            time.sleep(RUNS_S)


def play(scene):
    with Outside():
        pair = Pair(scene, "auto", LEASE_MS)
        with Probe(sys.argv[2], streams_of("auto")) as probe:
            await_flow(pair, probe)
            pair.wait("the better one to bridge", pair.is_together)
            before = pair.takings()
            probe.begin()
            begin = time.monotonic()
            with Quota(pair, "vios1"):
                pair.wait("the partner to take over", lambda: pair.state(2) == "PRIMARY")
                time.sleep(STARVED_S)
            starved_s = time.monotonic() - begin
            changes = len(pair.takings() - before)
            most = 1 + int(starved_s / HOLD_DOWN_S)
            scene.check("a slot has at most one new owner in each hold-down", 1 <= changes <= most,
                        f"{changes} in {starved_s:.1f} s")
            pair.wait("the better one to bridge again", pair.is_together)
            check_window(scene, probe.end())
        pair.stop()


def check_window(scene, window):
    client = window["streams"]["client"]
    scene.check("from client to client nothing is lost or doubled", client["lost"] == client["duplicated"] == 0,
                f"{client['lost']}, {client['duplicated']}")
    figures = Figures()
    figures.add({**window, "role_changes": 0})
    scene.check("no broadcast comes twice", figures.loop_copies() <= 1, figures.loop_copies())
    silent = [name for name, stream in window["streams"].items() if not stream["resumed"]]
    scene.check("once it is fed all streams flow", not silent, silent)


if __name__ == "__main__":
    sys.exit(run_test("starved", play, TEST_S))
