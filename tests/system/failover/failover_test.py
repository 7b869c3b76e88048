#!/usr/bin/env python3
"""What an outside host sees when SEAs take over from each other: failover_test.py SEALANE_BINARY

Two SEAs of one process, each with a wire to the same learning bridge; a client's kernel pings the host behind it.
"""

import json
import signal
import sys

from network import Namespace
from processes import comes_true, must
from scene import run_test
from switch import Switch

TEST_S = 150
HOST = "10.0.1.1"
FRAME = """\
system: frame1
vswitches:
  - {{name: ETHERNET0, mode: veb}}
partitions:
{vioses}
  - name: lpar1
    type: client
    adapters:
      - {{name: ent0, type: virtual, vswitch: ETHERNET0, pvid: 99, mtu: 1500, mac: "02:00:00:00:00:c1",
         port: {{type: ethdev, devargs: "net_tap9,iface=c1"}}}}
"""
VIOS = """\
  - name: vios{own}
    type: vios
    adapters:
      - {{name: ent0, type: physical, impair: {{}}, port: {{type: ethdev, devargs: "{uplink}{own},iface=up{own}"}}}}
      - {{name: ent3, type: virtual, vswitch: ETHERNET0, pvid: 99, vids: [1, 2], trunk_priority: {own}}}
      - {{name: ent4, type: virtual, vswitch: ETHERNET0, pvid: 98, vids: [3, 4], trunk_priority: {own}}}
{channel}    seas:
      - {{name: ent6, real_adapter: ent0, virt_adapters: [ent3, ent4], pvid_adapter: ent3, pvid: 99,
         ha_mode: {mode}, health_time: 1, keepalive_ms: 500, lease_ms: 2000{more}}}
"""


CHANNEL = "      - {name: ent5, type: virtual, vswitch: ETHERNET0, pvid: 100}\n"


def frame(mode, more, channel, uplink):
    if channel:
        more += ", ctl_chan: ent5"
    vioses = (VIOS.format(own=own, mode=mode, channel=CHANNEL if channel else "", uplink=uplink, more=more.format(own=own))
              for own in (1, 2))
    return FRAME.format(vioses="".join(vioses).rstrip())


class Pair:
    """The frame, the host beyond the bridge, and the client."""

    def __init__(self, scene, name, mode, more="", channel=True, uplink="net_tap"):
        self.scene = scene
        self.outside = Namespace(scene, f"outside-{name}")
        wires = {wire: wire if uplink == "net_tap" else f"{wire}-far" for wire in ("up1", "up2")}
        for near, far in wires.items():
            if far != near:
                must("ip", "link", "add", near, "type", "veth", "peer", "name", far)
                must("ip", "link", "set", near, "up")
        self.switch = Switch(scene, frame(mode, more, channel, uplink), name=f"sealane-{name}").wait_ready()
        must(*self.outside.inside("ip", "link", "add", "br0", "type", "bridge"))
        for wire in wires.values():
            self.outside.adopt(wire)
            must(*self.outside.inside("ip", "link", "set", wire, "master", "br0", "up"))
        self.outside.set_up("br0", f"{HOST}/24", mtu=1500)
        self.client = Namespace(scene, f"client-{name}")
        self.client.adopt("c1")
        self.client.set_up("c1", "10.0.1.2/24", mtu=1500)

    def sea(self, own):
        return next(sea for sea in self.switch.ask("sea")["seas"] if sea["name"] == f"vios{own}/ent6")

    def states(self):
        return self.sea(1)["state"], self.sea(2)["state"]

    def becomes(self, first, second):
        return comes_true(lambda: self.states() == (first, second))

    def bridging(self):
        """Whose trunk adapters are active, all of them."""
        return [f"vios{own}" for own in (1, 2) if all(trunk["active"] for trunk in self.sea(own)["trunks"])]

    def plug(self, own, state):
        must(*self.outside.inside("ip", "link", "set", f"up{own}", state))

    def talks(self):
        return comes_true(lambda: self.client.ping(HOST, 3, wait_s=1) == 3)

    def bridge_sees(self, mac, wire):
        entries = json.loads(must(*self.outside.inside("bridge", "-j", "fdb", "show", "br", "br0")))
        return any(e["mac"] == mac and e["ifname"] == wire for e in entries)

    def bridge_sees_client_at(self, wire):
        return self.bridge_sees("02:00:00:00:00:c1", wire)

    def events(self, kind):
        return [(e["sea"], e["what"]) for e in self.switch.ask("events")["events"] if e["kind"] == kind]


