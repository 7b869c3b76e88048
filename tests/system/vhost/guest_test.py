#!/usr/bin/env python3
"""Linux guests with virtio-net over vhost-user, some with all offloads and one with none: guest_test.py SEALANE GUEST_DIR

TCP between real kernels, IPv4 and IPv6, in every combination of what the two ends leave to others; equal hashes.
"""

import os
import pathlib
import re
import signal
import sys

from processes import comes_true
from scene import run_test
from switch import Switch
from x86_guest import nic, start_guest

MIB = int(os.environ.get("SEALANE_VHOST_MIB", "16"))  # of each transfer; 1024 takes some minutes without KVM
TEST_S = 280 + 4 * MIB  # about 60 are used when nothing else runs and it is 16
PIECE_MIB = 8  # the guest sends whole ones, so less would be nothing

FRAME = """\
system: frame1
vswitches:
  - {{name: ETHERNET0, mode: veb}}
partitions:
  - name: lpars
    type: client
    adapters:
"""
ADAPTER = """\
      - {{name: ent{own}, type: virtual, vswitch: ETHERNET0, pvid: 1, vids: [10], mac: "02:00:00:00:01:{own}", mtu: {mtu},
         port: {{type: vhost-user, path: {path}, mode: {mode}, queues: {queues}}}}}
"""
WITHOUT = ",csum=off,guest_csum=off,host_tso4=off,host_tso6=off,guest_tso4=off,guest_tso6=off,mrg_rxbuf=off"
PACKED = ",packed=on"
OFFLOADS = ("csum", "guest_csum", "host_tso4", "host_tso6", "guest_tso4", "guest_tso6")


class Guest:
    """11 and 13 have every offload, 11 two queues, 13 a packed ring; 12 has none.  12's socket is the switch's.

    11 and 13 have jumbo frames, and speak by a VLAN device too.
    """

    def __init__(self, own, properties="", switch_serves=False, mtu=1500, queues=1, take=(), give=()):
        self.own = own
        self.mtu = mtu
        self.queues = queues
        self.name = f"guest{own}"
        self.properties = properties
        self.switch_serves = switch_serves
        self.take = take
        self.give = give

    def start(self, scene, guest_dir):
        vlan = f"10:10.0.10.{self.own}/24" if self.mtu > 1500 else ""
        orders = {"mtu": self.mtu, "vlan": vlan, "ip": f"10.0.1.{self.own}/24,fd00::{self.own}/64", "mib": MIB,
                  "ping": "10.0.1.11" if self.own != 11 else "10.0.1.12", "take": ",".join(map(str, self.take)), "give": ",".join(self.give)}
        ends = "server=off,reconnect=1" if self.switch_serves else "server=on,wait=off"
        self.qemu = start_guest(
            scene, self.name, guest_dir, orders,
            [nic(scene.run / f"{self.name}.sock", ends, f"02:00:00:00:01:{self.own}", queues=self.queues, properties=self.properties)],
            more=["-no-reboot", "-smp", str(self.queues)])

    def said(self):
        console = self.qemu.log.read_text(errors="replace")
        return [line.strip() for line in re.findall(r"GUEST (.*)", console)]

    def is_done(self):
        return "done" in self.said()

    def pongs(self):
        return self.said().count("pong")

    def hashes(self, verb):
        """Of the transfers, by port."""
        return {line.split()[1]: line.split()[2] for line in self.said() if line.startswith(verb + " ")}


