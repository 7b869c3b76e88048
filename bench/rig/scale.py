"""Sealane beside itself: more workers, adapters, VLANs, addresses and receivers.  A row's `dut` says how many."""

import frames
from load import null_sink, pcap_source
from runs import Comparison, Entry
from sealane import Configuration, ethdev

BUFFERS = 131072
IDLE = {"type": "ring", "size": 64}
BROADCAST = "ff:ff:ff:ff:ff:ff"
VIDS_EACH = 20
RESERVED_VID = 3358


def entry(rig, dut, configure, out=("sink/ent0",), addresses=(), **facts):
    """`configure()` gives the configuration."""
    return Entry(f"sealane {dut}", lambda room: rig.sealane(room, configure(), out=out, addresses=addresses), facts)


def pairs(rig, workers, shared):
    """Two sources with a sink each, or one for both, polled by one worker or by two."""
    configuration = Configuration(rig.cores, workers, BUFFERS)
    path = rig.file("one", lambda: frames.to_destinations(1))
    other = path if shared else rig.file("other", lambda: [frames.frame(frames.destination(1), frames.SOURCE_2)])
    for number, one in enumerate((path, other)):
        configuration.client(f"source{number}", ethdev(pcap_source(one, number)), worker=number % workers,
                             max_macs=1)
    for number in range(1 if shared else 2):
        configuration.client(f"sink{number}", ethdev(null_sink(2 + number)), worker=number % workers)
    return configuration


def workers(rig, variant):
    shared = variant == "shared"
    sinks = ("sink0/ent0",) if shared else ("sink0/ent0", "sink1/ent0")
    addresses = [(frames.destination(number), 1, sink) for number, sink in enumerate(sinks)]
    return Comparison("workers", variant, {"size": 64, "macs": len(sinks)}, [
        entry(rig, f"{count} worker{'s' if count > 1 else ''}",
              lambda count=count: pairs(rig, count, shared), sinks, addresses, workers=count)
        for count in (2, 1)])


def busy_pair(rig, path, buffers=BUFFERS, capacity=65536, source=(), sink=()):
    configuration = Configuration(rig.cores, 1, buffers, capacity)
    configuration.client("source", ethdev(pcap_source(path)), **dict(source))
    configuration.client("sink", ethdev(null_sink()), **dict(sink))
    return configuration


def adapters(rig):
    """One pair is busy; nobody says anything at the others."""
    def configure(count):
        configuration = busy_pair(rig, rig.file("one", lambda: frames.to_destinations(1)))
        for number in range(count - 2):
            configuration.client(f"idle{number}", IDLE)
        return configuration

    addresses = [(frames.destination(0), 1, "sink/ent0")]
    return Comparison("scale", "adapters", {"size": 64, "macs": 1}, [
        entry(rig, f"{count} adapters", lambda count=count: configure(count), addresses=addresses, adapters=count)
        for count in (256, 2, 16, 64)])


def vlans(rig):
    """As many adapters each time, in so many VLANs; all frames are tagged, and the busy pair uses all that it can have."""
    usable = [vid for vid in range(1, 4095) if vid != RESERVED_VID]
    starts = range(1 + VIDS_EACH, len(usable), VIDS_EACH + 1)

    def busy(count):
        return usable[1:1 + min(count, VIDS_EACH)]

    def configure(count):
        path = rig.file(f"vlans{len(busy(count))}", lambda: frames.in_vlans(busy(count)))
        configuration = busy_pair(rig, path, source={"vids": str(busy(count))}, sink={"vids": str(busy(count))})
        for at in starts:
            mine = [vid for vid in usable[at:at + VIDS_EACH + 1] if vid in usable[:count]]
            configuration.client(f"idle{at}", IDLE, **({"pvid": mine[0], "vids": str(mine[1:])} if mine else {}))
        return configuration

    def addresses(count):
        return [(frames.destination(0), vlan, "sink/ent0") for vlan in busy(count)]

    return Comparison("scale", "vlans", {"size": 64, "macs": 1}, [
        entry(rig, f"{count} VLANs", lambda count=count: configure(count), addresses=addresses(count),
              vlans=count) for count in (len(usable), 1, VIDS_EACH, 410)])


def learning(rig):
    """A million sources to a table of a quarter of that: each frame brings a new address and costs an old one."""
    many = 1 << 20

    def configure(count):
        path = rig.file(f"sources{count}", lambda: frames.from_sources(count, frames.LAST))
        return busy_pair(rig, path, buffers=count + BUFFERS, capacity=262144, source={"max_macs": many},
                         sink={"mac": f'"{frames.LAST}"'})

    return Comparison("scale", "learning", {"size": 64, "macs": 1}, [
        entry(rig, dut, lambda count=count: configure(count), sources=count)
        for dut, count in (("each frame new", many), ("one source", 1))], pages=2048)


def broadcast(rig):
    """Frames that go out; each came in once."""
    def configure(count):
        path = rig.file("broadcast", lambda: [frames.frame(BROADCAST, frames.SOURCE)])
        configuration = Configuration(rig.cores, 1, BUFFERS)
        configuration.client("source", ethdev(pcap_source(path)))
        for number in range(count):
            configuration.client(f"sink{number}", ethdev(null_sink(1 + number)))
        return configuration

    return Comparison("scale", "broadcast", {"size": 64, "macs": 1}, [
        entry(rig, f"to {count}", lambda count=count: configure(count),
              tuple(f"sink{number}/ent0" for number in range(count)), receivers=count) for count in (30, 8, 1)])


def comparisons(rig):
    return [workers(rig, "disjoint"), workers(rig, "shared"), adapters(rig), vlans(rig), learning(rig), broadcast(rig)]
