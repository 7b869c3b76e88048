"""Ratios that are claimed, and what they ought to be."""

import dataclasses

from figures import paired_ratio


@dataclasses.dataclass(frozen=True)
class Bar:
    """`of` over `over`, rows as "case/variant dut"; a dut ending in * is the best of those that begin so."""

    of: str
    over: str
    required: float
    hoped: float
    rounds: str = "rounds"  # of frames; "rounds_gbps" of bytes, where frames have different sizes


BARS = (
    Bar("switch/macs=1 sealane", "switch/macs=1 testpmd mac", 0.55, 0.8),
    Bar("switch/macs=1024 sealane", "switch/macs=1024 testpmd mac", 0.55, 0.8),
    Bar("switch/macs=1 sealane", "switch/macs=1 ovs*", 2.2, 3),
    Bar("switch/macs=1024 sealane", "switch/macs=1024 ovs*", 2.5, 3),
    Bar("switch/macs=16384 sealane", "switch/macs=16384 ovs*", 6, 9),
    Bar("switch/macs=1048576 sealane", "switch/macs=1048576 testpmd mac", 0.45, 0.7),
    Bar("sea/macs=1024 sealane", "sea/macs=1024 sealane switch", 0.6, 0.8),
    Bar("vhost/size=64 sealane", "vhost/size=64 ovs*", 1.2, 1.4),
    Bar("vhost/size=64 sealane", "vhost/size=64 testpmd mac", 0.9, 0.98),
    Bar("vhost/size=64 sealane", "vhost/size=64 testpmd io", 0, 0.98),
    Bar("vhost/size=1518 sealane", "vhost/size=1518 ovs*", 1.05, 1.05),
    Bar("vhost/size=1518 sealane", "vhost/size=1518 testpmd io", 0, 1),
    Bar("large/vhost sealane whole", "large/vhost sealane 1518", 6, 10, rounds="rounds_gbps"),
    Bar("large/vhost sealane whole", "large/vhost ovs whole", 0, 1, rounds="rounds_gbps"),
    Bar("large/sea,ip=4 sealane whole", "large/sea,ip=4 testpmd gso", 0, 1, rounds="rounds_gbps"),
    Bar("sea/macs=1024 sealane", "sea/macs=1024 ovs to trunk*", 0, 2),
    *(Bar(f"segment/ip=4,frames={frames},pieces={pieces} sealane",
          f"segment/ip=4,frames={frames},pieces={pieces} rte_gso no sums", 0.6, 1)
      for frames in (1, 64) for pieces in (0, 1)),
    Bar("workers/disjoint sealane 2 workers", "workers/disjoint sealane 1 worker", 1.8, 1.95),
    Bar("scale/adapters sealane 256 adapters", "scale/adapters sealane 2 adapters", 0.7, 0.9),
    *(Bar(f"embed/size={size} unix", f"embed/size={size} vde_switch", 2, 4) for size in (64, 1518)),
    *(Bar(f"embed/size={size} shm", f"embed/size={size} unix", 5, 8) for size in (64, 1518)),
    Bar("scale/vlans sealane 4093 VLANs", "scale/vlans sealane 20 VLANs", 0, 0.9),
)


def pick(rows, wanted):
    """The row that `wanted` names, with figures in it; None if there is none."""
    name, dut = wanted.split(" ", 1)
    fitting = [row for row in rows if f"{row['case']}/{row['variant']}" == name and row.get("rounds")
               and (row["dut"].startswith(dut[:-1]) if dut.endswith("*") else row["dut"] == dut)]
    return max(fitting, key=lambda row: row["mpps"], default=None)


def by_core(row, bar):
    """Rates of a whole core, had nothing else run on it."""
    return [rate / max(core, 0.01) for rate, core in zip(row[bar.rounds], row["rounds_core"])]


def judge(rows, bars=BARS):
    """Of each bar whose rows were run: what it came to, and whether it is met."""
    judged = []
    for bar in bars:
        above, below = pick(rows, bar.of), pick(rows, bar.over)
        ratio = above and below and paired_ratio(above[bar.rounds], below[bar.rounds])
        if ratio:
            judged.append({"of": bar.of, "over": f"{bar.over.split(' ', 1)[0]} {below['dut']}",
                           "required": bar.required, "hoped": bar.hoped, **ratio,
                           "per_core": paired_ratio(by_core(above, bar), by_core(below, bar))["got"],
                           "met": ratio["got"] >= bar.required, "hope_met": ratio["got"] >= bar.hoped})
    return judged
