"""Hosts in network namespaces that no name refers to, so that they vanish with the test's processes."""

import contextlib
import ctypes
import json
import os
import pathlib
import sys

from processes import LIBC, NoProgress, must, run_text

JUMBO_MTU = 9000
CLONE_NEWNET = 0x40000000
NO_OFFLOADS = "tx off rx off tso off gso off gro off".split()
OWN_NETWORK = "/proc/self/ns/net"


class Namespace:
    """A host's network.  It does not speak unasked (no IPv6), so what is counted is the test's doing."""

    def __init__(self, scene, name):
        self.scene = scene
        self.name = name
        holder = scene.start(name, ["unshare", "--net", "sleep", "infinity"])
        self.pid = str(holder.pid)
        own = os.readlink(OWN_NETWORK)
        scene.wait(f"the namespace of {name}",
                   lambda: os.readlink(f"/proc/{self.pid}/ns/net") != own, alive=[holder])
        for scope in ("all", "default"):
            must(*self.inside("sh", "-c", quiet_ipv6(scope)))
        must(*self.inside("ip", "link", "set", "lo", "up"))

    def inside(self, *command):
        return ["nsenter", f"--net=/proc/{self.pid}/ns/net", *(str(word) for word in command)]

    @contextlib.contextmanager
    def entered(self):
        """Sockets opened within belong to this host."""
        own = os.open(OWN_NETWORK, os.O_RDONLY)
        there = os.open(f"/proc/{self.pid}/ns/net", os.O_RDONLY)
        try:
            enter(there)
            yield
        finally:
            enter(own)
            os.close(own)
            os.close(there)

    def adopt(self, device):
        """Takes over a network device of the test's own namespace."""
        must("ip", "link", "set", device, "netns", self.pid)

    def set_up(self, device, address, mtu=JUMBO_MTU):
        """Gives `device` its address: from then on this host's kernel answers there."""
        must(*self.inside("ip", "link", "set", device, "mtu", mtu, "up"))
        must(*self.inside("ip", "addr", "add", address, "dev", device))

    def plug_in(self, wire, device):
        """A wire between `wire` in the test's own namespace and `device` here; nobody else does our checksums."""
        must("ip", "link", "add", wire, "mtu", JUMBO_MTU, "type", "veth",
             "peer", "name", device, "mtu", JUMBO_MTU, "netns", self.pid)
        must("ethtool", "-K", wire, *NO_OFFLOADS)
        must(*self.inside("ethtool", "-K", device, *NO_OFFLOADS))
        must("ip", "link", "set", wire, "up")
        must(*self.inside("ip", "link", "set", device, "up"))

    def tag(self, device, *vlan_taps):
        """Tagged ends of `device`, each "VLAN:NAME", by a relay: the kernel may lack 8021q."""
        taps = pathlib.Path(__file__).with_name("vlan_taps.py")
        relay = self.scene.start(f"{self.name}-vlans", self.inside(sys.executable, taps, device, *vlan_taps))
        self.scene.wait(f"the VLANs of {self.name}", lambda: "ready" in relay.log.read_text(), alive=[relay])

    def ping(self, address, count, size=56, whole=False, wait_s=3):
        """How many echoes came back.  `whole`: the packet must not be fragmented."""
        words = ["ping", "-n", "-q", "-i", "0.05", "-c", count, "-W", wait_s, "-s", size]
        done = run_text(self.inside(*words, *(["-M", "do"] if whole else []), address))
        found = [word for word in done.stdout.split(",") if "received" in word]
        return int(found[0].split()[0]) if found else 0

    def link_counters(self, device):
        return read_counters(self.inside("ip", "-s", "-j", "link", "show", "dev", device))


class OutsideHost(Namespace):
    """A host beyond the SEA's real adapter: untagged 10.0.1.1, and by real kernel stacks on VLANs 10 and 20.

    `wire` is made in the test's own namespace, for the real adapter.
    """

    def __init__(self, scene, wire):
        super().__init__(scene, "outside")
        for scope in ("all", "default"):
            must("sh", "-c", quiet_ipv6(scope))
        self.plug_in(wire, "eth0")
        self.set_up("eth0", "10.0.1.1/24")
        self.tag("eth0", "10:tap10", "20:tap20")
        self.set_up("tap10", "10.0.10.1/24")
        self.set_up("tap20", "10.0.20.1/24")


def quiet_ipv6(scope):
    switch = f"/proc/sys/net/ipv6/conf/{scope}/disable_ipv6"
    return f"[ ! -e {switch} ] || echo 1 >{switch}"


def enter(network):
    if LIBC.setns(network, CLONE_NEWNET) != 0:
        raise NoProgress(f"can't enter a network namespace: {os.strerror(ctypes.get_errno())}")


def read_counters(command):
    """Of one link: {"rx": {"packets": …, "bytes": …}, "tx": {…}}."""
    return json.loads(must(*command))[0]["stats64"]


def counted_on_wire(wire):
    """Frames that the far end of `wire` sent, and those that it was sent: a busy kernel drops some of them, and counts."""
    counters = read_counters(["ip", "-s", "-j", "link", "show", "dev", wire])
    return counters["rx"]["packets"], counters["tx"]["packets"] + counters["tx"]["dropped"]
