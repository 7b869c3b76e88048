"""DPDK's own forwarder: a peer (what no switch at all costs), and the guest side of vhost-user loops."""

import re
import time

from figures import Measurement
from load import BURST, DESCRIPTORS, LOOP_MACS, Loop

PROMPT = "testpmd> "
COMMAND = ("stdbuf", "-oL", "dpdk-testpmd")  # so that it answers before it prompts again
BUFFER_BYTES = 2560  # of one buffer with all that is around it
COMMON = ("-i", "--nb-cores=1", f"--rxd={DESCRIPTORS}", f"--txd={DESCRIPTORS}")


def parse_port_stats(text):
    """`show port stats all` -> {port: {"rx_packets": …, "rx_pps": …, …}}"""
    ports = {}
    for part in text.split("NIC statistics for port ")[1:]:
        words = dict(re.findall(r"([RT]X-packets|[RT]x-[pb]ps):\s+(\d+)", part))
        ports[int(part.split()[0])] = {name.lower().replace("-", "_"): int(value) for name, value in words.items()}
    return ports


def parse_cycles(text):
    """`show fwd stats all` with --record-core-cycles: cycles of turns that got frames, a frame; or None."""
    found = re.search(r"CPU cycles/packet=([\d.]+)", text)
    return float(found[1]) if found else None


class Testpmd:
    """Forwards between two ports in one of its modes."""

    threads = 1
    set_up = ()  # lines before it starts
    burst = BURST

    def __init__(self, room, cores, load, mode):
        self.room, self.cores, self.load, self.mode = room, cores, load, mode
        self.process = None

    def start(self):
        looped, vdevs = isinstance(self.load, Loop), self.devices()
        memory_mb = (self.load.buffers * BUFFER_BYTES >> 20) + 128
        self.process = self.room.start(f"testpmd-{self.mode}", [
            *COMMAND, "--lcores", f"0@{self.cores.rest},1@{self.cores.dut}", "--main-lcore", "0", "--no-pci",
            "--in-memory", "--single-file-segments", "-m", memory_mb, *(f"--vdev={vdev}" for vdev in vdevs), "--",
            *COMMON, f"--burst={self.burst}", f"--forward-mode={self.mode}", "--record-core-cycles",
            f"--total-num-mbufs={self.load.buffers}",
            *(f"--eth-peer={i},{mac}" for i, mac in enumerate(LOOP_MACS) if looped)], {self.cores.rest})
        self.process.wait_for(PROMPT)
        for line in self.set_up:
            self.process.ask(line, PROMPT)
        self.process.ask("start", PROMPT)

    def devices(self):
        if isinstance(self.load, Loop):
            return [f"net_vhost{i},iface={path},client=1,queues=1" for i, path in enumerate(self.load.sockets)]
        return [self.load.source, self.load.sink]

    def warm_up(self, seconds):
        time.sleep(seconds)

    def measure(self, seconds):
        self.process.ask("clear fwd stats all", PROMPT)
        before = parse_port_stats(self.process.ask("show port stats all", PROMPT))
        time.sleep(seconds)
        after = parse_port_stats(self.process.ask("show port stats all", PROMPT))
        came, went = (sum(after[port][what] - before[port][what] for port in after)
                      for what in ("rx_packets", "tx_packets"))
        return Measurement(mpps=sum(port["tx_pps"] for port in after.values()) / 1e6,
                           gbps=sum(port["tx_bps"] for port in after.values()) / 1e9,
                           cycles=parse_cycles(self.process.ask("show fwd stats all", PROMPT)) or 0.0,
                           loss=self.loss(came, went))

    @staticmethod
    def loss(came, went):
        """Part of what came that did not go."""
        return max(0.0, 1 - went / came) if came else 1.0
