#!/usr/bin/env python3
"""Drivers that do everything wrong, beside two that do it right: driver_test.py SEALANE

After each misdeed two good guests still exchange frames, nothing is left of the bad one, and every frame is accounted for.
"""

import os
import signal
import struct
import sys

import driver as vhost
from driver import Driver, frame, message
from processes import comes_true
from scene import run_test
from switch import Switch

TEST_S = 120
NOBODY = 99
LIBRARY_LEAKS = 2  # DPDK 22.11 keeps the file of a region whose size overflows, and of in-flight memory of 65535 queues

FRAME = """\
system: frame1
vswitches:
  - {{name: ETHERNET0, mode: veb}}
partitions:
  - name: lpars
    type: client
    adapters:
      - {{name: ent1, type: virtual, vswitch: ETHERNET0, pvid: 1, mac: "02:00:00:00:00:01",
         port: {{type: vhost-user, path: {run}/1.sock, mode: server}}}}
      - {{name: ent2, type: virtual, vswitch: ETHERNET0, pvid: 1, mac: "02:00:00:00:00:02",
         port: {{type: vhost-user, path: {run}/2.sock, mode: server}}}}
      - {{name: ent3, type: virtual, vswitch: ETHERNET0, pvid: 1, mac: "02:00:00:00:00:03",
         port: {{type: vhost-user, path: {run}/3.sock, mode: server, queues: 2}}}}
"""


class Pair:
    """The two good guests."""

    def __init__(self, scene, switch):
        self.scene, self.switch, self.sent = scene, switch, 0
        self.guests = [Driver(scene.run / f"{own}.sock").set_up() for own in (1, 2)]
        for guest in self.guests:
            guest.give_buffers(200)
        scene.wait("the good guests", lambda: all(is_up(switch, own) for own in (1, 2)), alive=[switch.process])

    def exchange(self):
        """A frame each way arrives."""
        self.sent += 1
        first, second = self.guests
        first.send(frame(2, 1, self.sent))
        second.send(frame(1, 2, self.sent))
        got = [[], []]

        def both():
            got[0] += first.received()
            got[1] += second.received()
            return got == [[frame(1, 2, self.sent)], [frame(2, 1, self.sent)]]
        return comes_true(both)


def port_of(switch, own):
    return next(a["port"] for a in switch.ask("show")["adapters"] if a["name"] == f"lpars/ent{own}")


def is_up(switch, own):
    return port_of(switch, own)["up"]


def descriptors(switch):
    return len(os.listdir(f"/proc/{switch.process.pid}/fd"))


def maps(switch):
    with open(f"/proc/{switch.process.pid}/maps", encoding="ascii") as lines:
        return len(lines.readlines())


# Misdeeds with messages: each gets a connected driver whose rings are not set up.

def number(value):
    return struct.pack("<Q", value)


