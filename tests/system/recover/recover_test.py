#!/usr/bin/env python3
"""Guests over vhost-user come back by themselves, whatever ends: recover_test.py SEALANE_BINARY GUEST_DIR

Five times in other orders: a guest is reset, a guest is killed and started again, the switch is killed, the switch is
stopped; after each both guests talk, and what the switch holds is as much as before.
"""

import os
import pathlib
import re
import signal
import socket
import sys
import time

from processes import comes_true
from scene import run_test
from switch import Switch
from x86_guest import nic, start_guest

TEST_S = 500  # about 100 are used when nothing else runs
ROUNDS = 5
TALK_S = 60  # a guest boots meanwhile, on a busy machine
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
      - {{name: ent{own}, type: virtual, vswitch: ETHERNET0, pvid: 1, mac: "02:00:00:00:01:{own}", mtu: 1500,
         port: {{type: vhost-user, path: {path}, mode: {mode}}}}}
"""


class Guest:
    """Asks the other once a second, and says so; 12's socket is the switch's."""

    def __init__(self, scene, guest_dir, own, other):
        self.scene, self.guest_dir, self.own, self.other = scene, guest_dir, own, other
        self.link = scene.run / f"guest{own}.sock"
        self.monitor = scene.run / f"guest{own}.monitor"
        self.lives = 0
        self.start()

    @property
    def mode(self):
        return "server" if self.own == 12 else "client"

    def start(self):
        self.lives += 1
        for left in (self.monitor, *([self.link] if self.mode == "client" else [])):
            left.unlink(missing_ok=True)
        ends = "server=off,reconnect=1" if self.mode == "server" else "server=on,wait=off"
        orders = {"ip": f"10.0.1.{self.own}/24", "mib": 8, "ping": f"10.0.1.{self.other}"}
        self.qemu = start_guest(self.scene, f"guest{self.own}-{self.lives}", self.guest_dir, orders,
                                [nic(self.link, ends, f"02:00:00:00:01:{self.own}")],
                                more=["-monitor", f"unix:{self.monitor},server=on,wait=off"])

    def reset(self):
        """By QEMU's monitor, which shows its prompt again when that is done."""
        with socket.socket(socket.AF_UNIX) as monitor:
            monitor.connect(str(self.monitor))
            monitor.sendall(b"system_reset\n")
            said = b""
            while said.count(b"(qemu)") < 2:
                monitor.settimeout(10)
                said += monitor.recv(4096)

    def kill(self):
        self.qemu.end()
        self.start()

    def pongs(self):
        return len(re.findall("GUEST pong", self.qemu.log.read_text(errors="replace")))


class Frame:
    def __init__(self, scene, guest_dir):
        self.scene = scene
        self.guests = [Guest(scene, guest_dir, 11, 12), Guest(scene, guest_dir, 12, 11)]
        self.lives = 0
        self.start_switch()

    def start_switch(self):
        self.lives += 1
        text = FRAME + "".join(ADAPTER.format(own=g.own, path=g.link, mode=g.mode) for g in self.guests)
        self.switch = Switch(self.scene, text, name=f"sealane-{self.lives}").wait_ready()

    def kill_switch(self):
        self.switch.process.end()
        self.start_switch()

    def stop_switch(self):
        self.switch.check_stops(signal.SIGTERM)
        self.start_switch()

    def reset_guest(self):
        self.guests[0].reset()

    def kill_guest(self):
        self.guests[1].kill()

    def talk(self):
        """Each is answered twice more than so far; how long that took."""
        began, before = time.monotonic(), [guest.pongs() for guest in self.guests]
        answered = comes_true(lambda: all(g.pongs() >= n + 2 for g, n in zip(self.guests, before)), TALK_S)
        return answered, time.monotonic() - began

    def holdings(self):
        """Descriptors, threads and shared mappings of the switch, with both guests at rest."""
        proc = pathlib.Path(f"/proc/{self.switch.process.pid}")
        return (len(os.listdir(proc / "fd")), len(os.listdir(proc / "task")),
                (proc / "maps").read_text().count("memfd:memory-backend"))


def play(scene):
    frame = Frame(scene, pathlib.Path(sys.argv[2]))
    check = scene.check
    answered, took = frame.talk()
    check("two guests talk", answered, f"{took:.1f} s")
    held = frame.holdings()
    deeds = [frame.reset_guest, frame.kill_guest, frame.kill_switch, frame.stop_switch]
    for number in range(ROUNDS):
        for deed in deeds[number % 4:] + deeds[:number % 4]:  # each time another one first
            deed()
            what = deed.__name__.replace("_", " ")
            answered, took = frame.talk()
            check(f"round {number + 1}: after a {what} they talk again", answered, f"{took:.1f} s")
            check(f"round {number + 1}: and the switch holds as much as at first",
                  comes_true(lambda: frame.holdings() == held), f"{frame.holdings()} and {held}")
    for guest in frame.guests:
        guest.qemu.end()
    frame.switch.check_laws("at the end")
    frame.switch.check_stops(signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(run_test("recover", play, TEST_S))
