"""A frame as processes: the hypervisor, two VIOSes, three clients, and a learning bridge with an outside host.

All of it stands in the network namespace of the test:

    c1, c2, c3 (TAPs) - hypervisor - vios1 - up1 = brp1 - br0 - brout = out0
                                   - vios2 - up2 = brp2 -
"""

import contextlib
import json
import os
import signal
import socket
import time

from network import quiet_ipv6
from probe import BROADCAST, Stream
from processes import PATIENCE_S, NoProgress, comes_true, must, run_text

PARTS = ("hypervisor", "vios1", "vios2")
RPC_S = 5
OUTSIDE = "02:00:00:00:00:0e"
QUEUE = 10_000  # frames that a TAP holds: what a machine that is busy elsewhere keeps waiting is not lost

FRAME = """\
system: frame1
vswitches:
  - {{name: ETHERNET0, mode: veb}}
partitions:
{vioses}
{clients}
"""
VIOS = """\
  - name: vios{own}
    type: vios
    adapters:
      - {{name: ent0, type: physical,
         port: {{type: ethdev, devargs: "net_af_packet{own},iface=up{own},framecnt=4096"}}}}
{trunks}
      - {{name: ent5, type: virtual, vswitch: ETHERNET0, pvid: 100, impair: {{}}}}
    seas:
      - {{name: ent6, real_adapter: ent0, virt_adapters: [{names}], pvid_adapter: ent3, pvid: 99, ctl_chan: ent5,
         ha_mode: {mode}, health_time: 0, keepalive_ms: 100, lease_ms: {lease_ms}}}
"""
TRUNK = "      - {{name: {name}, type: virtual, vswitch: ETHERNET0, pvid: {pvid}, vids: {vids}, trunk_priority: {own}}}"
CLIENT = """\
  - name: lpar{number}
    type: client
    adapters:
      - {{name: ent0, type: virtual, vswitch: ETHERNET0, pvid: {vlan}, mac: "{mac}",
         port: {{type: ethdev, devargs: "net_tap{number},iface=c{number}"}}}}
"""
# net_af_packet calls a fanout group of the kernel after process id XOR interface index, and fails where two are equal:
# processes that start together have neighbouring ids, so here are interfaces that have not.
WIRES = (("up1", "brp1", 0x1001), ("up2", "brp2", 0x2002), ("out0", "brout", 0x3003))
TRUNKS = {"auto": [("ent3", 99, [1, 2])], "sharing": [("ent3", 99, [1, 2]), ("ent4", 98, [3, 4])]}
VLANS = {"auto": (1, 2, 1), "sharing": (1, 3, 1)}  # of c1, c2, c3: in sharing, c1 and c2 are on different trunks
TOGETHER = {"auto": ("PRIMARY", "BACKUP"), "sharing": ("PRIMARY_SH", "BACKUP_SH")}


def mac_of(number):
    return f"02:00:00:00:00:c{number}"


def frame_of(mode, lease_ms):
    def vios(own):
        trunks = "\n".join(TRUNK.format(name=name, pvid=pvid, vids=vids, own=own) for name, pvid, vids in TRUNKS[mode])
        names = ", ".join(name for name, _, _ in TRUNKS[mode])
        return VIOS.format(own=own, trunks=trunks, names=names, mode=mode, lease_ms=lease_ms)
    clients = "".join(CLIENT.format(number=number, vlan=vlan, mac=mac_of(number))
                      for number, vlan in enumerate(VLANS[mode], 1))
    return FRAME.format(vioses=vios(1) + vios(2).rstrip(), clients=clients.rstrip())


def streams_of(mode):
    """Both ways in each VLAN, from client to client, and broadcasts, of which nobody may see two."""
    first, second, _ = VLANS[mode]
    streams = []
    for number, vlan in ((1, first), (2, second)):
        client, host = f"c{number}", f"out0@{vlan}"
        streams += [Stream(f"outward-{vlan}", mac_of(number), OUTSIDE, client, (host,)),
                    Stream(f"inward-{vlan}", OUTSIDE, mac_of(number), host, (client,))]
    return [*streams,
            Stream("client", mac_of(1), mac_of(3), "c1", ("c3",)),
            Stream("broadcast-outward", mac_of(1), BROADCAST, "c1", (f"out0@{first}", "c3"), rate=1000),
            Stream("broadcast-inward", OUTSIDE, BROADCAST, f"out0@{first}", ("c1", "c3"), rate=1000)]


