#!/usr/bin/env python3
"""The attacks that come in many forms, or again and again: attack_test.py SEALANE

They are named as in the list of known attacks on back ends (S02 to S17).  After each, two good guests still exchange
frames, and the switch has no more descriptors, maps and memory than before.
"""

import itertools
import pathlib
import signal
import socket
import struct
import sys

import driver as vhost
from driver import Driver, frame, message
from driver_test import FRAME, NOBODY, Pair, descriptors, is_up, maps, number
from packed import PackedDriver
from processes import comes_true
from scene import run_test
from switch import Switch

TEST_S = 150
GET_INFLIGHT, SET_INFLIGHT, LAST_REQUEST = 31, 32, 41
REPEATS = 100_000
CONNECTIONS = 1_000
MOST_RINGS = 256  # of the library
WARM_UP = 1_000
RSS_SLACK_KIB = 1024
MAPS_SLACK = 2  # of the C library
OFFLOADS = 0x1883
NOWHERE = 0x7fff_0000_0000


def hang_up(peer):
    """All that it said is heard first."""
    peer.socket.shutdown(socket.SHUT_WR)
    while peer.socket.recv(4096):
        pass


class Attacks:
    def __init__(self, scene, switch, pair):
        self.scene, self.switch, self.pair = scene, switch, pair
        self.socket = scene.run / "3.sock"

    def driver(self, kind=Driver, features=None):
        """On the third port, with running rings."""
        made = kind(self.socket)
        if features is None:
            made.set_up()
        else:
            made.set_up(features)
        self.scene.wait("the third guest", lambda: is_up(self.switch, 3), alive=[self.switch.process])
        return made

    def gone(self):
        return comes_true(lambda: not is_up(self.switch, 3))

    def check(self, what, deeds, refused=None, leaks=0):
        """Each deed is done with a fresh connection.  `refused`: how many cost it that, if it is known;
        `leaks`: descriptors that the library keeps at most: it refuses some messages before we could look at them."""
        fds, mapped = descriptors(self.switch), maps(self.switch)
        done = closed = 0
        for deed in deeds:
            bad = Driver(self.socket)
            try:
                deed(bad)
                if refused is not None:
                    bad.ask(vhost.GET_FEATURES)
                hang_up(bad)
            except OSError:
                closed += 1
            bad.close()
            done += 1
        good = self.gone() and self.pair.exchange() and self.switch.process.exit_code() is None
        self.scene.check(f"{what}: costs its sender only", good, f"{done} times")
        if refused is not None:
            self.scene.check(f"{what}: costs the connection", closed == refused, f"{closed} of {refused}")
        flat = comes_true(lambda: descriptors(self.switch) <= fds + leaks and maps(self.switch) <= mapped + MAPS_SLACK)
        self.scene.check(f"{what}: leaves nothing behind", flat,
                         f"{descriptors(self.switch) - fds} descriptors, {maps(self.switch) - mapped} maps more")

    def check_repeats(self, what, peer, deed):
        """`deed(peer, n)` again and again on one connection: nothing grows."""
        for n in range(WARM_UP):
            deed(peer, n)
        peer.ask(vhost.GET_FEATURES)
        before = descriptors(self.switch), maps(self.switch), self.switch.rss_kib()
        for n in range(REPEATS):
            deed(peer, n)
        peer.ask(vhost.GET_FEATURES)
        grown = [now - then for now, then in zip(
            (descriptors(self.switch), maps(self.switch), self.switch.rss_kib()), before)]
        self.scene.check(f"{what}, {REPEATS} times: nothing grows",
                         grown[0] <= 0 and grown[1] <= MAPS_SLACK and grown[2] <= RSS_SLACK_KIB and self.pair.exchange(),
                         "{} descriptors, {} maps, {} KiB".format(*grown))


def check_linkage(attacks):
    """S03, S13: what has no crypto can't be attacked there."""
    names = pathlib.Path(attacks.scene.sealane).read_bytes()
    attacks.scene.check("S03 S13 the library's crypto back end is not used",
                        b"rte_vhost_driver_register" in names and b"rte_vhost_crypto" not in names)


def check_numbers(attacks):
    """S02: rings that there are not, wherever a message has one; those with descriptors have eight bits for it."""
    def words(request, ring):
        return lambda bad: bad.say(message(request, struct.pack("<II", ring, vhost.RING)))

    def address(ring):
        return lambda bad: bad.say(message(vhost.SET_VRING_ADDR, struct.pack("<IIQQQQ", ring, 0, 0, 0, 0, 0)))

    def with_file(request, ring):
        return lambda bad: bad.say(message(request, number(ring)), [bad.calls[0]])
    indexes = (2, 4, 128, 255, 256, 257, 0x10000, 0x10001, 0x8000_0000, 0xffff_0000, 0xffff_ffff)
    requests = (vhost.SET_VRING_NUM, vhost.SET_VRING_BASE, vhost.GET_VRING_BASE, vhost.SET_VRING_ENABLE)
    attacks.check("S02 rings that are not there", itertools.chain(
        (words(request, ring) for request in requests for ring in indexes), map(address, indexes),
        (with_file(request, ring) for request in (vhost.SET_VRING_KICK, vhost.SET_VRING_CALL, 14)
         for ring in (2, 4, 127, 128, 254, 255, 2**63, 2**64 - 1))))


def inflight(request, queues, size=vhost.RING, files=()):
    return lambda bad: bad.say(message(request, struct.pack("<QQHH4x", 4096, 0, queues, size)), files)


