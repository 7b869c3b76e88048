#!/usr/bin/env python3
"""Resident memory without hugepages: memory_test.py SEALANE_BINARY"""

import signal
import sys

from frames import BROADCAST, make_frame
from processes import must
from scene import run_test
from stream_client import exchange, meet
from streams_frame import client, frame_of, outside, ring_clients
from switch import Switch

TEST_S = 180
MIB = 1024  # in KiB
SMALL_FRAME_LIMIT = 160 * MIB
MANY_ADAPTERS = 256
MANY_ADAPTERS_LIMIT = 640 * MIB
ADDRESSES = 1_000_000
ADDRESSES_LIMIT = 48 * MIB
TABLE = ", address_table: {capacity: 1048576}"
BROADCASTS = 100
SIZES = (60, 1514, 9000, 65408)
FRAMES = 3000


def check_rss(scene, what, kib, limit):
    scene.check(f"{what}: at most {limit // MIB} MiB resident", kib <= limit, f"{kib / MIB:.1f} MiB")


def stir(scene, run, what):
    """Frames of every size both ways between two clients and across the SEA, until every buffer has been used."""
    with client(run, 1) as one, client(run, 2) as two, outside(run) as host:
        meet(one, two, host)
        for sender, receiver in ((one, two), (two, one), (one, host), (host, one)):
            across = host in (sender, receiver)
            for size in SIZES:
                if across and size > 1514:
                    continue
                arrived = exchange(sender, receiver, FRAMES, size)
                if arrived != FRAMES:
                    scene.check(f"{what}: frames of {size} bytes flow", False, f"{arrived}/{FRAMES}")


def check_small_frame(scene):
    """ent0, ent3, lpar1/ent0, lpar2/ent0, and the SEA."""
    switch = Switch(scene, frame_of(scene.run, 2), "small").wait_ready()
    check_rss(scene, "four adapters and a SEA, started", switch.rss_kib(), SMALL_FRAME_LIMIT)
    stir(scene, scene.run, "four adapters and a SEA")
    check_rss(scene, "four adapters and a SEA, after traffic", switch.rss_kib(), SMALL_FRAME_LIMIT)
    switch.check_laws("after traffic")
    switch.check_stops(signal.SIGTERM)


def check_many_adapters(scene):
    """256 on rings; two more on sockets bring broadcasts to all of them."""
    frame = frame_of(scene.run, 2) + ring_clients(3, MANY_ADAPTERS + 2)
    switch = Switch(scene, frame, "many").wait_ready()
    what = f"{MANY_ADAPTERS} ring adapters"
    check_rss(scene, f"{what}, started", switch.rss_kib(), MANY_ADAPTERS_LIMIT)
    stir(scene, scene.run, what)
    check_rss(scene, f"{what}, after traffic", switch.rss_kib(), MANY_ADAPTERS_LIMIT)
    switch.check_laws(f"{what}, after traffic")
    check_broadcast(scene, switch, what)
    check_rss(scene, f"{what}, each with broadcasts in its ring", switch.rss_kib(), MANY_ADAPTERS_LIMIT)
    switch.check_stops(signal.SIGTERM)


def check_broadcast(scene, switch, what):
    """Nobody reads those rings, so what reached them is still there."""
    before = switch.laws()
    with client(scene.run, 1) as one, client(scene.run, 2) as two:
        meet(one, two)
        for number in range(BROADCASTS):
            one.send(make_frame(BROADCAST, one.mac, b"all %d" % number, 60 if number else 9000))
        heard = 0
        while heard < BROADCASTS and two.receive() is not None:
            heard += 1
    laws = switch.laws()
    names = [f"lpar{number}/ent0" for number in range(2, MANY_ADAPTERS + 3)]
    reached = [name for name in names if laws.adapters[name].tx - before.adapters[name].tx >= BROADCASTS]
    scene.check(f"{what}: {BROADCASTS} broadcasts reach each of them", heard == BROADCASTS and reached == names,
                f"{len(reached)} of {len(names)}; a stream client heard {heard}")
    faults = [fault for law in laws.faults().values() for fault in law]
    scene.check(f"{what}, after broadcasts: the laws of counters hold", not faults, "; ".join(faults))


def check_addresses(scene):
    switch = Switch(scene, frame_of(scene.run, 2, TABLE), "addresses").wait_ready()
    rows = scene.run / "addresses.txt"
    with rows.open("w", encoding="ascii") as file:
        for number in range(ADDRESSES):
            file.write(f"06:00:00:{number >> 16:02x}:{number >> 8 & 0xff:02x}:{number & 0xff:02x} 1 lpar2/ent0\n")
    stir(scene, scene.run, "before a million addresses")
    before = switch.rss_kib()
    must(scene.sealane, "fdb", "load", rows, "--control", switch.control)
    check_rss(scene, "a million addresses", switch.rss_kib() - before, ADDRESSES_LIMIT)
    stir(scene, scene.run, "with a million addresses")
    check_rss(scene, "a million addresses, after traffic", switch.rss_kib() - before, ADDRESSES_LIMIT)
    size = switch.ask("fdb")["tables"][0]["size"]
    scene.check("a million addresses are in the table", size >= ADDRESSES, f"{size}")
    scene.note(f"having shown the table: {(switch.rss_kib() - before) / MIB:.1f} MiB")
    switch.check_stops(signal.SIGTERM)


def play(scene):
    check_small_frame(scene)
    check_many_adapters(scene)
    check_addresses(scene)


if __name__ == "__main__":
    sys.exit(run_test("memory", play, TEST_S))
