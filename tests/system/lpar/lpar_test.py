#!/usr/bin/env python3
"""Three LPARs, a switch, a SEA and an outside host: lpar_test.py SEALANE_BINARY GUEST_DIR

Started by run.sh inside a network namespace of its own, which plays the managed system; the outside host lives in a
second one.  Prints a line for each check and the sum at the end; exit 0 when all passed.
"""

import os
import pathlib
import signal
import sys

from guest import Guest
from network import OutsideHost
from scene import run_test
from switch import Switch

TEST_S = 280  # about 60 are used when nothing else runs
FIRST_ANSWER_S = 60
PINGS = 5

FRAME = """\
system: frame1
vswitches:
  - {{name: ETHERNET0, mode: veb}}
partitions:
  - name: vios1
    type: vios
    adapters:
      - {{name: ent0, type: physical,
         port: {{type: ethdev, devargs: "net_af_packet0,iface=up0,blocksz=65536,framesz=16384,framecnt=64"}}}}
      - {{name: ent3, type: virtual, vswitch: ETHERNET0, pvid: 1, vids: [10], trunk_priority: 1}}
    seas:
      - {{name: ent6, real_adapter: ent0, virt_adapters: [ent3], pvid_adapter: ent3, pvid: 1,
         ha_mode: disabled, jumbo_frames: true}}
  - name: lpar1
    type: client
    adapters:
      - {{name: ent0, type: virtual, vswitch: ETHERNET0, pvid: 1, vids: [10], mac: "02:00:00:00:01:11",
         port: {{type: qemu-stream, listen: {run}/lpar1.sock}}}}
  - name: lpar2
    type: client
    adapters:
      - {{name: ent0, type: virtual, vswitch: ETHERNET0, pvid: 1, vids: [10], mac: "02:00:00:00:01:12",
         port: {{type: qemu-dgram, local: {run}/lpar2.sock, remote: {run}/lpar2.qemu}}}}
  - name: lpar3
    type: client
    adapters:
      - {{name: ent0, type: virtual, vswitch: ETHERNET0, pvid: 1, vids: [10], mac: "02:00:00:00:01:13",
         port: {{type: qemu-stream, listen: {run}/lpar3.sock}}}}
"""
# By name, how QEMU attaches: its own netdevs, and VDE's with our module.
NETDEVS = {
    "lpar1": "stream,id=n0,server=off,addr.type=unix,addr.path={run}/lpar1.sock",
    "lpar2": "dgram,id=n0,local.type=unix,local.path={run}/lpar2.qemu,remote.type=unix,remote.path={run}/lpar2.sock",
    "lpar3": "vde,id=n0,sock=sealane://{run}/lpar3.sock",
}


def guest_orders(own, others):
    """VLAN 10 is bridged; VLAN 20 exists in the guests and outside, but no adapter is a member."""
    reach = [f"10.0.{vlan}.{host}" for host in (1, *others) for vlan in (1, 10)]
    jumbo = [f"{address}/8000" for address in reach]
    return {
        "ip": f"10.0.1.{own}/24",
        "vlan": f"10:10.0.10.{own}/24,20:10.0.20.{own}/24",
        "mtu": 9000,
        "ping": ",".join(reach + jumbo),
        "noping": ",".join(f"10.0.20.{host}" for host in (1, *others)),
        "count": PINGS,
        "wait": FIRST_ANSWER_S,
        "stay": 1,
    }


def check_guest(report, name, said, orders):
    report.check(f"{name}: its driver is ibmveth", "driver ibmveth" in said)
    report.check(f"{name}: its MTU is {orders['mtu']}", f"mtu {orders['mtu']}" in said)
    for entry in orders["vlan"].split(","):
        device = f"eth0.{entry.split(':')[0]}"
        report.check(f"{name}: has {device}", f"vlan {device}" in said)
    for kind, want in (("ping", "is answered by"), ("noping", "gets nothing from")):
        for target in orders[kind].split(","):
            line = next((l for l in said if l.startswith(f"{kind} {target} ")), f"{kind} {target} not tried")
            verdict = line.split()[2:]
            report.check(f"{name}: {want} {target}", verdict[0] == "ok", verdict[-1])


def check_outside(report, outside):
    for address in (f"10.0.{vlan}.{own}" for own in (11, 12, 13) for vlan in (1, 10)):
        report.check(f"outside host: is answered by {address}", outside.ping(address, PINGS) == PINGS)
    seen = outside.link_counters("tap20")["rx"]["packets"]
    report.check("outside host: sees nothing of VLAN 20", seen == 0, f"{seen} frames")


def check_stats(report, adapters):
    for name in ("lpar1/ent0", "lpar2/ent0", "lpar3/ent0", "vios1/ent0"):
        counters = adapters.get(name, {})
        moved = [counters.get(key, 0) for key in ("rx_frames", "tx_frames")]
        report.check(f"stats: {name} moved frames both ways", min(moved) > 0, f"rx {moved[0]}, tx {moved[1]}")
    for name in ("lpar1/ent0", "lpar2/ent0", "lpar3/ent0"):
        refused = sum(adapters.get(name, {}).get("drops", {}).values())
        report.check(f"stats: {name} has its VLAN 20 frames counted as drops", refused > 0, f"{refused} drops")
    for name, counters in sorted(adapters.items()):
        drops = {reason: count for reason, count in counters.get("drops", {}).items() if count}
        report.note(f"drops of {name}: {drops or 'none'}")


def play(scene):
    """The test itself.  Whatever goes wrong leaves logs in the scene's folder and every process running."""
    report, guest_dir = scene.report, pathlib.Path(sys.argv[2])
    outside = OutsideHost(scene, wire="up0")
    switch = Switch(scene, FRAME.format(run=scene.run)).wait_ready()

    os.environ["VDEPLUGIN_PATH"] = str(pathlib.Path(scene.sealane).resolve().parents[2] / "client")
    guests = []
    for own, (name, netdev) in enumerate(NETDEVS.items(), start=11):
        socket_path = scene.run / f"{name}.sock"
        scene.wait(f"sealane to listen on {socket_path.name}", socket_path.is_socket, alive=[switch.process])
        orders = guest_orders(own, [other for other in (11, 12, 13) if other != own])
        guests.append(Guest(scene, name, guest_dir, netdev.format(run=scene.run), f"02:00:00:00:01:{own}", orders))
    for guest in guests:
        alive = [switch.process, *(g.qemu for g in guests)]
        scene.wait(f"{guest.name} to finish", guest.is_done, alive=alive)
        check_guest(report, guest.name, guest.said(), guest.orders)

    check_outside(report, outside)
    check_stats(report, switch.ask("stats")["adapters"])
    switch.check_laws("at the end")
    switch.check_stops(signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(run_test("lpar", play, TEST_S))
