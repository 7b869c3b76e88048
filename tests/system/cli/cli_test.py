#!/usr/bin/env python3
"""The command line as a user meets it: cli_test.py SEALANE_BINARY"""

import sys

from alarms import check_alarms
from come_and_go import check_come_and_go
from guard import check_guard
from logged import check_log
from offline import check_offline
from port_args import check_port_args
from scene import run_test
from streams_frame import frame_of
from switch import Switch
from unreachable import check_unreachable
from verbs import check_addresses, check_mtu, check_verbs, check_watch

TEST_S = 180


def play(scene):
    check_offline(scene)
    check_unreachable(scene)
    check_log(scene)
    switch = Switch(scene, frame_of(scene.run, 2)).wait_ready()
    check_verbs(scene, switch)
    check_addresses(scene, switch)
    check_mtu(scene, switch)
    check_come_and_go(scene, switch)
    check_watch(scene, switch)
    check_guard(scene, switch)
    check_port_args(scene)
    check_alarms(scene)


if __name__ == "__main__":
    sys.exit(run_test("cli", play, TEST_S))
