"""What the processes of a frame and the kernels around them counted: equal at both ends of each link, at rest.

Frames that a probe sends cross three programs and two kernels; a frame that one of them lost without a word would
make two of these numbers differ. A process that was killed took its counters along: of it, nothing is compared. Nor
is what a VIOS took from its wire: frames that its packet ring has no room for are the kernel's to count.
"""

import dataclasses
import pathlib

from laws import Laws
from pair import PARTS
from processes import comes_true, settled


@dataclasses.dataclass
class Books:
    """Of one moment."""

    processes: dict  # part -> its process's id
    counters: dict  # part -> adapter -> Counters
    announced: dict  # VIOS -> frames that its SEA made for clients
    kernels: dict  # adapter -> (frames that the kernel beyond sent to it, frames that it has got from it)


def laws_of(pair, part):
    return Laws(pair.ask(part, "stats"), pair.ask(part, "drops"))


def faults_of(pair, part):
    return [fault for law in laws_of(pair, part).faults().values() for fault in law]


def counted_by_kernel():
    """Device -> (frames received, frames sent)."""
    rows = (line.split(":") for line in pathlib.Path("/proc/net/dev").read_text().splitlines()[2:])
    return {device.strip(): (int(row.split()[1]), int(row.split()[9])) for device, row in rows}


def look(pair):
    """Control channels aside, which never rest."""
    counters = {part: {name: row for name, row in laws_of(pair, part).adapters.items() if not name.endswith("/ent5")}
                for part in PARTS}
    devices = counted_by_kernel()
    kernels = {f"vios{own}/ent0": devices[f"up{own}"] for own in (1, 2)}
    for number in (1, 2, 3):  # of a TAP, both ends are one device: what it receives, the switch has sent
        kernels[f"lpar{number}/ent0"] = devices[f"c{number}"][::-1]
    return Books(processes={part: pair.processes[part].pid for part in PARTS}, counters=counters,
                 announced={f"vios{own}": pair.sea(own)["pair"]["announced"] for own in (1, 2)}, kernels=kernels)


def at_rest(pair):
    """When two looks are the same."""
    return settled(pair.wait, "the counters", lambda: look(pair))


class Comparison:
    """What was counted between two moments."""

    def __init__(self, pair, before, after):
        self.trunks = pair.trunks()
        self.before, self.after = before, after

    def counted(self, part, adapter, name):
        return (getattr(self.after.counters[part][adapter], name)
                - getattr(self.before.counters[part][adapter], name))

    def kernel(self, adapter):
        return [after - before for after, before in zip(self.after.kernels[adapter], self.before.kernels[adapter])]

    def at_trunks(self, vios, name):
        return sum(self.counted("hypervisor", f"{vios}/{trunk}", name) for trunk in self.trunks)

    def drops(self):
        """Text: adapter, direction, reason and frames, of all that lived on."""
        for part in filter(self.lived_on, PARTS):
            for name, after in self.after.counters[part].items():
                before = self.before.counters[part][name].drops
                for direction, reasons in after.drops.items():
                    for reason, frames in reasons.items():
                        if new := frames - before[direction].get(reason, 0):
                            yield f"{name} {direction} {reason} {new} ({part})"

    def lived_on(self, part):
        return self.before.processes[part] == self.after.processes[part]

    def pairs(self):
        """(what must be equal, one number, the other)."""
        for vios in (part for part in PARTS[1:] if self.lived_on(part)):
            announced = self.after.announced[vios] - self.before.announced[vios]
            yield (f"what the hypervisor sent to {vios} and it announced came into its SEA",
                   self.at_trunks(vios, "tx") + announced, self.counted(vios, f"{vios}/ent6", "rx"))
            yield (f"what the SEA of {vios} sent came to the hypervisor",
                   self.counted(vios, f"{vios}/ent6", "tx"), self.at_trunks(vios, "rx"))
            yield (f"what {vios} sent out came to the wire",
                   self.counted(vios, f"{vios}/ent0", "tx"), self.kernel(f"{vios}/ent0")[1])
        for client in (f"lpar{number}/ent0" for number in (1, 2, 3)):
            sent, received = self.kernel(client)
            yield f"what {client} sent came in", sent, self.counted("hypervisor", client, "rx")
            yield f"what went out to {client} came", self.counted("hypervisor", client, "tx"), received


def check_books(scene, pair, when, before):
    """Nothing was lost without a word since `before`; what is at rest now."""
    after = at_rest(pair)
    for part in PARTS:
        # A keep-alive may be on its way between two questions; a law that is broken stays so.
        holds = comes_true(lambda part=part: not faults_of(pair, part))
        scene.check(f"{when}: the laws of counters hold in {part}", holds,
                    "" if holds else "; ".join(faults_of(pair, part)))
    comparison = Comparison(pair, before, after)
    unequal = [f"{what}: {one} != {other}" for what, one, other in comparison.pairs() if one != other]
    scene.check(f"{when}: each process counts what its neighbours do", not unequal, "; ".join(unequal))
    scene.note(f"{when}: dropped {', '.join(comparison.drops()) or 'nothing'}")
    return after
