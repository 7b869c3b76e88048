#!/usr/bin/env python3
"""Two ports of libsealane-port through shared memory, and one who writes nonsense into it: shm_test.py SEALANE_BINARY"""

import sys

import client_test
from scene import run_test


def play(scene):
    client_test.play(scene, "shm")


if __name__ == "__main__":
    sys.exit(run_test("shm", play, client_test.TEST_S))
