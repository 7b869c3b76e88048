"""The peer: two routers whose gateway addresses keepalived moves by VRRP version 3 (RFC 9568), in namespaces.

    cl0 = kcl0 - kain  - kin1  = in (router 1) out = kout1 - kaout - kou0 = ou0
                       - kin2  = in (router 2) out = kout2 -

Each router has the gateway's virtual MAC on both sides, so that the bridges learn at once where it is and the probe's
frames, packets here, need no ARP. There is no sync group: each side goes by its own timer.
"""

import contextlib
import os
import signal
import types

from cases import Case
from network import Namespace
from probe import Stream
from processes import PATIENCE_S, Deadline, NoProgress, comes_true, must, run_text

BRIDGES = {"in": "kain", "out": "kaout"}
ENDS = (("cl0", "kcl0", "kain"), ("ou0", "kou0", "kaout"))
CLIENT, HOST = ("10.0.1.9", "02:00:00:00:01:09"), ("10.0.2.9", "02:00:00:00:02:09")
GATEWAYS = {"in": "10.0.1.1", "out": "10.0.2.1"}
GROUPS = {"in": 51, "out": 52}
PRIORITIES = (200, 150)
QUEUE = 10_000  # as the frame's devices have

INSTANCE = """\
vrrp_instance {side} {{
    interface {side}
    use_vmac vrrp.{group}
    virtual_router_id {group}
    state BACKUP
    priority {priority}
    advert_int {advert_s}
    garp_master_delay 0
    garp_master_repeat 1
    virtual_ipaddress {{
        {gateway}/32
    }}
}}
"""


def config_of(own, advert_ms):
    """Of router `own`, 1 or 2; the first is preferred."""
    instances = [INSTANCE.format(side=side, group=GROUPS[side], priority=PRIORITIES[own - 1], advert_s=advert_ms / 1000,
                                 gateway=gateway) for side, gateway in GATEWAYS.items()]
    return "global_defs {\n    vrrp_version 3\n}\n" + "".join(instances)


def virtual_mac(group):
    """RFC 9568, 7.3."""
    return f"00:00:5e:00:01:{group:02x}"


def streams():
    return [Stream("outward", CLIENT[1], virtual_mac(GROUPS["in"]), "cl0", ("ou0",), ip=f"{CLIENT[0]}>{HOST[0]}"),
            Stream("inward", HOST[1], virtual_mac(GROUPS["out"]), "ou0", ("cl0",), ip=f"{HOST[0]}>{CLIENT[0]}")]


def masterships(log):
    """How often a router became master on a side, as what keepalived logged says."""
    return [line.split("(", 1)[1].split(")", 1)[0] for line in log.splitlines() if line.endswith("Entering MASTER STATE")]


def has_addresses(fib, addresses):
    """Whether they are this host's own; `fib` is the text of /proc/net/fib_trie."""
    local = fib.split("Local:", 1)[-1].split()
    return all(address in local for address in addresses)


