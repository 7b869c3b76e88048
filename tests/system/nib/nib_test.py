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

from processes import comes_true
from scene import run_test
from vioses import Vioses
from x86_guest import nic, start_guest

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


class Guest:
    def __init__(self, scene, guest_dir):
        nics = [nic(scene.run / f"ent{number}.sock", "server=off,reconnect=1", f"02:00:00:00:02:0{number}", number)
                for number in (0, 1)]
        self.qemu = start_guest(scene, "guest", guest_dir, {"bond": HOST, "ip": f"{CLIENT}/24"}, nics)

    def active(self):
        """Which adapter it uses, as it said last."""
        said = re.findall(r"GUEST active (eth[01])", self.qemu.log.read_text(errors="replace"))
        return said[-1] if said else None


def play(scene):
    vioses = "".join(VIOS.format(own=own, vswitch=own - 1) for own in (1, 2)).rstrip()
    frame = Vioses(scene, FRAME.format(vioses=vioses, run=scene.run), HOST)

    def reaches_client():
        return frame.outside.ping(CLIENT, 3, wait_s=1) == 3
    guest = Guest(scene, pathlib.Path(sys.argv[2]))
    check = scene.check
    alive = [guest.qemu, frame.processes["hypervisor"]]
    scene.wait("the host to reach the guest", reaches_client, alive=alive)
    check("the guest uses its first adapter", comes_true(lambda: guest.active() == "eth0"), guest.active())

    for dies, other in ((1, "eth1"), (2, "eth0")):
        began = time.monotonic()
        frame.kill(dies)
        check(f"with vios{dies} killed the host reaches the guest", comes_true(reaches_client))
        scene.note(f"after {time.monotonic() - began:.1f} s, three echoes included")
        check(f"by {other}", comes_true(lambda: guest.active() == other), guest.active())
        frame.start_vios(dies)
        check(f"vios{dies} is back, and the guest is reached", comes_true(reaches_client))

    guest.qemu.end()
    for part in ("vios1", "vios2", "hypervisor"):
        frame.processes[part].check_stops(check, signal.SIGTERM, part)


if __name__ == "__main__":
    sys.exit(run_test("nib", play, TEST_S))
