#!/usr/bin/env python3
"""A guest and a host beyond a pair of SEAs: TCP goes on while VIOSes die under it: beyond_test.py SEALANE_BINARY GUEST_DIR

A virtio-net guest with every offload, on vhost-user; the hypervisor and two VIOSes are processes, whose wires end at a bridge.
$SEALANE_BEYOND_MIB (32) go each way in one connection each, and in the middle of each the VIOS that bridges is killed.
"""

import hashlib
import os
import pathlib
import re
import signal
import socket
import sys
import threading

from processes import comes_true
from scene import run_test
from vioses import Vioses
from x86_guest import nic, start_guest

MIB = int(os.environ.get("SEALANE_BEYOND_MIB", "32"))
PIECE = 8 << 20  # the guest sends whole ones
TEST_S = 150 + 2 * MIB
HOST, CLIENT = "10.0.1.1", "10.0.1.11"
TO_HOST, TO_GUEST = 5001, 5002
FRAME = """\
system: frame1
vswitches:
  - {{name: ETHERNET0, mode: veb}}
partitions:
{vioses}
  - name: lpar1
    type: client
    adapters:
      - {{name: ent0, type: virtual, vswitch: ETHERNET0, pvid: 1, mtu: 1500,
         port: {{type: vhost-user, path: {run}/ent0.sock, mode: server}}}}
"""
VIOS = """\
  - name: vios{own}
    type: vios
    adapters:
      - {{name: ent0, type: physical, port: {{type: ethdev, devargs: "net_tap{own},iface=up{own}"}}}}
      - {{name: ent3, type: virtual, vswitch: ETHERNET0, pvid: 1, trunk_priority: {own}}}
      - {{name: ent5, type: virtual, vswitch: ETHERNET0, pvid: 100}}
    seas:
      - {{name: ent6, real_adapter: ent0, virt_adapters: [ent3], pvid_adapter: ent3, pvid: 1,
         ctl_chan: ent5, ha_mode: auto, health_time: 0, lease_ms: 1000}}
"""


class Frame(Vioses):
    def __init__(self, scene):
        vioses = "".join(VIOS.format(own=own) for own in (1, 2)).rstrip()
        super().__init__(scene, FRAME.format(vioses=vioses, run=scene.run), HOST)

    def bridges(self, own):
        return f"vios{own}" in self.processes and "PRIMARY" in self.call(f"vios{own}", "sea").stdout

    def wait_for(self, own):
        self.scene.wait(f"vios{own} to bridge", lambda: self.bridges(own))


class Guest:
    def __init__(self, scene, guest_dir):
        orders = {"ip": f"{CLIENT}/24", "mib": MIB, "take": TO_GUEST, "give": f"{HOST}/{TO_HOST}", "ping": HOST}
        self.qemu = start_guest(scene, "guest", guest_dir, orders, [
            nic(scene.run / "ent0.sock", "server=off,reconnect=1", "02:00:00:00:01:11")])

    def told(self, verb, port):
        """The hash of a transfer, or None so far."""
        found = re.findall(rf"GUEST {verb} {port} (\w+)", self.qemu.log.read_text(errors="replace"))
        return found[0] if found else None


class Transfer(threading.Thread):
    """One connection of the host's; `moved` bytes so far, and their hash."""

    def __init__(self, network):
        super().__init__(daemon=True)
        self.network, self.moved, self.hash, self.fault = network, 0, hashlib.sha256(), None

    def run(self):
        try:
            self.move()
        except OSError as fault:
            self.fault = fault

    def is_in_the_middle(self):
        return self.moved > (MIB << 20) // 4


class ToHost(Transfer):
    def __init__(self, network):
        super().__init__(network)
        with network.entered():
            self.listening = socket.create_server((HOST, TO_HOST))

    def move(self):
        connection = self.listening.accept()[0]
        self.listening.close()  # nobody else's
        with connection:
            while data := connection.recv(1 << 16):
                self.hash.update(data)
                self.moved += len(data)


class ToGuest(Transfer):
    def move(self):
        with self.network.entered():
            connection = socket.socket()
        piece = os.urandom(PIECE)
        connection.connect((CLIENT, TO_GUEST))
        with connection:
            for _ in range(MIB * (1 << 20) // PIECE):
                for at in range(0, PIECE, 1 << 16):
                    data = piece[at:at + (1 << 16)]
                    connection.sendall(data)
                    self.hash.update(data)
                    self.moved += len(data)


def check_transfer(scene, frame, guest, transfer, verb, port, dies):
    """In its middle the VIOS `dies`; the other goes on."""
    transfer.start()
    scene.wait("a quarter to be there", lambda: transfer.is_in_the_middle() or transfer.fault, alive=[guest.qemu])
    what = f"{MIB} MiB {'to' if verb == 'took' else 'from'} the guest, vios{dies} killed in the middle"
    before = transfer.moved
    frame.kill(dies)
    frame.wait_for(3 - dies)
    scene.check(f"{what}: it was the middle", before < MIB << 20, f"{before >> 20} MiB before")
    scene.wait(f"{what}: the end", lambda: guest.told(verb, port) and not transfer.is_alive(), alive=[guest.qemu])
    scene.check(f"{what}: one connection, equal hashes", transfer.fault is None and transfer.moved == MIB << 20
                and guest.told(verb, port) == transfer.hash.hexdigest(), str(transfer.fault or guest.told(verb, port)[:12]))


def play(scene):
    frame = Frame(scene)
    frame.wait_for(1)
    to_host = ToHost(frame.outside)
    guest = Guest(scene, pathlib.Path(sys.argv[2]))
    check_transfer(scene, frame, guest, to_host, "gave", TO_HOST, dies=1)
    frame.start_vios(1)
    frame.wait_for(1)
    scene.check("vios1 is back and has taken over, and the guest is reached", comes_true(lambda: frame.outside.ping(CLIENT, 3) == 3))
    check_transfer(scene, frame, guest, ToGuest(frame.outside), "took", TO_GUEST, dies=1)
    guest.qemu.end()
    for part in ("vios2", "hypervisor"):
        frame.processes[part].check_stops(scene.check, signal.SIGTERM, part)


if __name__ == "__main__":
    if MIB < 8 or MIB % 8:
        sys.exit(f"SEALANE_BEYOND_MIB={MIB}: not 8 or a multiple of it")
    sys.exit(run_test("beyond", play, TEST_S))
