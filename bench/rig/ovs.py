"""Open vSwitch with DPDK as a peer: its own database, sockets and settings, nothing of the system's."""

import json
import re
import socket
import subprocess
import time

from figures import Measurement
from frames import destination
from load import DESCRIPTORS, SOURCE_VLAN, Loop
from processes import Unfit

DAEMON = "/usr/lib/openvswitch-switch-dpdk/ovs-vswitchd-dpdk"
SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema"
MOST_MACS = 1_000_000  # mac-table-size's own limit
POOL_FRAMES = 262_144  # of its pool of frames
SETTLE_S = 30
# What may be its best, by the name of its row.  Debian builds it without AVX-512: there are no other implementations to set
# (dpif-netdev/dpif-impl-get and subtable-lookup-prio-get).
SETTINGS = {
    "ovs": {},
    "ovs emc=1": {"emc-insert-inv-prob": "1"},
    "ovs emc=0": {"emc-insert-inv-prob": "0"},
    "ovs smc": {"emc-insert-inv-prob": "0", "smc-enable": "true"},
}
SHORT_SETTINGS = ("ovs", "ovs emc=1")  # for so few flows that its first cache holds them all
AT_ONCE = 100          # requests on their way


def parse_ports(text):
    """`dpctl/show -s` -> {name: (packets received, packets sent, bytes sent)}"""
    return {name: tuple(int(number) for number in numbers) for name, *numbers in re.findall(
        r"port \d+: (\S+) .*?\n\s+RX packets:(\d+).*?\n\s+TX packets:(\d+).*?TX bytes:(\d+)", text, re.S)}


def parse_lookups(text):
    """`dpctl/show` -> (hits, misses)"""
    found = re.search(r"lookups: hit:(\d+) missed:(\d+)", text)
    return int(found[1]), int(found[2])


def parse_cycles(text):
    """`dpif-netdev/pmd-stats-show` -> busy cycles a packet, of the thread that had any; or None."""
    found = re.search(r"avg processing cycles per packet: ([\d.]+)", text)
    return float(found[1]) if found else None


class UnixControl:
    """JSON-RPC to the daemon, as ovs-appctl does it but without a process for each of 16 384 addresses."""

    def __init__(self, path):
        self.wire = socket.socket(socket.AF_UNIX)
        self.wire.settimeout(SETTLE_S)
        self.wire.connect(str(path))
        self.text = ""

    def __call__(self, method, *params):
        return self.all_of([(method, *params)])[0]

    def all_of(self, requests):
        """Answers to many; the daemon takes several from a turn of its loop if they are there already."""
        answers = []
        for at in range(0, len(requests), AT_ONCE):
            part = requests[at:at + AT_ONCE]
            self.wire.sendall(b"".join(json.dumps({"method": method, "params": params, "id": number}).encode()
                                       for number, (method, *params) in enumerate(part)))
            answers += [self._answer(method) for method, *_ in part]
        return answers

    def _answer(self, method):
        while True:
            try:
                answer, end = json.JSONDecoder().raw_decode(self.text)
                break
            except ValueError:
                piece = self.wire.recv(65536)
                if not piece:
                    raise Unfit(f"ovs-vswitchd has gone during {method}") from None
                self.text += piece.decode()
        self.text = self.text[end:].lstrip()
        if answer["error"] is not None:
            raise Unfit(f"{method}: {answer['error'].strip()}")
        return answer["result"]

    def close(self):
        self.wire.close()


