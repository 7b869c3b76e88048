#!/usr/bin/env python3
"""Four kernels behind vhost-user ports, of every kind, each to each: offloads_test.py SEALANE TAP_GUEST

A kernel sends large frames and partial checksums or finishes its own, and it takes such frames or does not.  1 GiB of
TCP in all, over IPv4 and IPv6 in turn, arrives as it was sent.
"""

import itertools
import os
import pathlib
import signal
import sys
import time

from network import Namespace
from processes import must
from scene import run_test
from switch import Switch

TEST_S = 150  # about 20 are used when nothing else runs
MIB = int(os.environ.get("SEALANE_OFFLOADS_MIB", "86"))  # of each of the twelve transfers
FULL = 1514
TRANSFER = pathlib.Path(__file__).with_name("transfer.py")

FRAME = """\
system: frame1
vswitches:
  - {name: ETHERNET0, mode: veb}
partitions:
  - name: lpars
    type: client
    adapters:
"""
ADAPTER = """\
      - {{name: ent{own}, type: virtual, vswitch: ETHERNET0, pvid: 1, mac: "02:00:00:00:02:0{own}", mtu: 1500,
         port: {{type: vhost-user, path: {path}, mode: server}}}}
"""


class Kernel:
    """A network namespace whose TAP is a guest of the switch."""

    def __init__(self, own, name, sends, takes):
        self.own, self.name, self.sends, self.takes = own, name, sends, takes
        self.adapter = f"lpars/ent{own}"
        self.addresses = (f"10.0.2.{own}", f"fd00:2::{own}")

    def path(self, scene):
        return scene.run / f"{self.name}.sock"

    def start(self, scene, tap_guest):
        self.host = Namespace(scene, self.name)
        self.guest = scene.start(f"tap-{self.name}", self.host.inside(
            tap_guest, self.path(scene), "eth0", int(self.sends), int(self.takes)))
        scene.wait(f"the TAP of {self.name}", lambda: "ready" in self.guest.log.read_text(), alive=[self.guest])
        inside = self.host.inside
        must(*inside("ip", "link", "set", "eth0", "address", f"02:00:00:00:02:0{self.own}"))
        must(*inside("sh", "-c", "echo 0 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6"))
        self.host.set_up("eth0", f"{self.addresses[0]}/24", mtu=1500)
        must(*inside("ip", "addr", "add", f"{self.addresses[1]}/64", "dev", "eth0", "nodad"))

    def run(self, scene, verb, address, port):
        return scene.start(f"{verb}-{self.name}-{port}", self.host.inside(sys.executable, TRANSFER, verb, address, port, MIB))


def mean_sizes(switch, giver, taker, before):
    """Bytes a frame: of those that the giver sent, and of those that the taker got, since `before`."""
    now = switch.ask("stats")["adapters"]

    def mean(name, way):
        frames, size = (now[name][f"{way}_{what}"] - before[name][f"{way}_{what}"] for what in ("frames", "bytes"))
        return size / max(frames, 1)
    return mean(giver.adapter, "rx"), mean(taker.adapter, "tx")


def check_transfer(scene, switch, giver, taker, port, alive):
    address = taker.addresses[port % 2]
    before = switch.ask("stats")["adapters"]
    ear = taker.run(scene, "take", address, port)
    scene.wait(f"{taker.name} to listen", lambda: "listens" in ear.log.read_text(), alive=[ear])
    begin = time.monotonic()
    mouth = giver.run(scene, "give", address, port)
    scene.wait(f"{giver.name} to give to {taker.name}", lambda: None not in (ear.exit_code(), mouth.exit_code()), alive=alive)
    took = time.monotonic() - begin
    hashes = [(end.log.read_text().split() or [""])[-1] for end in (ear, mouth)]
    scene.check(f"{MIB} MiB from {giver.name} to {address} of {taker.name} arrive as they were sent",
                len(hashes[0]) == 64 and hashes[0] == hashes[1], f"{took:.1f} s")
    sent, got = mean_sizes(switch, giver, taker, before)
    scene.check(f"{giver.name} {'leaves the cutting to others' if giver.sends else 'cuts for itself'}",
                (sent > FULL) == giver.sends, f"{sent:.0f} bytes a frame")
    whole = giver.sends and taker.takes
    scene.check(f"{taker.name} gets them {'whole' if whole else 'cut'}", (got > FULL) == whole, f"{got:.0f} bytes a frame")


def play(scene):
    kernels = [Kernel(1, "both", True, True), Kernel(2, "sender", True, False),
               Kernel(3, "taker", False, True), Kernel(4, "neither", False, False)]
    switch = Switch(scene, FRAME + "".join(
        ADAPTER.format(own=kernel.own, path=kernel.path(scene)) for kernel in kernels)).wait_ready()
    for kernel in kernels:
        kernel.start(scene, sys.argv[2])
    alive = [switch.process, *(kernel.guest for kernel in kernels)]
    for number, (giver, taker) in enumerate(itertools.permutations(kernels, 2)):
        check_transfer(scene, switch, giver, taker, 5000 + number, alive)
    for name, counters in sorted(switch.check_laws("at the end").adapters.items()):
        scene.note(f"drops of {name}: {counters.drops}")
    switch.check_stops(signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(run_test("offloads", play, TEST_S))