def play_failover(scene):
    pair = Pair(scene, "auto", "auto")
    check = scene.check
    check("the better priority bridges", pair.becomes("PRIMARY", "BACKUP"), pair.states())
    check("client and host talk", pair.talks())

    pair.plug(1, "down")
    check("without its link it lets go, and the partner takes over", pair.becomes("LIMBO", "PRIMARY"), pair.states())
    check("the outside bridge learns where the client is before it speaks",
          comes_true(lambda: pair.bridge_sees_client_at("up2")))
    check("client and host talk", pair.talks())

    pair.plug(1, "up")
    check("with its link back and health_time over it takes back", pair.becomes("PRIMARY", "BACKUP"), pair.states())
    check("the outside bridge follows", comes_true(lambda: pair.bridge_sees_client_at("up1")))
    check("client and host talk", pair.talks())

    said = pair.switch.call("sea", "set", "vios1/ent6", "ha_mode=standby")
    check("ha_mode is set while it runs", said.returncode == 0, said.stderr)
    check("the one in standby hands over", pair.becomes("BACKUP", "PRIMARY"), pair.states())
    check("a dump has the mode that it runs in", "ha_mode: standby" in pair.switch.call("config", "dump").stdout)
    check("what was asked for is an event", ("vios1/ent6", "ha_mode standby") in pair.events("command"),
          pair.events("command"))
    check("client and host talk", pair.talks())
    wrong = pair.switch.call("sea", "set", "vios1/ent6", "ha_mode=best")
    check("another mode is refused with those that there are",
          wrong.returncode == 1 and "auto, standby or sharing" in wrong.stderr, wrong.stderr)
    check("each change of role is an event with its cause",
          ("vios2/ent6", "BACKUP > PRIMARY") in pair.events("role"), pair.events("role"))
    block = pair.switch.call("sea", "show", "vios2/ent6").stdout
    check("the High Availability block says so", "State: PRIMARY" in block and "Partner: BACKUP" in block, block)

    pair.switch.check_laws("after all that")
    pair.switch.check_stops(signal.SIGTERM)


def play_sharing(scene):
    pair = Pair(scene, "sharing", "sharing")
    check = scene.check
    check("each bridges a half", pair.becomes("PRIMARY_SH", "BACKUP_SH"), pair.states())
    active = {trunk["adapter"]: trunk["active"] for own in (1, 2) for trunk in pair.sea(own)["trunks"]}
    check("the adapter of the lower PVID is the better one's", active == {
        "vios1/ent3": False, "vios1/ent4": True, "vios2/ent3": True, "vios2/ent4": False}, active)
    check("client and host talk", pair.talks())
    pair.plug(2, "down")
    check("the other takes the rest over", pair.becomes("PRIMARY", "LIMBO"), pair.states())
    check("client and host talk", pair.talks())
    pair.plug(2, "up")
    check("and shares again after the repair", pair.becomes("PRIMARY_SH", "BACKUP_SH"), pair.states())
    check("client and host talk", pair.talks())
    pair.switch.check_laws("after sharing")
    pair.switch.check_stops(signal.SIGTERM)


def play_netaddr(scene):
    pair = Pair(scene, "netaddr", "auto", ", netaddr: 10.0.1.1, address: 10.0.1.1{own}")
    check = scene.check
    check("where the host answers the better priority bridges", pair.becomes("PRIMARY", "BACKUP"), pair.states())
    check("client and host talk", pair.talks())

    pair.switch.call("impair", "vios1/ent0", "--black-hole", "true")
    check("whose wire carries nothing, though its link is up, lets go", pair.becomes("LIMBO", "PRIMARY"), pair.states())
    check("and says why", "netaddr does not answer" in [
        event["cause"] for event in pair.switch.ask("events")["events"] if event["kind"] == "role"])
    check("client and host talk", pair.talks())
    pair.switch.call("impair", "vios1/ent0", "--clear")
    check("once the host answers it takes back", pair.becomes("PRIMARY", "BACKUP"), pair.states())

    must(*pair.outside.inside("ip", "address", "flush", "dev", "br0"))
    check("when the host itself has gone, both know", comes_true(lambda: {
        event["sea"] for event in pair.switch.ask("events")["events"]
        if event["cause"] == "netaddr does not answer"} == {"vios1/ent6", "vios2/ent6"}), pair.events("role"))
    check("one of them bridges all nevertheless", comes_true(lambda: len(pair.bridging()) == 1), pair.bridging())
    must(*pair.outside.inside("ip", "address", "add", f"{HOST}/24", "dev", "br0"))
    check("client and host talk", pair.talks())
    pair.switch.check_laws("after silence")
    pair.switch.check_stops(signal.SIGTERM)