class Ovs:
    """One bridge, NORMAL forwarding, two ports; `settings` are other_config of the whole.

    Out of a `trunk` frames leave with the tag of SOURCE_VLAN, the source's.
    """

    threads = 1

    def __init__(self, room, cores, load, settings=(), trunk=False):
        self.room, self.cores, self.load, self.settings, self.trunk = room, cores, load, dict(settings), trunk
        self.process = self.control = None

    def start(self):
        if not isinstance(self.load, Loop):
            if self.load.macs > MOST_MACS:
                raise Unfit(f"its address table ends at {MOST_MACS} (mac-table-size)")
            if self.load.frames > POOL_FRAMES:
                raise Unfit(f"the source's {self.load.frames} frames exceed its pool of {POOL_FRAMES}")
        folder = self.room.folder
        env = {"OVS_RUNDIR": str(folder), "OVS_LOGDIR": str(folder), "OVS_DBDIR": str(folder)}
        self.database = f"unix:{folder}/db.sock"
        self._must("ovsdb-tool", "create", f"{folder}/conf.db", SCHEMA)
        self.room.start("ovsdb-server", ["ovsdb-server", f"{folder}/conf.db", f"--remote=punix:{folder}/db.sock",
                                         f"--unixctl={folder}/ovsdb.ctl"], {self.cores.rest}, env=env)
        self._wait_for(folder / "db.sock")
        self._vsctl("--no-wait", "init")
        self._vsctl("--no-wait", "set", "Open_vSwitch", ".", *(f"other_config:{key}={value}" for key, value in {
            "dpdk-init": "true", "dpdk-socket-mem": '"1024"', "dpdk-lcore-mask": f'"{1 << self.cores.rest:#x}"',
            "pmd-cpu-mask": f'"{1 << self.cores.dut:#x}"', "dpdk-extra": '"--no-pci --in-memory"',
            "userspace-tso-enable": "false", **self.settings}.items()))
        self.process = self.room.start("ovs-vswitchd", [DAEMON, self.database, f"--unixctl={folder}/switch.ctl"],
                                       {self.cores.rest}, env=env, own_network=True)
        self._vsctl("add-br", "br0", "--", "set", "bridge", "br0", "datapath_type=netdev", "fail-mode=standalone",
                    f"other_config:mac-table-size={MOST_MACS}")
        self._wait_for(folder / "switch.ctl")
        self.control = UnixControl(folder / "switch.ctl")
        self._add_port(1)
        self._preload()  # while there are no flows that each address would have it look at again
        self._add_port(0)

    def _add_port(self, index):
        self._vsctl("add-port", "br0", f"p{index}", *self._vlans(index), "--", "set", "Interface", f"p{index}",
                    *self._device(index))
        fault = self._vsctl("get", "Interface", f"p{index}", "error").strip()
        if fault not in ("[]", '""'):
            raise Unfit(f"p{index}: {fault}; {self.process.last_words()}")

    def _vlans(self, index):
        if self.trunk:
            return [[f"tag={SOURCE_VLAN}"], ["vlan_mode=trunk", f"trunks={SOURCE_VLAN}"]][index]
        if isinstance(self.load, Loop) or not self.load.tagged:
            return ["tag=1"]
        return [["vlan_mode=native-untagged", "tag=1", f"trunks={SOURCE_VLAN}"], [f"tag={SOURCE_VLAN}"]][index]

    def _device(self, index):
        if isinstance(self.load, Loop):
            return ["type=dpdkvhostuserclient", f'options:vhost-server-path="{self.load.sockets[index]}"']
        devargs = (self.load.source, self.load.sink)[index]
        return ["type=dpdk", f'options:dpdk-devargs="{devargs}"', f"options:n_rxq_desc={DESCRIPTORS}",
                f"options:n_txq_desc={DESCRIPTORS}"]

    def _preload(self):
        if isinstance(self.load, Loop):
            return
        vlan = str(SOURCE_VLAN if self.load.tagged or self.trunk else 1)
        self.control.all_of([("fdb/add", "br0", "p1", vlan, destination(index)) for index in range(self.load.macs)])

    def warm_up(self, seconds):
        """Until its caches have met all flows."""
        end = time.monotonic() + SETTLE_S
        hits, misses = parse_lookups(self.control("dpctl/show"))
        while True:
            time.sleep(seconds)
            more_hits, more_misses = parse_lookups(self.control("dpctl/show"))
            if (more_misses - misses) * 1000 <= more_hits - hits or time.monotonic() > end:
                return
            hits, misses = more_hits, more_misses

    def measure(self, seconds):
        self.control("dpif-netdev/pmd-stats-clear")
        before, began = parse_ports(self.control("dpctl/show", "-s")), time.monotonic()
        time.sleep(seconds)
        after, took = parse_ports(self.control("dpctl/show", "-s")), time.monotonic() - began
        cycles = parse_cycles(self.control("dpif-netdev/pmd-stats-show"))
        came, went, sent = (sum(after[name][way] - before[name][way] for name in ("p0", "p1")) for way in range(3))
        return Measurement(mpps=went / took / 1e6, gbps=sent / took * 8e-9, cycles=cycles or 0.0,
                           loss=max(0.0, 1 - went / came) if came else 1.0)

    def _vsctl(self, *words):
        return self._must("ovs-vsctl", f"--db={self.database}", "--timeout=30", *words)

    def _must(self, *argv):
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Unfit(f"{argv[0]}: {done.stderr.strip()}")
        return done.stdout

    def _wait_for(self, path):
        end = time.monotonic() + SETTLE_S
        while not path.exists():
            if time.monotonic() > end:
                raise Unfit(f"nothing listens at {path.name}")
            time.sleep(0.05)
