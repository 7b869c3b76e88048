#!/usr/bin/env python3
"""qemu-dgram ports with libsealane-port and with QEMU's own netdev: dgram_test.py SEALANE_BINARY"""

import shutil
import signal
import sys
import time

from client_test import PATIENCE_S, library_of
from frames import make_frame
from port import Library
from processes import NoProgress
from scene import run_test
from streams_frame import mac_of
from switch import Switch

TEST_S = 150
FRAMES = 5000
SIZES = (60, 64, 590, 1514, 9014)
FRAME = """\
system: frame1
vswitches:
  - {{name: ETHERNET0, mode: veb}}
partitions:
"""
CLIENT = """\
  - name: lpar{number}
    type: client
    adapters:
      - {{name: ent0, type: virtual, vswitch: ETHERNET0, pvid: 1, mac: "{mac}",
         port: {{type: qemu-dgram, local: {run}/switch{number}.sock, remote: {run}/peer{number}.sock}}}}
"""


def frame_of(run):
    return FRAME.format() + "".join(CLIENT.format(number=number, mac=mac_of(number), run=run) for number in (1, 2))


def url_of(run, number):
    return f"dgram:{run}/peer{number}.sock,{run}/switch{number}.sock"


class Host:
    """A client by its own library, and what it has sent and seen."""

    def __init__(self, port, number):
        self.port = port
        self.number = number
        self.numbers = []

    def is_connected(self):
        return self.port.service()

    def frame(self, to, number):
        return make_frame(mac_of(to), mac_of(self.number), number.to_bytes(4, "big"), SIZES[number % len(SIZES)])

    def collect(self):
        self.port.service()
        self.numbers += [int.from_bytes(frame[14:18], "big") for frame in self.port.receive()]


def exchange(sender, receiver, count):
    """Numbered frames one way, few under way at once: what the kernel queues between is short."""
    receiver.numbers.clear()
    sent, end = 0, time.monotonic() + PATIENCE_S
    while len(receiver.numbers) < count:
        if time.monotonic() > end:
            raise NoProgress(f"of {count} frames {len(receiver.numbers)} came")
        while sent < count and sent - len(receiver.numbers) < 8 and sender.port.send([sender.frame(receiver.number, sent)]) == 1:
            sent += 1
        sender.port.service()
        receiver.collect()
    return receiver.numbers == list(range(count))


def are_ready(switch):
    """The switch has found both of its peers, which come after it."""
    return all(adapter["port"]["up"] for adapter in switch.ask("show")["adapters"])


def check_library(scene, library):
    switch = Switch(scene, frame_of(scene.run)).wait_ready()
    hosts = [Host(library.open(url_of(scene.run, number)), number) for number in (1, 2)]
    for host in hosts:
        scene.wait(f"port {host.number} to connect", host.is_connected)
    scene.wait("the switch to find both", lambda: are_ready(switch))
    scene.check(f"{FRAMES} datagrams go there in order, of up to {max(SIZES)} bytes", exchange(hosts[0], hosts[1], FRAMES))
    scene.check("and back", exchange(hosts[1], hosts[0], FRAMES))
    laws = switch.check_laws("after datagrams")
    for host in hosts:
        own = laws.adapters[f"lpar{host.number}/ent0"]
        scene.check(f"lpar{host.number}: the switch counts what the port did", (own.rx, own.tx) == (FRAMES, FRAMES), f"{own.rx} {own.tx}")
    switch.check_stops(signal.SIGTERM)
    for host in hosts:
        host.port.close()


def check_qemu(scene, library):
    """QEMU stands between the switch's port and a client, as a hub between two netdevs; it has no guest."""
    qemu = shutil.which("qemu-system-x86_64")
    if not qemu:
        scene.note("QEMU is not installed: its netdev is not tried")
        return
    switch = Switch(scene, frame_of(scene.run), "beside-qemu").wait_ready()
    link = scene.run / "behind-qemu.sock"
    process = scene.start("qemu", [
        qemu, "-M", "none", "-display", "none", "-nodefaults", "-accel", "tcg", "-netdev",
        f"dgram,id=d,local.type=unix,local.path={scene.run}/peer1.sock,remote.type=unix,remote.path={scene.run}/switch1.sock",
        "-netdev", f"stream,id=s,server=on,addr.type=unix,addr.path={link}",
        "-netdev", "hubport,id=h0,hubid=0,netdev=d", "-netdev", "hubport,id=h1,hubid=0,netdev=s"])
    scene.wait("QEMU to listen", link.is_socket, alive=[process])
    behind = Host(library.open(f"unix:{link}"), 1)
    beside = Host(library.open(url_of(scene.run, 2)), 2)
    for host in (behind, beside):
        scene.wait(f"port {host.number} to connect", host.is_connected, alive=[process])
    scene.wait("the switch to find both", lambda: are_ready(switch))
    count = FRAMES // 10
    scene.check(f"{count} frames go through QEMU's netdev dgram into the switch", exchange(behind, beside, count))
    scene.check("and out of it", exchange(beside, behind, count))
    switch.check_laws("behind QEMU")
    process.end()
    switch.check_stops(signal.SIGTERM)


def play(scene):
    library = Library(library_of(scene.sealane))
    check_library(scene, library)
    check_qemu(scene, library)


if __name__ == "__main__":
    sys.exit(run_test("dgram", play, TEST_S))
