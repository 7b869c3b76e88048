#!/usr/bin/env python3
"""A real kernel on the wire of a SEA, and two as its clients: wire_test.py SEALANE TAP_GUEST

One client sends frames of up to 9000 bytes, the wire carries 1500.  What is too long is
answered or leaves in fragments; 1 GiB of TCP arrives as it was sent, both ways; what comes from the wire in segments is merged
for the client that takes large frames, and for no other.
"""

import os
import pathlib
import sys

os.environ.setdefault("SEALANE_OFFLOADS_MIB", "128")  # of each of the eight transfers
SYSTEM = pathlib.Path(__file__).parent.parent
sys.path.insert(0, str(SYSTEM / "offloads"))

from network import Namespace
from offloads_test import ADAPTER, FULL, MIB, TRANSFER, Kernel
from processes import must, run_text
from scene import run_test
from switch import Switch

TEST_S = 100  # about 15 are used when nothing else runs

FRAME = """\
system: frame1
vswitches:
  - {name: ETHERNET0, mode: veb}
partitions:
  - name: vios1
    type: vios
    adapters:
      - {name: ent0, type: physical,
         port: {type: ethdev, devargs: "net_af_packet0,iface=up0,blocksz=65536,framesz=16384,framecnt=128"}}
      - {name: ent3, type: virtual, vswitch: ETHERNET0, pvid: 1, trunk_priority: 1}
    seas:
      - {name: ent6, real_adapter: ent0, virt_adapters: [ent3], pvid_adapter: ent3, pvid: 1, large_receive: true}
  - name: lpars
    type: client
    adapters:
"""


class Outside:
    """The kernel at the other end of the wire."""

    name = "outside"
    addresses = ("10.0.2.9", "fd00:2::9")

    def __init__(self, scene):
        self.host = Namespace(scene, self.name)
        self.host.plug_in("up0", "eth0")
        must(*self.host.inside("sh", "-c", "echo 0 >/proc/sys/net/ipv6/conf/eth0/disable_ipv6"))
        self.host.set_up("eth0", f"{self.addresses[0]}/24", mtu=1500)
        must(*self.host.inside("ip", "addr", "add", f"{self.addresses[1]}/64", "dev", "eth0", "nodad"))

    def run(self, scene, verb, address, port):
        return scene.start(f"{verb}-outside-{port}",
                           self.host.inside(sys.executable, TRANSFER, verb, address, port, MIB))


def check_transfer(scene, switch, giver, taker, port):
    address = taker.addresses[port % 2]
    ear = taker.run(scene, "take", address, port)
    scene.wait(f"{taker.name} to listen", lambda: "listens" in ear.log.read_text(), alive=[ear])
    before = switch.ask("stats")["adapters"]
    mouth = giver.run(scene, "give", address, port)
    scene.wait(f"{giver.name} to give to {taker.name}", lambda: None not in (ear.exit_code(), mouth.exit_code()),
               alive=[switch.process])
    hashes = [(end.log.read_text().split() or [""])[-1] for end in (ear, mouth)]
    scene.check(f"{MIB} MiB from {giver.name} to {address} of {taker.name} arrive as they were sent",
                len(hashes[0]) == 64 and hashes[0] == hashes[1])
    now = switch.ask("stats")["adapters"]
    return lambda name, what: now[name].get(what, 0) - before[name].get(what, 0)


def check_path_mtu(scene, kernel, address):
    """Twice: the first is answered, and by the second the kernel knows."""
    ping = ("ping", "-n", "-c", "2", "-i", "0.3", "-W", "1")
    told = run_text(kernel.host.inside(*ping, "-M", "do", "-s", "3000", address))
    scene.check(f"{kernel.name} is told that 3000 bytes are too long for {address}",
                "1500" in told.stdout + told.stderr, (told.stdout + told.stderr).replace("\n", " | "))
    route = run_text(kernel.host.inside("ip", "route", "get", address)).stdout
    scene.check(f"{kernel.name} believes it", "mtu 1500" in route, route.strip())
    must(*kernel.host.inside("ip", "route", "flush", "cache"))
    cut = run_text(kernel.host.inside(*ping, "-M", "dont", "-s", "5000", address))
    scene.check(f"{kernel.name} reaches {address} with 5000 bytes that may be cut", " 0% packet loss" in cut.stdout,
                cut.stdout.split("---")[-1].replace("\n", " "))


def play(scene):
    outside = Outside(scene)
    kernels = [Kernel(1, "both", True, True), Kernel(4, "neither", False, False)]
    adapters = "".join(ADAPTER.format(own=kernel.own, path=kernel.path(scene)) for kernel in kernels)
    switch = Switch(scene, FRAME + adapters.replace("mtu: 1500", "mtu: 9000")).wait_ready()
    for kernel in kernels:
        kernel.start(scene, sys.argv[2])
    must(*kernels[0].host.inside("ip", "link", "set", "eth0", "mtu", "9000"))
    check_path_mtu(scene, kernels[0], outside.addresses[0])
    for number, kernel in enumerate(kernels):
        for port in (7000 + 2 * number, 7001 + 2 * number):
            check_transfer(scene, switch, kernel, outside, port)
            grew = check_transfer(scene, switch, outside, kernel, port + 100)
            mean = grew(kernel.adapter, "tx_bytes") / max(grew(kernel.adapter, "tx_frames"), 1)
            scene.check(f"{kernel.name} gets segments {'merged' if kernel.takes else 'as they came'}",
                        (mean > FULL) == kernel.takes, f"{mean:.0f} bytes a frame")
    switch.check_laws("at the end")


if __name__ == "__main__":
    sys.exit(run_test("wire", play, TEST_S))
