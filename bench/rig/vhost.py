"""Frames between two vhost-user ports, in a loop with the generator that owns the other ends."""

import generator
import large
from load import Loop
from ovs import SETTINGS, SHORT_SETTINGS, Ovs
from runs import Comparison, Entry
from sealane import loop_configuration
from testpmd import Testpmd


class Looped:
    """A device under test, `make(load)`, together with the generator that it connects to."""

    def __init__(self, room, make_generator, make):
        sockets = (room.folder / "v0.sock", room.folder / "v1.sock")
        self.generator = make_generator(sockets)
        self.dut = make(Loop(sockets))

    def start(self):
        self.generator.start()
        self.dut.start()
        self.generator.send(self.dut)

    def __getattr__(self, name):
        return getattr(self.dut, name)


def ours(rig, room):
    return lambda load: rig.sealane(room, loop_configuration(load, rig.cores), out=("guest0/ent0", "guest1/ent0"))


def of_size(rig, size):
    mix = generator.MIXES[size]

    def looped(room, make):
        return Looped(room, lambda sockets: generator.Generator(room, rig.cores, sockets, mix), make)

    entries = [Entry("sealane", lambda room: looped(room, ours(rig, room)))]
    for name in SHORT_SETTINGS:
        entries.append(Entry(name, lambda room, name=name: looped(
            room, lambda load: Ovs(room, rig.cores, load, SETTINGS[name]))))
    for mode in ("mac", "io"):
        entries.append(Entry(f"testpmd {mode}", lambda room, mode=mode: looped(
            room, lambda load: Testpmd(room, rig.cores, load, mode))))
    facts = {"size": int(size) if size.isdigit() else round(generator.mean_size(mix)), "macs": 2}
    return Comparison("vhost", f"size={size}", facts, entries)


def whole(rig):
    """TCP frames of 64 KiB that the guests neither cut nor sum, beside the same bytes in frames of 1518."""
    def big(room, make):
        return Looped(room, lambda sockets: large.LargeGenerator(room, rig.cores, sockets), make)

    def small(room, make):
        return Looped(room, lambda sockets: generator.Generator(
            room, rig.cores, sockets, generator.MIXES["1518"], **large.FEW), make)

    def ovs(room, tso):
        return lambda load: Ovs(room, rig.cores, load, {"userspace-tso-enable": tso})

    whole_size, cut_size = {"size": large.SIZE + 4}, {"size": 1518}
    return Comparison("large", "vhost", {"macs": 2}, [
        Entry("sealane whole", lambda room: big(room, ours(rig, room)), whole_size),
        Entry("sealane 1518", lambda room: small(room, ours(rig, room)), cut_size),
        Entry("ovs whole", lambda room: big(room, ovs(room, "true")), whole_size),
        Entry("ovs 1518", lambda room: small(room, ovs(room, "false")), cut_size)], pages=1200)


def comparisons(rig):
    return [*(of_size(rig, size) for size in generator.MIXES), whole(rig)]
