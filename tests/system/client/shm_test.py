#!/usr/bin/env python3
"""Two ports of libsealane-port through shared memory, and one who writes nonsense into it: shm_test.py SEALANE_BINARY"""

import contextlib
import signal
import sys

import client_test
from client_test import Hosts, library_of
from port import Library
from scene import run_test
from shm_hostile import CONSUMED, PRODUCED, Hostile, Storm
from streams_frame import frame_of, socket_of
from switch import Switch

HOSTILE = 3
SEED = 5
FRAMES = 2_000


def check_single(scene, switch, hosts):
    """Each nonsense is counted once, closes that connection, and nobody else notices."""
    attacks = {
        "an index beyond the ring": lambda client: client.write_index(PRODUCED, 1 << 40),
        "an index in the middle of nothing": lambda client: client.write_index(PRODUCED, 4),
        "an index that goes back": lambda client: client.write_index(PRODUCED, -8),
        "a length beyond what was written": lambda client: (client.write_length(0, 1000), client.write_index(PRODUCED, 72)),
        "the longest length": lambda client: (client.write_length(0, 0xffffffff), client.write_index(PRODUCED, 1 << 20)),
        "more taken than was sent": lambda client: client.write_index(CONSUMED, 1 << 30),
    }
    for number, (what, attack) in enumerate(attacks.items(), 1):
        with contextlib.closing(Hostile(socket_of(scene.run, HOSTILE))) as hostile:
            if number == 1:
                scene.check("a client can't cut the memory off", not hostile.can_be_cut_off())
            attack(hostile)
            scene.check(f"{what}: the connection is closed", hostile.is_closed())
        seen = switch.drops(f"lpar{HOSTILE}/ent0", "in", "bad_ring")
        scene.check(f"{what}: counted once", seen == number, f"{seen} in all")
    scene.check("the others' frames flow", hosts.exchange(FRAMES) == [list(range(FRAMES))] * 2)


def check_storm(scene, switch, hosts):
    with Storm(socket_of(scene.run, HOSTILE), SEED) as storm:
        good = all(hosts.exchange(FRAMES) == [list(range(FRAMES))] * 2 for _ in range(5))
    scene.check(f"beside {storm.connections} who change the memory while it is read, all frames of others flow in order",
                good and storm.connections > 1)
    counted = switch.drops(f"lpar{HOSTILE}/ent0", "in", "bad_ring")
    scene.check("such clients were found out", counted > 6, f"{counted} in all")
    switch.check_laws("after the nonsense")


def check_second(scene, hosts):
    with contextlib.suppress(IndexError, OSError):  # no memory comes with the answer
        Hostile(socket_of(scene.run, 1))
        scene.check("a second client is given no memory", False)
    scene.check("a second client costs the first nothing", hosts.exchange(100) == [list(range(100))] * 2)


def play_hostile(scene):
    hosts = Hosts(scene, Library(library_of(scene.sealane)), "shm")
    switch = Switch(scene, frame_of(scene.run, HOSTILE).replace("qemu-stream", "shm"), "beside-hostile").wait_ready()
    scene.wait("both ports to connect", hosts.are_connected)
    check_single(scene, switch, hosts)
    check_storm(scene, switch, hosts)
    check_second(scene, hosts)
    hosts.close()
    switch.check_stops(signal.SIGTERM)


def play(scene):
    client_test.play(scene, "shm")
    play_hostile(scene)


if __name__ == "__main__":
    sys.exit(run_test("shm", play, client_test.TEST_S))
