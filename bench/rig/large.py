"""Guests that send TCP frames of 64 KiB and leave cutting and checksums to the switch, and take them so."""

import struct
import time

import frames
from generator import Generator
from load import LOOP_MACS
from processes import Unfit
from testpmd import PROMPT, parse_port_stats

SIZE = 65226     # bytes in memory: 45 segments of 1448 and their headers
SEGMENT = 1448
IN_FLIGHT = 12   # each way: so many fit into a ring of 512 buffers of 2 KiB
# No more buffers than the loop needs: a guest that goes round 64 MiB of them measures the machine's memory.
FEW = {"mergeable": True, "ring": 512, "buffers": 4096}
HEADERS = 54
SET_UP = ("port stop all",
          *(line.format(port) for port in (0, 1) for line in (
              "port config {} rx_offload tcp_lro on", "port config {} rx_offload tcp_cksum on",
              "port config {} rx_offload udp_cksum on", "port config {} tx_offload multi_segs on", "csum set tcp hw {}",
              f"tso set {SEGMENT} {{}}")),
          "port start all")


def tcp_frame(dst, src, index, size=SIZE):
    """Its checksum is for others to fill in."""
    def header(checksum):
        return struct.pack("!BBHHHBBHII", 0x45, 0, size - 14, 0, 0x4000, 64, 6, checksum, 0x0A000001, 0x0B000000 + index)

    ethernet = bytes.fromhex((dst + src).replace(":", "")) + struct.pack("!H", 0x0800)
    tcp = struct.pack("!HHIIBBHHH", 1024 + index, 5001, 1, 1, 0x50, 0x10, 65535, 0, 0)
    return ethernet + header(frames.sum_of_words(header(0))) + tcp + bytes(size - HEADERS)


class LargeGenerator(Generator):
    """testpmd in mode `csum`, which asks its virtio ports for segmentation; its frames come from files, once."""

    mode = "csum"

    def __init__(self, room, cores, sockets):
        super().__init__(room, cores, sockets, (), **FEW)

    def more_devices(self):
        for number, (dst, src) in enumerate((LOOP_MACS[::-1], LOOP_MACS)):
            path = self.room.folder / f"large{number}.pcap"
            frames.write_pcap(path, (tcp_frame(dst, src, index) for index in range(IN_FLIGHT)))
            yield f"net_pcap{number},rx_pcap={path}"

    def send(self, dut):
        self.process.wait_for(PROMPT)
        for line in SET_UP:
            self.process.ask(line, PROMPT)
        # Ports forward in pairs, files (2, 3) with guests: what came back meanwhile would go into the files.
        dut.process.pause()
        try:
            self._forward_between("2,0,3,1")
            self._wait_until_sent()
            self.process.ask("stop", PROMPT)
        finally:
            dut.process.resume()
        self._forward_between("0,1")

    def _forward_between(self, ports):
        self.process.ask(f"set portlist {ports}", PROMPT)
        self.process.ask("start", PROMPT)

    def _wait_until_sent(self):
        end = time.monotonic() + 10
        while True:
            ports = parse_port_stats(self.process.ask("show port stats all", PROMPT))
            if min(ports[guest]["tx_packets"] for guest in (0, 1)) >= IN_FLIGHT:
                return
            if time.monotonic() > end:
                raise Unfit("the generator can't send its large frames")
            time.sleep(0.05)
