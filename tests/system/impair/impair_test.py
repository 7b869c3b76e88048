#!/usr/bin/env python3
"""What `sealane impair` does to the packets of two kernels: impair_test.py SEALANE_BINARY"""

import signal
import sys

from network import Namespace
from scene import run_test
from switch import Switch

TEST_S = 60
PINGS = 50
FRAME = """\
system: frame1
vswitches:
  - {name: ETHERNET0, mode: veb}
partitions:
  - name: c1
    type: client
    adapters:
      - {name: ent0, type: virtual, vswitch: ETHERNET0, pvid: 1, mtu: 1500,
         port: {type: ethdev, devargs: "net_tap1,iface=c1"}, impair: {out: {loss: 40%}, seed: 7}}
  - name: c2
    type: client
    adapters:
      - {name: ent0, type: virtual, vswitch: ETHERNET0, pvid: 1, mtu: 1500,
         port: {type: ethdev, devargs: "net_tap2,iface=c2"}}
"""


def play(scene):
    switch = Switch(scene, FRAME).wait_ready()
    hosts = [Namespace(scene, name) for name in ("c1", "c2")]
    for number, host in enumerate(hosts, 1):
        host.adopt(host.name)
        host.set_up(host.name, f"10.0.1.{number}/24", mtu=1500)
    one, _ = hosts

    def impair(*words):
        return switch.ask("impair", "c1/ent0", *words)

    def came(count=PINGS):
        return one.ping("10.0.1.2", count, wait_s=1)

    scene.wait("an answer in spite of the losses", lambda: came(5) > 0, alive=[switch.process])
    echoes = came()
    scene.check("two in five are lost, as the file says", PINGS * 0.3 < echoes < PINGS * 0.9, f"{echoes} of {PINGS}")
    lost = impair()["out"]["events"]["lost"]
    scene.check("each is counted as impaired", lost == switch.drops("c1/ent0", "out", "impaired") > 0, lost)

    impair("--clear")
    scene.check("a good wire loses nothing", came() == PINGS)
    impair("--in", "--duplicate", "100%")
    before = impair()["in"]["events"]["duplicated"]
    scene.check("doubled frames disturb no ping", came() == PINGS)
    scene.check("and were doubled", impair()["in"]["events"]["duplicated"] >= before + PINGS)
    impair("--clear", "--corrupt", "100%")
    scene.check("of spoilt packets none is answered", came(5) == 0)
    impair("--clear", "--link", "down")
    scene.wait("the link to be down", lambda: not adapter(switch)["port"]["up"], alive=[switch.process])
    scene.check("and carries nothing", came(5) == 0)
    impair("--link", "up")
    scene.check("plugged in again, it carries all", came() == PINGS)

    done = switch.call("impair", "c2/ent0", "--loss", "1%")
    scene.check("an adapter without `impair` is refused by name",
                done.returncode == 1 and "c2/ent0 can't be impaired" in done.stderr, done.stderr)
    switch.check_laws("after all that")
    switch.check_stops(signal.SIGTERM)


def adapter(switch):
    return next(one for one in switch.ask("show")["adapters"] if one["name"] == "c1/ent0")


if __name__ == "__main__":
    sys.exit(run_test("impair", play, TEST_S))
