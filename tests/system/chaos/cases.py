"""What is done to a pair while probes run, and undone: each case is a deed, what must come of it, and the way back."""

import dataclasses
import signal
import time
import typing

from processes import must

LEAD_S = 0.1  # of each window before the deed
TAIL_S = 0.3  # and after what it led to


@dataclasses.dataclass(frozen=True)
class Case:
    """`back_as`: the case that the way back counts for; it is measured as well."""

    name: str
    mode: str
    deed: typing.Callable
    came: typing.Callable  # of (pair): what the deed must lead to
    back: typing.Callable
    back_as: str = ""

    def returned(self, pair):
        return pair.is_together() and not pair.alarms(1) and not pair.alarms(2)


def owner_is_second(pair):
    return pair.state(2) == "PRIMARY"


def is_alarmed(pair):
    return bool(pair.alarms(1)) and bool(pair.alarms(2))


CASES = [
    Case("sigkill", "auto", lambda pair: pair.kill("vios1"), owner_is_second,
         lambda pair: pair.start("vios1"), back_as="failback"),
    Case("sigstop", "auto", lambda pair: pair.signal("vios1", signal.SIGSTOP), owner_is_second,
         lambda pair: pair.signal("vios1", signal.SIGCONT)),
    Case("uplink_down", "auto", lambda _: must("ip", "link", "set", "brp1", "down"),
         lambda pair: pair.states() == ("LIMBO", "PRIMARY"),
         lambda _: must("ip", "link", "set", "brp1", "up")),
    Case("control_cut", "auto",
         lambda pair: pair.must("hypervisor", "impair", "vios1/ent5", "--link", "down"), is_alarmed,
         lambda pair: pair.must("hypervisor", "impair", "vios1/ent5", "--link", "up"), back_as="control_cut"),
    Case("planned", "auto", lambda pair: pair.must("vios1", "sea", "set", "vios1/ent6", "ha_mode=standby"),
         lambda pair: pair.states() == ("BACKUP", "PRIMARY"),
         lambda pair: pair.must("vios1", "sea", "set", "vios1/ent6", "ha_mode=auto"), back_as="planned"),
    Case("sharing_sigkill", "sharing", lambda pair: pair.kill("vios1"), owner_is_second,
         lambda pair: pair.start("vios1")),
]


def observe(pair, probe, deed, came, what):
    """One window: what the probe saw while `deed` led to `came`, and how often a slot changed its owner."""
    before = pair.takings()
    probe.begin()
    time.sleep(LEAD_S)
    deed(pair)
    pair.wait(what, lambda: came(pair))
    time.sleep(TAIL_S)
    window = probe.end()
    window["role_changes"] = len(pair.takings() - before)
    return window


def run_once(case, pair, probe):
    """The window of the deed and that of the way back."""
    there = observe(pair, probe, case.deed, case.came, f"what {case.name} leads to")
    back = observe(pair, probe, case.back, case.returned, f"the way back from {case.name}")
    return there, back