def check_features(scene, switch, guests):
    ports = {adapter["name"]: adapter["port"] for adapter in switch.ask("show")["adapters"]}
    for guest in guests:
        features = {line["name"]: line for line in ports[f"lpars/ent{guest.own}"].get("features", [])}
        wanted = guest.properties != WITHOUT
        wrong = [name for name in OFFLOADS if features[name]["acked"] != wanted]
        scene.check(f"{guest.name}: {'every' if wanted else 'no'} offload is acked, and show says so", not wrong,
                    ", ".join(wrong))
        scene.check(f"{guest.name}: it has {guest.queues} queue{'s' if guest.queues > 1 else ''}",
                    f"queues {guest.queues}" in guest.said() and features["mq"]["acked"] == (guest.queues > 1))
        scene.check(f"{guest.name}: its ring is {'packed' if guest.properties == PACKED else 'split'}",
                    features["packed"]["acked"] == (guest.properties == PACKED))


def check_transfers(scene, guests):
    taken, given = {}, {}
    for guest in guests:
        taken.update(guest.hashes("took"))
        given.update(guest.hashes("gave"))
    for guest in guests:
        for target in guest.give:
            address, port = target.split("/")
            scene.check(f"{MIB} MiB from {guest.name} to {address} arrive as they were sent",
                        port in given and given[port] == taken.get(port), given.get(port, "never")[:12])


def check_restart(scene, frame, guests):
    """Both kinds of sockets: the guest's, which the switch finds again, and the switch's, which QEMU does.

    Not packed rings: QEMU 7.2 can't tell where one stood unless the switch is still there to be asked.
    """
    guests = [guest for guest in guests if guest.properties != PACKED]
    again = Switch(scene, frame, name="again").wait_ready()
    before = [guest.pongs() for guest in guests]
    back = comes_true(lambda: all(guest.pongs() > n + 1 for guest, n in zip(guests, before)))
    scene.check("after SIGKILL and a new start of the switch the guests talk again", back)
    again.check_stops(signal.SIGTERM)
    scene.check("the switch's socket is gone with it", not (scene.run / "guest12.sock").exists())


def play(scene):
    guest_dir = pathlib.Path(sys.argv[2])
    guests = [
        Guest(11, mtu=9000, queues=2, take=(5003, 5006), give=("10.0.1.12/5001", "fd00::13/5002", "10.0.10.13/5007")),
        Guest(12, properties=WITHOUT, switch_serves=True, take=(5001, 5005), give=("fd00::11/5003",)),
        Guest(13, mtu=9000, properties=PACKED, take=(5002, 5007), give=("fd00::12/5005", "10.0.1.11/5006")),
    ]
    frame = FRAME.format() + "".join(
        ADAPTER.format(own=guest.own, path=scene.run / f"{guest.name}.sock", mtu=guest.mtu, queues=guest.queues,
                       mode="server" if guest.switch_serves else "client") for guest in guests)
    switch = Switch(scene, frame).wait_ready()
    for guest in guests:
        guest.start(scene, guest_dir)
    alive = [switch.process, *(guest.qemu for guest in guests)]
    for guest in guests:
        scene.wait(f"{guest.name} to finish", guest.is_done, alive=alive)

    check_transfers(scene, guests)
    check_features(scene, switch, guests)
    laws = switch.check_laws("at the end")
    for name, row in sorted(switch.ask("stats")["adapters"].items()):
        mean = {way: row[f"{way}_bytes"] / max(row[f"{way}_frames"], 1) for way in ("rx", "tx")}
        scene.note(f"{name}: {mean['rx']:.0f} bytes a frame it sent, {mean['tx']:.0f} a frame it got")
        if name == "lpars/ent11":
            scene.check("guest11 left the cutting to others", mean["rx"] > 1518)
        if name == "lpars/ent12":
            scene.check("guest12 got cut frames only", mean["tx"] <= 1514)
    for name, counters in sorted(laws.adapters.items()):
        scene.note(f"drops of {name}: {counters.drops}")
    switch.process.end()
    check_restart(scene, frame, guests)


if __name__ == "__main__":
    if MIB < PIECE_MIB or MIB % PIECE_MIB:
        sys.exit(f"SEALANE_VHOST_MIB={MIB}: not {PIECE_MIB} or a multiple of it")
    sys.exit(run_test("vhost-guests", play, TEST_S))
