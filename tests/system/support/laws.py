"""The law of counters: every frame is accounted for.

Of each adapter: rx = admitted + drops inward, and offered = tx + drops outward + pending.
Of the frame as a whole: admitted + copies = offered + merged + drops in between.
"""

import dataclasses

DIRECTIONS = ("in", "between", "out")


@dataclasses.dataclass
class Counters:
    """Of one adapter."""

    rx: int
    admitted: int
    copies: int
    merged: int
    offered: int
    tx: int
    pending: int
    drops: dict  # direction -> reason -> frames

    def dropped(self, direction):
        return sum(self.drops[direction].values())


class Laws:
    """Counters as `sealane stats --json` and `sealane drops --json` gave them."""

    def __init__(self, stats, drops):
        self.adapters = {}
        for name, row in stats["adapters"].items():
            by_direction = {direction: reasons_of(drops, name, direction) for direction in DIRECTIONS}
            self.adapters[name] = Counters(
                rx=row["rx_frames"], admitted=row["admitted"], copies=row["copies"], merged=row["merged"],
                offered=row["offered"], tx=row["tx_frames"], pending=row["pending"], drops=by_direction)

    def __eq__(self, other):
        return self.adapters == other.adapters

    def faults(self):
        """Law -> sentences about where it does not hold."""
        faults = {"inward": [], "outward": [], "whole": []}
        admitted = copies = merged = offered = between = 0
        for name, c in self.adapters.items():
            if c.rx != c.admitted + c.dropped("in"):
                faults["inward"].append(f"{name}: rx {c.rx} != admitted {c.admitted} + drops {c.dropped('in')}")
            if c.offered != c.tx + c.dropped("out") + c.pending:
                faults["outward"].append(
                    f"{name}: offered {c.offered} != tx {c.tx} + drops {c.dropped('out')} + pending {c.pending}")
            admitted, copies, merged = admitted + c.admitted, copies + c.copies, merged + c.merged
            offered, between = offered + c.offered, between + c.dropped("between")
        if admitted + copies != offered + merged + between:
            faults["whole"].append(
                f"admitted {admitted} + copies {copies} != offered {offered} + merged {merged} + between {between}")
        return faults


def reasons_of(drops, adapter, direction):
    return drops["adapters"].get(adapter, {}).get(direction, {})
