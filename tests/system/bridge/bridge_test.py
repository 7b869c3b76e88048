#!/usr/bin/env python3
"""The same frames through our switch and a Linux bridge: bridge_test.py SEALANE_BINARY"""

import signal
import struct
import sys
import time

from frames import BROADCAST, ETHERTYPE_VLAN, make_frame
from members import LinuxBridge, Ours, frame_of, members
from processes import NoProgress
from scene import run_test
from switch import Switch

TEST_S = 60
SILENCE_S = 0.5
LONGEST_S = 20
# None: no tag.  0: a priority tag.  4000: nobody's VLAN.
TAGS = (None, 0, 10, 20, 30, 4000)
PRIORITY = 5


def frame(sender, tag, label):
    if tag is None:
        return make_frame(BROADCAST, sender.mac, label)
    untagged = make_frame(BROADCAST, sender.mac, label)
    return untagged[:12] + struct.pack("!HH", ETHERTYPE_VLAN, PRIORITY << 13 | tag) + untagged[12:]


def collect(switch, everyone):
    """Member -> all frames that come out to it, until nothing has come for a while."""
    seen = {one: [] for one in everyone}
    begin = last = time.monotonic()
    while time.monotonic() - last < SILENCE_S:
        if time.monotonic() - begin > LONGEST_S:
            raise NoProgress("frames come without end")
        for one in everyone:
            while (taken := switch.take(one)) is not None:
                seen[one].append(taken)
                last = time.monotonic()
        time.sleep(0.01)
    return seen


def compare(scene, ours, theirs, everyone):
    total = 0
    for sender in everyone:
        for tag in TAGS:
            sent = frame(sender, tag, f"{sender.name} {tag}.".encode())
            ours.send(sender, sent)
            theirs.send(sender, sent)
        got, expected = collect(ours, everyone), collect(theirs, everyone)
        differ = [one.name for one in everyone if sorted(got[one]) != sorted(expected[one])]
        copies = sum(len(frames) for frames in expected.values())
        total += copies
        scene.check(f"V34 from {sender.name}: as the Linux bridge, {copies} copies", not differ,
                    "; ".join(f"at {one}" for one in differ))
    scene.check("V34: the bridge carried something", total > 0)


def play(scene):
    everyone = members()
    switch = Switch(scene, frame_of(scene.run, everyone)).wait_ready()
    ours, theirs = Ours(scene.run, everyone), LinuxBridge(everyone)
    scene.wait("all clients to be taken up", lambda: all(
        adapter["port"]["up"] for adapter in switch.ask("show")["adapters"]), alive=[switch.process])
    compare(scene, ours, theirs, everyone)
    switch.check_laws("after all that")
    switch.check_stops(signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(run_test("bridge", play, TEST_S))
