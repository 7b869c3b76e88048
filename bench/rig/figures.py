"""Numbers of one measurement, and of several rounds of it."""

import dataclasses
import statistics


@dataclasses.dataclass
class Measurement:
    """One round."""

    mpps: float
    cycles: float  # TSC cycles a frame of busy time
    loss: float    # part of the frames that came in and did not go out
    steal: float = 0.0  # part of the machine's time that its hypervisor gave to others
    core: float = 1.0   # part of its core that the polling thread had
    gbps: float = 0.0   # of the frames' bytes in memory
    p50: float | None = None   # microseconds that frames took, where that was measured
    p99: float | None = None
    p999: float | None = None


PERCENTILES = ("p50", "p99", "p999")


def summary(rounds):
    """Medians and spread of the rounds, as a row has them."""
    if not rounds:
        return {}
    rates = [one.mpps for one in rounds]
    return {
        "mpps": round(statistics.median(rates), 6),
        "mpps_min": round(min(rates), 6),
        "mpps_max": round(max(rates), 6),
        "gbps": round(statistics.median(one.gbps for one in rounds), 3),
        "cycles": round(statistics.median(one.cycles for one in rounds), 1),
        "loss": round(statistics.median(one.loss for one in rounds), 6),
        "steal": round(max(one.steal for one in rounds), 4),
        "core": round(statistics.median(one.core for one in rounds), 3),
        "rounds": [round(rate, 6) for rate in rates],
        "rounds_gbps": [round(one.gbps, 4) for one in rounds],
        "rounds_core": [round(one.core, 3) for one in rounds],
        **{name: round(statistics.median(getattr(one, name) for one in rounds), 2)
           for name in PERCENTILES if getattr(rounds[0], name) is not None},
    }


def paired_ratio(above, below):
    """Of rates measured next to each other: median, least and most of each round's ratio."""
    ratios = [a / b for a, b in zip(above, below) if b > 0]
    if not ratios:
        return None
    return {"got": round(statistics.median(ratios), 3), "min": round(min(ratios), 3), "max": round(max(ratios), 3)}
