"""The guest side of a vhost-user loop: whatever comes out of one port goes back into the other."""

import time

from load import BURST, LOOP_MACS
from processes import Unfit
from testpmd import COMMAND, COMMON, PROMPT

# Frames as they stand in memory, without the checksum that their names count: size -> bursts in flight, each way.
MIXES = {"64": [(60, 8)], "512": [(508, 8)], "1518": [(1514, 8)], "imix": [(60, 7), (566, 4), (1514, 1)]}
QUEUE = "queues=1,in_order=1,packed_vq=0"


class Generator:
    """testpmd in mode `mac` on two virtio ports whose other ends connect to its sockets."""

    mode = "mac"

    def __init__(self, room, cores, sockets, mix, mergeable=False, ring=1024, buffers=32768):
        self.room, self.cores, self.sockets, self.mix = room, cores, sockets, mix
        self.queue = f"{QUEUE},queue_size={ring},mrg_rxbuf={int(mergeable)}"
        self.buffers = buffers
        self.process = None

    def more_devices(self):
        return ()

    def start(self):
        """Listens; the device under test may connect from now on."""
        vdevs = (f"--vdev=net_virtio_user{i},path={path},mac={mac},server=1,{self.queue}"
                 for i, (path, mac) in enumerate(zip(self.sockets, LOOP_MACS)))
        others = (f"--eth-peer={i},{mac}" for i, mac in enumerate(reversed(LOOP_MACS)))
        self.process = self.room.start("generator", [
            *COMMAND, "--lcores", f"0@{self.cores.rest},1@{self.cores.rest}", "--main-lcore", "0", "--no-pci",
            "--in-memory", "--single-file-segments", "-m", "256", "--force-max-simd-bitwidth=512", *vdevs,
            *(f"--vdev={device}" for device in self.more_devices()), "--", *COMMON, f"--burst={BURST}",
            f"--forward-mode={self.mode}", *others, "--no-flush-rx",
            "--mbuf-size=2176", f"--total-num-mbufs={self.buffers}"], {self.cores.rest})
        self._wait_for_sockets()

    def _wait_for_sockets(self):
        end = time.monotonic() + 20
        while not all(path.exists() for path in self.sockets[:1]):
            if self.process.child.poll() is not None or time.monotonic() > end:
                raise Unfit(f"the generator does not listen: {self.process.last_words()}")
            time.sleep(0.05)

    def send(self, dut):
        """Puts the frames into the loop, once the device under test has connected."""
        self.process.wait_for(PROMPT)
        for size, bursts in self.mix:
            self.process.ask("stop", PROMPT)
            self.process.ask(f"set txpkts {size}", PROMPT)
            self.process.ask(f"start tx_first {bursts}", PROMPT)


def in_flight(mix):
    """Frames in the loop, each way."""
    return sum(bursts for _, bursts in mix) * BURST


def mean_size(mix):
    """Bytes of a frame with its checksum."""
    return sum((size + 4) * bursts for size, bursts in mix) / sum(bursts for _, bursts in mix)
