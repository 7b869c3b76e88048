"""Sealane as the device under test: a configuration for the load, and what its counters say."""

import json
import subprocess
import time

from figures import Measurement
from frames import destination
from load import LOOP_MACS, SOURCE_VLAN
from processes import Unfit

START_S = 30


def adapter(name, keys, port=None):
    """A line of a configuration."""
    words = [f"name: {name}", *(f"{key}: {value}" for key, value in keys.items())]
    if port:
        words.append("port: {" + ", ".join(f"{key}: {value}" for key, value in port.items()) + "}")
    return "{" + ", ".join(words) + "}"


def ethdev(devargs):
    return {"type": "ethdev", "devargs": f'"{devargs}"'}


def vhost_user(path):
    return {"type": "vhost-user", "path": f'"{path}"', "mode": "client"}


class Configuration:
    """Text of a configuration file, adapter by adapter."""

    def __init__(self, cores, workers=1, buffers="auto", capacity=4194304):
        self.cores, self.workers, self.buffers, self.capacity = cores, workers, buffers, capacity
        self.partitions = []

    def client(self, name, port, **keys):
        keys = {"type": "virtual", "vswitch": "ETHERNET0", "pvid": 1, "mtu": 1500, **keys}
        self.partitions.append((name, "client", [adapter("ent0", keys, port)], []))

    def vios(self, real_port, vids=()):
        """One SEA that bridges VLAN 1, and those in `vids`."""
        trunk = {"type": "virtual", "vswitch": "ETHERNET0", "pvid": 1, "trunk_priority": 1}
        if vids:
            trunk["vids"] = str(list(vids))
        self.partitions.append(("vios1", "vios", [
            adapter("ent0", {"type": "physical"}, real_port), adapter("ent3", trunk)],
            ["{name: ent6, real_adapter: ent0, virt_adapters: [ent3], pvid_adapter: ent3, pvid: 1}"]))

    def text(self):
        cores = ", ".join(str(core) for core in (self.cores.dut, self.cores.rest)[:self.workers])
        lines = ["system: bench", "vswitches:",
                 f"  - {{name: ETHERNET0, address_table: {{capacity: {self.capacity}}}}}",
                 f"runtime: {{idle: poll, workers: {self.workers}, cores: [{cores}], buffers: {self.buffers}}}",
                 "partitions:"]
        for name, kind, adapters, seas in self.partitions:
            lines += [f"  - name: {name}", f"    type: {kind}", "    adapters:", *(f"      - {one}" for one in adapters)]
            lines += ["    seas:", *(f"      - {one}" for one in seas)] if seas else []
        return "\n".join(lines) + "\n"


def switch_configuration(load, cores):
    """From the source's client to the sink's."""
    configuration = Configuration(cores, buffers=load.buffers)
    configuration.client("source", ethdev(load.source), **({"vids": f"[{SOURCE_VLAN}]"} if load.tagged else {}))
    configuration.client("sink", ethdev(load.sink), max_macs=1048576,
                         **({"pvid": SOURCE_VLAN} if load.tagged else {}))
    return configuration


def sea_configuration(load, cores):
    """From a client over the trunk adapter to the SEA's real port; nobody inside has the addresses."""
    configuration = Configuration(cores, buffers=load.buffers)
    configuration.client("source", ethdev(load.source))
    configuration.vios(ethdev(load.sink))
    return configuration


def loop_configuration(load, cores):
    configuration = Configuration(cores, buffers=load.buffers)
    for index, (path, mac) in enumerate(zip(load.sockets, LOOP_MACS)):
        configuration.client(f"guest{index}", vhost_user(path), mac=f'"{mac}"')
    return configuration


class Sealane:
    """Runs a configuration; the frames of the adapters in `out` are what it is measured by."""

    def __init__(self, room, binary, cores, configuration, tsc_hz, out=("sink/ent0",), addresses=()):
        self.room, self.binary, self.cores, self.tsc_hz = room, binary, cores, tsc_hz
        self.configuration, self.out, self.addresses = configuration, out, addresses
        self.process, self.threads = None, configuration.workers

    def start(self):
        folder = self.room.folder
        (folder / "sealane.yaml").write_text(self.configuration.text())
        self.process = self.room.start("sealane", [self.binary, "run", "sealane.yaml", "--control", "sealane.sock"],
                                       {self.cores.rest})
        self.process.wait_for("control at", within_s=START_S)
        if self.addresses:
            with open(folder / "addresses", "w", encoding="ascii") as file:
                file.writelines(f"{mac} {vlan} {where}\n" for mac, vlan, where in self.addresses)
            self.verb("fdb", "load", "addresses")

    def warm_up(self, seconds):
        time.sleep(seconds)

    def measure(self, seconds):
        before = self.verb("stats", "--json")
        time.sleep(seconds)
        after = self.verb("stats", "--json")
        took = after["uptime_s"] - before["uptime_s"]

        def grown(names, what):
            return sum(after["adapters"][name][what] - before["adapters"][name][what] for name in names)

        rate = grown(self.out, "tx_frames") / took
        everywhere = after["adapters"]
        dropped = sum(dropped_at(row) - dropped_at(before["adapters"][name]) for name, row in everywhere.items())
        handled = grown(everywhere, "rx_frames") + grown(everywhere, "copies")
        return Measurement(mpps=rate / 1e6, gbps=grown(self.out, "tx_bytes") / took * 8e-9,
                           loss=dropped / handled if handled else 1.0,
                           cycles=self.threads * self.tsc_hz / rate if rate else 0.0)

    def verb(self, *words):
        done = subprocess.run([str(self.binary), *words, "--control", "sealane.sock", "--timeout", "60"],
                              cwd=self.room.folder, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Unfit(f"sealane {' '.join(words)}: {(done.stderr or done.stdout).strip()[-300:]}")
        return json.loads(done.stdout) if "--json" in words else done.stdout

def dropped_at(row):
    """Frames that an adapter's statistics say were dropped, for all reasons."""
    return sum(row["drops"].values())


def preload(load, where="sink/ent0"):
    """The source's destinations, as rows to load."""
    vlan = SOURCE_VLAN if load.tagged else 1
    return [(destination(index), vlan, where) for index in range(load.macs)]