def play_discovery(scene):
    pair = Pair(scene, "discovery", "auto", channel=False)
    check = scene.check
    check("without a control channel the better priority bridges", pair.becomes("PRIMARY", "BACKUP"), pair.states())
    block = pair.switch.call("sea", "show", "vios2/ent6").stdout
    check("they know each other over VLAN 4095", comes_true(
        lambda: "Partner: PRIMARY" in pair.switch.call("sea", "show", "vios2/ent6").stdout)
        and "Control Channel PVID: 4095" in block, block)
    pair.switch.call("sea", "set", "vios1/ent6", "ha_mode=standby")
    check("the one in standby hands over", pair.becomes("BACKUP", "PRIMARY"), pair.states())
    check("client and host talk", pair.talks())
    check("the adapters on it are shown", "vios1/ent3.4095" in pair.switch.call("show").stdout,
          pair.switch.call("show").stdout)
    dump = pair.switch.call("config", "dump").stdout
    check("and no dump has them", "4095" not in dump, dump)
    pair.switch.check_laws("after discovery")
    pair.switch.check_stops(signal.SIGTERM)


def play_reset(scene, uplink, reset):
    """What the outside bridge learned at the old owner's wire, but from no client of ours."""
    name = f"{uplink}-{reset}"
    pair = Pair(scene, name, "auto", f", adapter_reset: {str(reset).lower()}", uplink=uplink)
    far = "up1" if uplink == "net_tap" else "up1-far"
    check = scene.check
    check(f"{name}: the better priority bridges", pair.becomes("PRIMARY", "BACKUP"), pair.states())
    check(f"{name}: client and host talk", pair.talks())
    roles = len(pair.events("role"))
    must(*pair.outside.inside("bridge", "fdb", "add", "02:00:00:00:00:99", "dev", far, "master", "dynamic"))
    pair.switch.call("sea", "set", "vios1/ent6", "ha_mode=standby")
    check(f"{name}: the one in standby hands over", pair.becomes("BACKUP", "PRIMARY"), pair.states())
    forgotten = comes_true(lambda: not pair.bridge_sees("02:00:00:00:00:99", far), within_s=5 if reset else 1)
    check(f"{name}: the outside bridge {'forgets' if reset else 'keeps'} what it learned there", forgotten == reset)
    check(f"{name}: client and host talk", pair.talks())
    def resets():
        return [what for _, what in pair.events("reset")]
    steps = ["the real adapter's link is taken down", "the real adapter's link is up again"] if reset else []
    check(f"{name}: each step of it is an event", comes_true(lambda: resets() == steps), resets())
    pair.switch.call("sea", "set", "vios1/ent6", "ha_mode=auto")
    check(f"{name}: it takes back, over the link that was away", pair.becomes("PRIMARY", "BACKUP"), pair.states())
    check(f"{name}: client and host talk", pair.talks())
    check(f"{name}: none of that was a fault of a link",
          not any("LIMBO" in what for _, what in pair.events("role")[roles:]), pair.events("role")[roles:])
    pair.switch.check_laws(f"{name}: after it")
    pair.switch.check_stops(signal.SIGTERM)


def play(scene):
    play_failover(scene)
    play_discovery(scene)
    play_netaddr(scene)
    play_sharing(scene)
    play_reset(scene, "net_tap", True)
    play_reset(scene, "net_tap", False)
    play_reset(scene, "net_af_packet", True)


if __name__ == "__main__":
    sys.exit(run_test("failover", play, TEST_S))
