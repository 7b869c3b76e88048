"""All that the rig can compare, in order of importance."""

import functools

import embed
import frames
import outward
import paced
import scale
import sealane
import segment
import vhost
from load import SOURCE_VLAN, Cores, Replay
from ovs import SETTINGS as OVS_SETTINGS
from ovs import SHORT_SETTINGS, Ovs
from runs import Comparison, Entry
from sealane import Sealane
from testpmd import Testpmd

MACS = (1, 1024, 16384, 1048576)
BUFFER_PAGE_SHARE = 800  # buffers of the costliest device under test in a page of 2 MiB


class Rig:
    """What every case needs: what is measured, where it runs, and a folder for files of frames."""

    def __init__(self, build, tsc_hz, folder, cores=Cores()):
        self.build, self.tsc_hz, self.folder, self.cores = build.resolve(), tsc_hz, folder, cores

    @property
    def binary(self):
        return self.build / "control/app/sealane"

    def file(self, name, make):
        """Path of a file of the frames that `make()` gives, written when it is first asked for."""
        path = self.folder / f"{name}.pcap"
        if not path.exists():
            frames.write_pcap(path, make())
        return path

    def replay(self, macs, tagged=False):
        path = self.file(f"{macs}{'-tagged' if tagged else ''}",
                         lambda: frames.to_destinations(macs, SOURCE_VLAN if tagged else None))
        return Replay(pcap=str(path), macs=macs, frames=macs, tagged=tagged)

    def sealane(self, room, configuration, **more):
        return Sealane(room, self.binary, self.cores, configuration, self.tsc_hz, **more)


def peers(rig, load_of, settings=SHORT_SETTINGS):
    """Entries of testpmd and OVS for a replayed load."""
    for mode in ("mac", "io"):
        yield Entry(f"testpmd {mode}", lambda room, mode=mode: Testpmd(room, rig.cores, load_of(), mode))
    for name in settings:
        yield Entry(name, lambda room, name=name: Ovs(room, rig.cores, load_of(), OVS_SETTINGS[name]))


def switch(rig, macs, tagged=False):
    load_of = functools.partial(rig.replay, macs, tagged)

    def ours(room):
        load = load_of()
        return rig.sealane(room, sealane.switch_configuration(load, rig.cores), addresses=sealane.preload(load))

    settings = OVS_SETTINGS if macs == 16384 else SHORT_SETTINGS if macs < 16384 else ("ovs",)
    variant = f"macs={macs}" + (",tagged" if tagged else "")
    return Comparison("switch", variant, {"size": 64, "macs": macs},
                      [Entry("sealane", ours), *peers(rig, load_of, settings)],
                      max(1024, macs // BUFFER_PAGE_SHARE + 700))


def sea(rig, macs):
    load_of = functools.partial(rig.replay, macs)

    def plain(room):
        load = load_of()
        return rig.sealane(room, sealane.switch_configuration(load, rig.cores), addresses=sealane.preload(load))

    def across(room):
        return rig.sealane(room, sealane.sea_configuration(load_of(), rig.cores), out=("vios1/ent0",))

    def to_trunk(name):
        return lambda room: Ovs(room, rig.cores, load_of(), OVS_SETTINGS[name], trunk=True)

    return Comparison("sea", f"macs={macs}", {"size": 64, "macs": macs},
                      [Entry("sealane", across), Entry("sealane switch", plain), *peers(rig, load_of, ()),
                       *(Entry(name.replace("ovs", "ovs to trunk", 1), to_trunk(name)) for name in SHORT_SETTINGS)])


def all_comparisons(rig):
    return [
        *(switch(rig, macs) for macs in MACS),
        switch(rig, 1024, tagged=True),
        sea(rig, 1024),
        *vhost.comparisons(rig),
        *paced.comparisons(rig),
        *outward.comparisons(rig),
        *segment.comparisons(rig),
        *scale.comparisons(rig),
        *embed.comparisons(rig),
    ]
