"""Devices under test in turn: A B A B …, so that only neighbours in time are compared."""

import dataclasses
import subprocess
from collections.abc import Callable

from figures import Measurement, summary
from machine import CoreWatch, StealWatch
from processes import Room, Unfit


@dataclasses.dataclass
class Entry:
    """One device under test of a comparison.  `make(room)` gives it, started by `start()`."""

    dut: str
    make: Callable
    facts: dict = dataclasses.field(default_factory=dict)  # columns of its own


@dataclasses.dataclass
class Comparison:
    """What is run in turn; `facts` are columns of its rows."""

    case: str
    variant: str
    facts: dict
    entries: list
    pages: int = 1024   # free hugepages of 2 MiB that it takes

    @property
    def name(self):
        return f"{self.case}/{self.variant}"


@dataclasses.dataclass
class Pace:
    rounds: int = 5
    warm_up_s: float = 1.0
    measure_s: float = 2.0


CHECKSUM = 4  # bytes that the name of a size counts and memory has not


def measure_once(entry, pace, size) -> Measurement:
    with Room() as room:
        dut = entry.make(room)
        dut.start()
        dut.warm_up(pace.warm_up_s)
        steal, core = StealWatch(), CoreWatch(dut.process, dut.threads)
        measurement = dut.measure(pace.measure_s)
        measurement.steal = steal.part()
        if not getattr(dut, "sleeps", False):
            measurement.core = core.part()
        measurement.gbps = measurement.gbps or measurement.mpps * (size - CHECKSUM) * 8e-3
        if measurement.mpps == 0:
            raise Unfit("no frame came out")
        return measurement


def run(comparison, pace, tell, rows):
    """Adds a row for each entry, when interrupted too; one that can't be measured has the reason."""
    rounds = {entry.dut: [] for entry in comparison.entries}
    errors = {}
    try:
        for number in range(pace.rounds):
            for entry in comparison.entries:
                if entry.dut in errors:
                    continue  # what does not start does not start again
                tell(f"{comparison.name} {entry.dut}, round {number + 1} of {pace.rounds}")
                try:
                    rounds[entry.dut].append(measure_once(entry, pace, {**comparison.facts, **entry.facts}["size"]))
                except (Unfit, OSError, subprocess.SubprocessError) as fault:
                    errors[entry.dut] = str(fault)
    finally:
        for entry in comparison.entries:
            row = {"case": comparison.case, "variant": comparison.variant, "dut": entry.dut, **comparison.facts,
                   **entry.facts, **summary(rounds[entry.dut])}
            if entry.dut in errors or not rounds[entry.dut]:
                row["error"] = errors.get(entry.dut, "interrupted")
            rows.append(row)