class Routers:
    def __init__(self, scene, advert_ms):
        self.scene = scene
        self.advert_ms = advert_ms
        self.hosts = {}
        self.processes = {}
        for bridge in BRIDGES.values():
            must("ip", "link", "add", "name", bridge, "type", "bridge", "mcast_snooping", "0")
            must("ip", "link", "set", "dev", bridge, "up")
        for end, wire, bridge in ENDS:
            must("ip", "link", "add", "name", end, "txqueuelen", QUEUE, "type", "veth", "peer", "name", wire)
            must("ip", "link", "set", "dev", wire, "master", bridge, "up")
            must("ip", "link", "set", "dev", end, "up")
        for own in (1, 2):
            self.build(own)
            self.start(own)
        self.wait("the first router to have both gateways", self.is_together)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for own in (1, 2):
            with contextlib.suppress(OSError, NoProgress):
                self.signal(own, signal.SIGKILL)
        for device in ("cl0", "ou0", *BRIDGES.values()):
            run_text(["ip", "link", "del", "dev", device])

    def build(self, own):
        patient = types.SimpleNamespace(start=self.scene.start, wait=Deadline(PATIENCE_S).wait)
        host = self.hosts[own] = Namespace(patient, f"router{own}")
        for scope in ("all", "default"):
            must(*host.inside("sh", "-c", f"echo 0 >/proc/sys/net/ipv4/conf/{scope}/rp_filter"))
        must(*host.inside("sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward"))
        for side, net, (address, mac) in (("in", 1, CLIENT), ("out", 2, HOST)):
            host.plug_in(f"k{side}{own}", side)
            must("ip", "link", "set", "dev", f"k{side}{own}", "master", BRIDGES[side])
            must(*host.inside("ip", "addr", "add", f"10.0.{net}.1{own}/24", "dev", side))
            must(*host.inside("ip", "neigh", "add", address, "lladdr", mac, "nud", "permanent", "dev", side))

    # What is done to them.

    def start(self, own):
        config = self.scene.run / f"router{own}.conf"
        config.write_text(config_of(own, self.advert_ms))
        words = ["keepalived", "--dont-fork", "--log-console", "--log-detail", "--vrrp", "--use-file", config,
                 "--pid", self.pid_file(own, "parent"), "--vrrp_pid", self.pid_file(own, "vrrp")]
        self.processes[own] = self.scene.start(f"keepalived{own}", self.hosts[own].inside(*words))

    def signal(self, own, number):
        """The vrrp process first: it would take the end of its parent for a command to go in order."""
        os.kill(int(self.pid_file(own, "vrrp").read_text()), number)
        os.kill(self.processes[own].pid, number)

    def pass_frames(self, own, passes):
        """Of the bridges' ports; the router's links stay up."""
        state = 3 if passes else 0
        batch = "".join(f"link set dev k{side}{own} state {state}\n" for side in BRIDGES)
        path = self.scene.run / "ports.batch"
        path.write_text(batch)
        must("bridge", "-batch", path)

    def crash(self, own):
        """As a VIOS whose process is killed passes no frame any more."""
        self.signal(own, signal.SIGKILL)
        self.pass_frames(own, False)
        self.processes[own].end()

    def reboot(self, own):
        """It comes back without what the dead one left in its kernel and in its /run."""
        for process in ("parent", "vrrp"):
            self.pid_file(own, process).unlink(missing_ok=True)
        for group in GROUPS.values():
            must(*self.hosts[own].inside("ip", "link", "del", "dev", f"vrrp.{group}"))
        self.pass_frames(own, True)
        self.start(own)

    def freeze(self, own):
        self.signal(own, signal.SIGSTOP)
        self.pass_frames(own, False)

    def thaw(self, own):
        self.pass_frames(own, True)
        self.signal(own, signal.SIGCONT)

    # What can be seen of them, as of a Pair.

    def pid_file(self, own, process):
        return self.scene.run / f"keepalived{own}.{process}.pid"

    def owns(self, own):
        with open(f"/proc/{self.hosts[own].pid}/net/fib_trie", encoding="ascii") as fib:
            return has_addresses(fib.read(), GATEWAYS.values())

    def is_together(self):
        return self.owns(1) and not self.owns(2)

    def alarms(self, _):
        return []

    def takings(self):
        """Each time that a router became master on a side."""
        return {(own, number, side) for own, process in self.processes.items()
                for number, side in enumerate(masterships(process.log.read_text()))}

    def wait(self, what, condition):
        if not comes_true(condition):
            raise NoProgress(f"keepalived: waited {PATIENCE_S} s in vain for {what}")


CASES = {
    "sigkill": Case("sigkill", "", lambda routers: routers.crash(1), lambda routers: routers.owns(2),
                    lambda routers: routers.reboot(1)),
    "sigstop": Case("sigstop", "", lambda routers: routers.freeze(1), lambda routers: routers.owns(2),
                    lambda routers: routers.thaw(1)),
}
