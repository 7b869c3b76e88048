#!/usr/bin/env python3
"""Bad input against the built program: hostile_test.py SEALANE_BINARY"""

import signal
import sys

from broken_configurations import check_broken_configurations
from control_garbage import check_control_garbage
from scene import run_test
from slow_peer import check_slow_peer, check_stuck_peers
from stream_garbage import check_stream_garbage
from streams_frame import client, frame_of
from switch import Switch

TEST_S = 240
CLIENTS = 4  # one is hostile, one stuck, two talk


def play(scene):
    check_broken_configurations(scene)
    switch = Switch(scene, frame_of(scene.run, CLIENTS)).wait_ready()
    with client(scene.run, 1) as one, client(scene.run, 2) as two:
        check_control_garbage(scene, switch, one, two)
        check_stream_garbage(scene, switch, one, two)
        check_slow_peer(scene, switch, one, two)
        switch.check_laws("after all that")
        switch.check_stops(signal.SIGTERM)
    check_stuck_peers(scene)


if __name__ == "__main__":
    sys.exit(run_test("hostile", play, TEST_S))
