#!/usr/bin/env python3
"""A guest that backs up its own network: nib_test.py SEALANE_BINARY GUEST_DIR

Linux's bonding, active-backup with ARP monitoring, over two virtio-net adapters on two virtual switches; each has its
own VIOS, a process, and no SEA of them knows of the other (powervm-network.md: Network Interface Backup).
"""

import pathlib
import re
import signal
import sys
import time

from network import Namespace
from processes import comes_true, must, run_text
from scene import run_test

TEST_S = 150
HOST, CLIENT = "10.0.1.1", "10.0.1.11"
FRAME = """\
system: frame1
vswitches:
  - {{name: ETHERNET0, mode: veb}}
  - {{name: ETHERNET1, mode: veb}}
partitions:
{vioses}
  - name: lpar1
    type: client
    adapters:
      - {{name: ent0, type: virtual, vswitch: ETHERNET0, pvid: 1, mtu: 1500,
         port: {{type: vhost-user, path: {run}/ent0.sock, mode: server}}}}
      - {{name: ent1, type: virtual, vswitch: ETHERNET1, pvid: 1, mtu: 1500,
         port: {{type: vhost-user, path: {run}/ent1.sock, mode: server}}}}
"""
VIOS = """\
  - name: vios{own}
    type: vios
    adapters:
      - {{name: ent0, type: physical, port: {{type: ethdev, devargs: "net_tap{own},iface=up{own}"}}}}
      - {{name: ent3, type: virtual, vswitch: ETHERNET{vswitch}, pvid: 1, trunk_priority: 1}}
    seas:
      - {{name: ent6, real_adapter: ent0, virt_adapters: [ent3], pvid_adapter: ent3, pvid: 1, ha_mode: disabled}}
"""


class Frame:
    """The hypervisor, two VIOSes, and a bridge that both wires end at, whose own address is the host's."""

    def __init__(self, scene):
        self.scene = scene
        self.folder = scene.run / "frame"
        self.config = scene.run / "frame.yaml"
        vioses = "".join(VIOS.format(own=own, vswitch=own - 1) for own in (1, 2))
        self.config.write_text(FRAME.format(vioses=vioses.rstrip(), run=scene.run))
        self.outside = Namespace(scene, "outside")
        must(*self.outside.inside("ip", "link", "add", "br0", "type", "bridge"))
        self.outside.set_up("br0", f"{HOST}/24", mtu=1500)
        self.processes = {}
        self.start("hypervisor")
        for own in (1, 2):
            self.start_vios(own)

    def start(self, part):
        self.processes[part] = self.scene.start(
            part, [self.scene.sealane, "run", self.config, "--as", part, "--frame", self.folder])
        self.scene.wait(f"{part} to answer", lambda: self.call(part, "show").returncode == 0, alive=[self.processes[part]])

    def start_vios(self, own):
        self.start(f"vios{own}")
        wire = f"up{own}"
        self.outside.adopt(wire)
        must(*self.outside.inside("ip", "link", "set", wire, "master", "br0", "up"))

    def kill(self, own):
        self.processes.pop(f"vios{own}").end()

    def call(self, part, *words):
        return run_text([self.scene.sealane, *words, "--control", self.folder / f"{part}.control"])

    def reaches_client(self):
        return self.outside.ping(CLIENT, 3, wait_s=1) == 3


class Guest:
    def __init__(self, scene, guest_dir):
        words = f"sealane.bond={HOST} sealane.ip={CLIENT}/24"
        nics = []
        for number in (0, 1):
            nics += ["-chardev", f"socket,id=c{number},path={scene.run}/ent{number}.sock,server=off,reconnect=1",
                     "-netdev", f"vhost-user,id=n{number},chardev=c{number}",
                     # QEMU 7.2 without KVM crashes where vhost and MSI-X meet.
                     "-device", f"virtio-net-pci,netdev=n{number},romfile=,vectors=0,mac=02:00:00:00:02:0{number}"]
        self.qemu = scene.start("guest", [
            "qemu-system-x86_64", "-M", "q35", "-accel", "tcg", "-nodefaults", "-nographic", "-no-reboot",
            "-serial", "stdio", "-m", "192", "-object", "memory-backend-memfd,id=m,size=192M,share=on",
            "-machine", "memory-backend=m", "-kernel", guest_dir / "vmlinuz", "-initrd", guest_dir / "initramfs.cpio",
            "-append", f"console=ttyS0 loglevel=3 panic=1 {words}", *nics])

    def active(self):
        """Which adapter it uses, as it said last."""
        said = re.findall(r"GUEST active (eth[01])", self.qemu.log.read_text(errors="replace"))
        return said[-1] if said else None


def play(scene):
    frame = Frame(scene)
    guest = Guest(scene, pathlib.Path(sys.argv[2]))
    check = scene.check
    alive = [guest.qemu, frame.processes["hypervisor"]]
    scene.wait("the host to reach the guest", frame.reaches_client, alive=alive)
    check("the guest uses its first adapter", comes_true(lambda: guest.active() == "eth0"), guest.active())

    for dies, other in ((1, "eth1"), (2, "eth0")):
        began = time.monotonic()
        frame.kill(dies)
        check(f"with vios{dies} killed the host reaches the guest", comes_true(frame.reaches_client))
        scene.note(f"after {time.monotonic() - began:.1f} s, three echoes included")
        check(f"by {other}", comes_true(lambda: guest.active() == other), guest.active())
        frame.start_vios(dies)
        check(f"vios{dies} is back, and the guest is reached", comes_true(frame.reaches_client))

    guest.qemu.end()
    for part in ("vios1", "vios2", "hypervisor"):
        frame.processes[part].check_stops(check, signal.SIGTERM, part)


if __name__ == "__main__":
    sys.exit(run_test("nib", play, TEST_S))
