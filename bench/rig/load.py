"""What a device under test is given to do, in words that all of them understand."""

import dataclasses

BURST = 64
DESCRIPTORS = 1024
LOOP_MACS = ("02:00:00:00:01:01", "02:00:00:00:01:02")
SOURCE_VLAN = 10


@dataclasses.dataclass(frozen=True)
class Cores:
    dut: int = 0
    rest: int = 1


@dataclasses.dataclass(frozen=True)
class Replay:
    """A pcap file replayed without end into one port; a port that swallows what comes out."""

    pcap: str
    macs: int = 1         # destination addresses, all behind the second port
    frames: int = 1       # in the file
    tagged: bool = False  # frames come with the tag of SOURCE_VLAN and leave without

    @property
    def source(self):
        return f"net_pcap0,rx_pcap={self.pcap},infinite_rx=1"

    @property
    def sink(self):
        return "net_null1,no-rx=1"

    @property
    def buffers(self):
        """The source keeps the file in buffers of the device under test, and fills more."""
        return self.frames + 65536


@dataclasses.dataclass(frozen=True)
class Loop:
    """Two vhost-user ports; a generator that owns the other ends sends back all that it gets."""

    sockets: tuple  # the generator listens there

    @property
    def buffers(self):
        return 65536
