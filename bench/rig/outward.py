"""A guest's TCP frames of 64 KiB, across the SEA to a real port that can't cut them; Mpps are frames that left there."""

import dataclasses

from load import LOOP_MACS, SOURCE_VLAN, Loop, null_sink
from paced import Load
from runs import Comparison, Entry
from sealane import Configuration, ethdev, vhost_user
from testpmd import Testpmd
from vhost import Looped

MSS = {4: 1448, 6: 1428}  # so that segments of both are 1502 bytes long
HEADERS = {4: 54, 6: 74}
SEGMENTS = 45
CUT = 1514  # bytes in memory of what the guest cuts itself
QUEUE = "queues=1,queue_size=64,in_order=0,packed_vq=0,mrg_rxbuf=1"  # 64 large frames are 4 MiB
ENDLESS_S = 3600


class OneWay(Loop):
    """One port; few buffers, as large frames take so many at once that they go round them all."""

    buffers = 8192


class Stream(Load):
    """One port that sends as fast as it is let, until it is ended."""

    def send(self, dut):
        super().send(dut)
        self.process.child.stdin.write(f"0 {ENDLESS_S}\n")
        self.process.child.stdin.flush()


class CuttingTestpmd(Testpmd):
    """From vhost to the same real port by rte_gso_segment: IPv4 only; sums the whole frame, and no segment.

    Of a burst it makes at most 2,048 segments and loses the rest, so its bursts are of 32 frames.
    """

    burst = 32

    set_up = ("port stop all", "csum set tcp sw 1", "set port 1 gso on", f"set gso segsz {MSS[4] + HEADERS[4]}",
              "port start all")

    def devices(self):
        return [f"net_vhost0,iface={self.load.sockets[0]},client=1,queues=1,tso=1", null_sink()]

    def measure(self, seconds):
        """It counts cycles of what comes in."""
        measurement = super().measure(seconds)
        return dataclasses.replace(measurement, cycles=measurement.cycles / SEGMENTS)

    @staticmethod
    def loss(came, went):
        return Testpmd.loss(came * SEGMENTS, went)


def configuration(load, cores, vlan):
    vids = (SOURCE_VLAN,) if vlan else ()
    made = Configuration(cores)
    made.client("guest0", vhost_user(load.sockets[0]), mac=f'"{LOOP_MACS[0]}"',
                **({"vids": str(list(vids))} if vids else {}))
    made.vios(ethdev(null_sink()), vids)
    return made


def comparison(rig, version, vlan):
    common = ("--ip", str(version), *(("--vlan", str(SOURCE_VLAN)) if vlan else ()))
    large = ("--size", str(HEADERS[version] + MSS[version] * SEGMENTS), "--mss", str(MSS[version]), *common)
    small = ("--size", str(CUT), *common)

    def streamed(room, options, make):
        return Looped(room, lambda sockets: Stream(room, rig.cores, rig.build / "bench/load/sealane_load", sockets[:1],
                                                   options, QUEUE),
                      lambda load: make(OneWay(load.sockets[:1])))

    def ours(room):
        return lambda load: rig.sealane(room, configuration(load, rig.cores, vlan), out=("vios1/ent0",))

    def gso(room):
        return lambda load: CuttingTestpmd(room, rig.cores, load, "csum")

    entries = [Entry("sealane whole", lambda room: streamed(room, large, ours(room))),
               Entry("sealane 1518", lambda room: streamed(room, small, ours(room)), {"size": 1518})]
    if version == 4 and not vlan:
        entries.append(Entry("testpmd gso", lambda room: streamed(room, large, gso(room))))
    return Comparison("large", f"sea,ip={version}{',tagged' if vlan else ''}", {"size": 1506, "macs": 1}, entries)


def comparisons(rig):
    return [comparison(rig, version, vlan) for version in (4, 6) for vlan in (False, True)]