MESSAGES = {
    "half a header": lambda d: d.say(b"\1\0\0"),
    "an unknown request": lambda d: d.say(message(250)),
    "a payload larger than any": lambda d: d.say(message(vhost.SET_FEATURES, b"x" * 100, size=0xffffffff)),
    "a wrong version": lambda d: d.say(message(vhost.GET_FEATURES, flags=2)),
    "features that were not offered": lambda d: d.say(message(vhost.SET_FEATURES, number(2**64 - 1))),
    "a ring's size of 0": lambda d: d.say(message(vhost.SET_VRING_NUM, struct.pack("<II", 0, 0))),
    "a ring's size that is no power of two": lambda d: d.say(message(vhost.SET_VRING_NUM, struct.pack("<II", 0, 255))),
    "a ring's size of 4 GiB": lambda d: d.say(message(vhost.SET_VRING_NUM, struct.pack("<II", 0, 0xffffffff))),
    "ring 65536": lambda d: d.say(message(vhost.SET_VRING_NUM, struct.pack("<II", 0x10000, 256))),
    "ring 0xffff0000": lambda d: d.say(message(vhost.SET_VRING_ENABLE, struct.pack("<II", 0xffff0000, 1))),
    "the base of a ring that never was": lambda d: d.say(message(vhost.GET_VRING_BASE, struct.pack("<II", 7, 0))),
    "9 regions of memory": lambda d: d.say(message(vhost.SET_MEM_TABLE, struct.pack("<II", 9, 0))),
    "memory without a descriptor": lambda d: d.say(
        message(vhost.SET_MEM_TABLE, struct.pack("<IIQQQQ", 1, 0, 0, 4096, 0, 0))),
    "memory whose size overflows": lambda d: d.say(
        message(vhost.SET_MEM_TABLE, struct.pack("<IIQQQQ", 1, 0, 0, 2**64 - 1, 0, 2)), [d.memory_fd]),
    "a log whose size overflows": lambda d: d.say(message(6, struct.pack("<QQ", 2**64 - 1, 2)), [d.memory_fd]),
    "descriptors nobody asked for": lambda d: d.say(message(vhost.SET_OWNER), [d.memory_fd] * 8),
    "a call descriptor too many": lambda d: d.say(message(vhost.SET_VRING_CALL, number(0)), [d.memory_fd] * 3),
    "in-flight memory of 65535 queues": lambda d: d.say(
        message(32, struct.pack("<QQHH4x", 4096, 0, 0xffff, 256)), [d.memory_fd]),
    "a crypto session": lambda d: d.say(message(26, b"\xff" * 200)),
}


# Misdeeds with rings: each gets a driver whose rings run.

def loop_of_two(d):
    d.describe(vhost.FROM_GUEST, 0, vhost.GUEST_BASE, 64, vhost.NEXT, 1)
    d.describe(vhost.FROM_GUEST, 1, vhost.GUEST_BASE, 0, vhost.NEXT, 0)
    d.make_available(vhost.FROM_GUEST, 0)


def one(address, length, flags=0, following=0):
    def deed(d):
        d.describe(vhost.FROM_GUEST, 0, address, length, flags, following)
        d.make_available(vhost.FROM_GUEST, 0)
    return deed


def jump(by):
    return lambda d: (d.send(frame(NOBODY, 3)), d.make_available(vhost.FROM_GUEST, 0, jump=by))


def bad_receive_buffers(d):
    for index, (address, length) in enumerate([(0, 4096), (vhost.GUEST_BASE + vhost.MEMORY - 4, 4096), (2**64 - 8, 64)]):
        d.describe(vhost.TO_GUEST, index, address, length, vhost.WRITE)
        d.make_available(vhost.TO_GUEST, index)
    d.send(frame(255, 3))


def offload_lies(d):
    """Without the feature they are no one's business; with it, the checker's."""
    for flags, gso, header, size, start, offset in ((1, 0, 0, 0, 65535, 65535), (1, 1, 65535, 0, 34, 16),
                                                    (1, 4, 0, 1, 34, 16), (0, 255, 1, 65535, 0, 0), (255, 3, 8, 8, 8, 8)):
        d.send(frame(NOBODY, 3), header=struct.pack("<BBHHHHH", flags, gso, header, size, start, offset, 0))


RINGS = {
    "a descriptor outside of memory": one(0, 100),
    "a descriptor that ends outside of memory": one(vhost.GUEST_BASE + vhost.MEMORY - 10, 100),
    "a descriptor at the end of addresses": one(2**64 - 16, 100),
    "a descriptor of 4 GiB": one(vhost.GUEST_BASE, 0xffffffff),
    "nothing but a header": one(vhost.GUEST_BASE, 12),
    "less than a header": one(vhost.GUEST_BASE, 11),
    "an empty descriptor": one(vhost.GUEST_BASE, 0),
    "a descriptor that follows itself": one(vhost.GUEST_BASE, 64, vhost.NEXT, 0),
    "a descriptor that follows nothing": one(vhost.GUEST_BASE, 64, vhost.NEXT, 60000),
    "two descriptors in a loop": loop_of_two,
    "an index that jumps by 255": jump(255),
    "an index that jumps by 30000": jump(30000),
    "an index that goes back": jump(-5),
    "receive buffers outside of memory": bad_receive_buffers,
    "a frame of 13 bytes": lambda d: d.send(bytes(13)),
    "lies about checksums and large frames": offload_lies,
    "a head that is no descriptor": lambda d: d.make_available(vhost.FROM_GUEST, 65535),
    "a storm of kicks": lambda d: [os.write(d.kicks[1], number(1)) for _ in range(20000)],
}