class Outside:
    """The bridge, its wires, and the host beyond it."""

    def __enter__(self):
        for scope in ("all", "default"):
            must("sh", "-c", quiet_ipv6(scope))
        must("ip", "link", "set", "lo", "up")
        must("ip", "link", "add", "br0", "type", "bridge", "mcast_snooping", "0")
        must("ip", "link", "set", "br0", "up")
        for inner, outer, index in WIRES:
            must("ip", "link", "add", "name", inner, "index", index, "type", "veth", "peer", "name", outer)
            must("ip", "link", "set", outer, "master", "br0", "up")
            must("ip", "link", "set", inner, "up")
        return self

    def __exit__(self, *_):
        for device in ("up1", "up2", "out0", "br0"):
            run_text(["ip", "link", "del", device])


class Pair:
    def __init__(self, scene, mode, lease_ms):
        self.scene = scene
        self.mode = mode
        self.folder = scene.run / f"frame-{mode}"
        self.config = scene.run / f"{mode}.yaml"
        self.config.write_text(frame_of(mode, lease_ms))
        must(scene.sealane, "check", self.config)
        self.processes = {}
        scene.evidence.append(self.show)
        for part in PARTS:
            self.start(part)
        self.wait("a frame that is complete", self.is_together)
        for device in ("c1", "c2", "c3"):
            must("ip", "link", "set", device, "txqueuelen", QUEUE, "up")

    # The processes.

    def start(self, part):
        self.processes[part] = self.scene.start(
            f"{part}-{self.mode}", [self.scene.sealane, "run", self.config, "--as", part, "--frame", self.folder])

    def kill(self, part):
        self.processes.pop(part).end()

    def signal(self, part, number):
        os.kill(self.processes[part].pid, number)

    def stop(self):
        """Ends all parts as an operator would; what they leave in their folder."""
        for part in ("vios1", "vios2", "hypervisor"):
            self.signal(part, signal.SIGTERM)
            self.wait_end(part)
        return sorted(os.listdir(self.folder))

    def lose_hypervisor(self):
        """Its SIGKILL, after which its VIOSes end by themselves; what they all leave in their folder."""
        self.signal("hypervisor", signal.SIGKILL)
        for part in PARTS:
            self.wait_end(part)
        comes_true(lambda: not os.listdir(self.folder))  # the dead one's guard takes its sockets away
        return sorted(os.listdir(self.folder))

    def wait_end(self, part):
        self.wait(f"{part} to end", lambda: self.processes[part].exit_code() is not None)

    def exits(self):
        return [self.processes[part].exit_code() for part in ("vios1", "vios2")]

    def says(self, part, words):
        return words in self.processes[part].log.read_text()

    # What they are asked and told.

    def call(self, part, *words):
        return run_text([self.scene.sealane, *words, "--control", self.folder / f"{part}.control"])

    def must(self, part, *words):
        done = self.call(part, *words)
        if done.returncode != 0:
            raise NoProgress(f"sealane {' '.join(words)}: {done.stderr or done.stdout}")

    def ask(self, part, method):
        """What `sealane METHOD --json` prints, without a process, which would disturb; {} if the part does not answer."""
        request = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method}).encode() + b"\n"
        said = b""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as end:
            end.settimeout(RPC_S)
            end.connect(str(self.folder / f"{part}.control"))
            end.sendall(request)
            while more := end.recv(1 << 16):
                said += more
                if said.endswith(b"\n"):
                    break
        return json.loads(said).get("result", {}) if said.endswith(b"\n") else {}

    def trunks(self):
        return [name for name, _, _ in TRUNKS[self.mode]]

    def sea(self, own):
        return next(iter(self.ask(f"vios{own}", "sea").get("seas", [])), None)

    def state(self, own):
        sea = self.sea(own)
        return sea["state"] if sea else None

    def states(self):
        return self.state(1), self.state(2)

    def is_together(self):
        return self.states() == TOGETHER[self.mode]

    def alarms(self, own):
        sea = self.sea(own)
        return [str(alarm) for alarm in sea["pair"]["alarms"]] if sea else []

    def takings(self):
        """Each time that a trunk adapter got a slot, in words that have the slot's epoch and so come once."""
        events = self.ask("hypervisor", "events").get("events", [])
        return {event["what"] for event in events if event["kind"] == "slot" and " has it, " in event["what"]}

    def wait(self, what, condition):
        if not comes_true(condition):
            raise NoProgress(f"waited {PATIENCE_S} s in vain for {what}; states: {self.states()}")

    def show(self):
        for part in PARTS:
            for verb in ("show", "sea", "drops", "events"):
                print(f"---- {part}: {verb}", self.call(part, verb).stdout[-6000:], sep="\n")


def await_flow(pair, probe):
    """Until a window loses nothing."""
    def flows():
        probe.begin()
        time.sleep(0.1)
        return all(stream["lost"] == 0 for stream in probe.end()["streams"].values())
    pair.wait("all streams to flow", flows)
