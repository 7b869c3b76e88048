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


def pcap_source(path, number=0):
    """devargs of a device that replays a file without end."""
    return f"net_pcap{number},rx_pcap={path},infinite_rx=1"


def null_sink(number=1):
    """devargs of a device that swallows all."""
    return f"net_null{number},no-rx=1"


@dataclasses.dataclass(frozen=True)
class Replay:
    """A pcap file replayed without end into one port; a port that swallows what comes out."""

    pcap: str
    macs: int = 1         # destination addresses, all behind the second port
    frames: int = 1       # in the file
    tagged: bool = False  # frames come with the tag of SOURCE_VLAN and leave without

    @property
    def source(self):
        return pcap_source(self.pcap)

    @property
    def sink(self):
        return null_sink()

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