def misbehave(scene, switch, pair, what, deed, rings):
    bad = Driver(scene.run / "3.sock")
    if rings:
        bad.set_up(vhost.VERSION_1 | vhost.HAS_PROTOCOL_FEATURES | (0x1883 if "lies" in what else 0))
        comes_true(lambda: is_up(switch, 3))
    before = descriptors(switch)
    try:
        deed(bad)
        if rings:
            pair.guests[0].send(frame(3, 1))
    except OSError:
        pass  # the switch has hung up already
    good = pair.exchange()
    bad.close()
    gone = comes_true(lambda: not is_up(switch, 3))
    scene.check(f"{what}: costs its sender only", good and gone and switch.process.exit_code() is None,
                "" if good else "the good guests starve")
    left = descriptors(switch) - before
    if left > 0:
        scene.note(f"{left} descriptors more than before")


def check_slow_receiver(scene, switch, pair):
    """P07: a guest without buffers loses its own frames, by name, and nobody else's."""
    slow = Driver(scene.run / "3.sock").set_up()
    scene.wait("the slow guest", lambda: is_up(switch, 3), alive=[switch.process])
    before = switch.drops("lpars/ent3", "out", "peer_backpressure")
    for index in range(100):
        pair.guests[0].send(frame(3, 1, index))
    lost = comes_true(lambda: switch.drops("lpars/ent3", "out", "peer_backpressure") - before == 100)
    scene.check("a guest without buffers loses its own frames, by name", lost)
    scene.check("and the others' go on", pair.exchange())
    slow.give_buffers(1)  # P08
    for index in range(3):
        pair.guests[0].send(frame(3, 1, index))
    scene.check("a guest with one buffer gets one frame", comes_true(lambda: slow.received() == [frame(3, 1, 0)]))
    slow.close()
    scene.wait("the slow guest to be gone", lambda: not is_up(switch, 3), alive=[switch.process])


def check_queue_number(scene):
    asker = Driver(scene.run / "3.sock")
    scene.check("a guest is told how many queues it may have", asker.ask(vhost.GET_QUEUE_NUM) == 2)
    asker.close()


def play(scene):
    switch = Switch(scene, FRAME.format(run=scene.run)).wait_ready()
    pair = Pair(scene, switch)
    scene.check("two guests exchange frames", pair.exchange())
    check_queue_number(scene)
    Driver(scene.run / "3.sock").close()
    fds, mapped = descriptors(switch), maps(switch)
    for what, deed in MESSAGES.items():
        misbehave(scene, switch, pair, what, deed, rings=False)
    for what, deed in RINGS.items():
        misbehave(scene, switch, pair, what, deed, rings=True)
    fds += LIBRARY_LEAKS
    scene.check("no descriptor of ours is left open", comes_true(lambda: descriptors(switch) <= fds),
                f"{descriptors(switch)} now, {fds} allowed")
    scene.check("no memory is left mapped", maps(switch) <= mapped + 2, f"{maps(switch)} now, {mapped} before")
    check_slow_receiver(scene, switch, pair)
    for guest in pair.guests:
        guest.close()
    switch.check_laws("at the end")
    switch.check_stops(signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(run_test("vhost-drivers", play, TEST_S))