def check_inflight(attacks):
    """S05: never offered, so who asks for it is refused, before any memory is made.  S06: nor is any taken."""
    queues = (0, 1, 2, 127, 128, 129, 255, 256, 257, 4096, 0xffff)
    sizes = (0, 1, 128, 256)  # with 65535 of each the library would clear 64 GiB
    deeds = [inflight(GET_INFLIGHT, count, size) for count in queues for size in sizes]
    attacks.check("S05 S06 to ask for memory in flight", deeds, refused=len(deeds))
    attacks.check("S05 to ask for it again and again", [inflight(GET_INFLIGHT, 2)] * CONNECTIONS, refused=CONNECTIONS)
    bring(attacks, "S06 to bring memory in flight", [count for count in queues if 1 <= count <= MOST_RINGS], sizes, leaks=0)
    odd = [count for count in queues if not 1 <= count <= MOST_RINGS]
    bring(attacks, "S06 the same, of odd numbers of queues", odd, sizes, leaks=len(odd) * len(sizes) * (1 + 8))


def bring(attacks, what, queues, sizes, leaks):
    deeds = [lambda bad, count=count, size=size, files=files: inflight(
        SET_INFLIGHT, count, size, [bad.memory_fd] * files)(bad)
             for count in queues for size in sizes for files in (0, 1, 8)]
    attacks.check(what, deeds, refused=len(deeds), leaks=leaks)


def check_files(attacks):
    """S07: each message (one is in S06) with descriptors that nobody asked for, its payload cut short, or too long."""
    def deed(request, files, size, payload):
        return lambda bad: bad.say(message(request, payload, size=size), [bad.memory_fd] * files)
    forms = ((8, bytes(8)), (8, bytes(4)), (0, b""), (100_000, bytes(8)))
    attacks.check("S07 descriptors nobody asked for", [
        deed(request, files, size, payload) for request in range(LAST_REQUEST + 1) if request != SET_INFLIGHT
        for files in (0, 1, 8, 28) for size, payload in forms])


def check_repeated(attacks):
    """S12."""
    peer = Driver(attacks.socket)  # its rings stand: a size is not changed under those that run
    attacks.check_repeats("S12 to set a ring's size", peer, lambda peer, n: peer.say(
        message(vhost.SET_VRING_NUM, struct.pack("<II", n % 2, 128 << (n // 2) % 2))))
    peer.close()


def check_packed(attacks):
    """S04: a bad descriptor at each place of a batch, of which the library looks at four at once."""
    kinds = {"an empty one nowhere": (NOWHERE, 0), "an empty one at 0": (0, 0), "one nowhere": (NOWHERE, 100),
             "one that ends outside": (vhost.GUEST_BASE + vhost.MEMORY - 10, 100),
             "an empty one behind the end": (vhost.GUEST_BASE + vhost.MEMORY, 0),
             "an empty one": (vhost.GUEST_BASE, 0), "a header only": (vhost.GUEST_BASE, vhost.HEADER)}

    def received():
        return attacks.switch.ask("stats")["adapters"]["lpars/ent3"]["rx_frames"]
    for what, buffer in kinds.items():
        good = True
        seen = []
        for place in range(4):
            before = received()
            bad = attacks.driver(PackedDriver)
            buffers = [bad.put(frame(NOBODY, 3, n)) for n in range(4)]
            buffers[place] = buffer
            bad.offer(buffers)
            good = good and comes_true(lambda first=before, least=place: received() - first >= least)
            good = good and attacks.pair.exchange()
            seen.append(received() - before)
            bad.close()
            good = attacks.gone() and good
        attacks.scene.check(f"S04 {what} at each place of four descriptors costs its sender only", good, f"{seen}")


def check_headers(attacks):
    """S17: the header is as long as the features make it, whatever else was acked."""
    first = attacks.pair.guests[0]
    lengths = set()
    good = True
    for bits in itertools.product((0, vhost.VERSION_1), (0, vhost.MERGEABLE), (0, OFFLOADS), (0, 3 << 27)):
        peer = attacks.driver(features=vhost.HAS_PROTOCOL_FEATURES | sum(bits))
        peer.give_buffers(4)
        lengths.add((peer.header, bool(bits[0] or bits[1])))
        for length in (14, 60, 1514):
            out, back = frame(1, 3, length, max(length, 18)), frame(3, 1, length, max(length, 18))
            peer.send(out)
            good = good and comes_true(lambda sent=out: first.received() == [sent])
            first.give_buffers(1)
            first.send(back)
            good = good and comes_true(lambda sent=back, to=peer: to.received() == [sent])
        peer.close()
        good = attacks.gone() and good
    attacks.scene.check("S17 headers of 12 bytes, and of 10 without VERSION_1 and MRG_RXBUF, are taken for what they are",
                        good and lengths == {(12, True), (10, False)})


def play(scene):
    switch = Switch(scene, FRAME.format(run=scene.run)).wait_ready()
    pair = Pair(scene, switch)
    attacks = Attacks(scene, switch, pair)
    Driver(attacks.socket).close()
    scene.check("two guests exchange frames", pair.exchange())
    check_linkage(attacks)
    check_numbers(attacks)
    check_inflight(attacks)
    check_files(attacks)
    check_repeated(attacks)
    check_packed(attacks)
    check_headers(attacks)
    for guest in pair.guests:
        guest.close()
    switch.check_laws("at the end")
    switch.check_stops(signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(run_test("vhost-attacks", play, TEST_S))
