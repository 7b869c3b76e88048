"""From windows to figures, and from figures to a table with the bars beside."""

import json
import math

UPLINK_DEBOUNCE_MS = 0  # link_time of the frames here
SLACK_MS = 20


def percentile(values, percent):
    """Nearest rank."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)] if ordered else None


def spread(values):
    return {"p50": rounded(percentile(values, 50)), "p99": rounded(percentile(values, 99)), "max": rounded(max(values))}


def rounded(value):
    return None if value is None else round(value, 3)


def is_through_sea(name):
    return name.startswith(("outward", "inward"))


def is_broadcast(name):
    return name.startswith("broadcast")


class Figures:
    """Of one case."""

    def __init__(self):
        self.windows = []

    def add(self, window):
        self.windows.append(window)

    def streams(self, wanted):
        return [stream for window in self.windows for name, stream in window["streams"].items() if wanted(name)]

    def outages(self, prefix):
        """The worst of each window."""
        return [max(stream["outage_ms"] for name, stream in window["streams"].items()
                    if is_through_sea(name) and name.startswith(prefix)) for window in self.windows]

    def total(self, key, wanted):
        return sum(stream[key] for stream in self.streams(wanted))

    def loop_copies(self):
        """Most copies of one broadcast at one place; at a place where none belongs, one is one too many."""
        broadcasts = self.streams(is_broadcast)
        return max(max(stream["most_copies"], 1 + stream["most_strays"]) for stream in broadcasts)

    def through_as_json(self):
        """Of the streams that cross what is ill-treated."""
        return {
            "runs": len(self.windows),
            "outage_ms": spread(self.outages("")),
            "outward_ms": spread(self.outages("outward")),
            "inward_ms": spread(self.outages("inward")),
            "lost": self.total("lost", is_through_sea),
            "duplicated": self.total("duplicated", is_through_sea),
            "reordered": self.total("reordered", is_through_sea),
            "role_changes": max(window["role_changes"] for window in self.windows),
            "sent": self.total("sent", is_through_sea),
            "sender_gap_ms": spread([max(stream["sender_gap_ms"] for stream in window["streams"].values())
                                     for window in self.windows]),
            "unseen": sum(window["overflowed"] for window in self.windows),
        }

    def as_json(self):
        return {
            **self.through_as_json(),
            "broadcasts_lost": self.total("lost", is_broadcast),
            "loop_copies": self.loop_copies(),
            "client_lost": self.total("lost", lambda name: name == "client"),
            "client_duplicated": self.total("duplicated", lambda name: name == "client"),
            "client_outage_ms": spread([window["streams"]["client"]["outage_ms"] for window in self.windows]),
            "strays": self.total("strays", lambda _: True),
        }


def ratios(own, peer):
    """How many times as long as ours a peer's outages are, of each of the spread that ours has more than none of."""
    return {key: rounded(peer["outage_ms"][key] / value) for key, value in own["outage_ms"].items() if value}


def bars_of(name, lease_ms):
    """[(what is required, of the figures)]"""
    def at_most(key, limit):
        return f"{key} ≤ {limit} ms", lambda f: f["outage_ms"][key] <= limit

    def none(*keys):
        return f"{', '.join(keys)} 0", lambda f: all(f[key] == 0 for key in keys)
    own = {
        "sigkill": [at_most("p50", 5), at_most("p99", SLACK_MS)],
        "sigstop": [at_most("p99", lease_ms + SLACK_MS)],
        "uplink_down": [at_most("p99", UPLINK_DEBOUNCE_MS + SLACK_MS)],
        "control_cut": [none("role_changes")],
        "planned": [none("lost", "duplicated", "reordered", "broadcasts_lost")],
    }
    always = [("loop meter 1", lambda f: f["loop_copies"] == 1), none("client_lost")]
    return [*own.get(name, []), *always]


def table(cases, lease_ms):
    """Lines for people."""
    head = ("case", "runs", "p50 ms", "p99 ms", "max ms", "out p99", "in p99", "lost", "dup", "reord", "loop", "roles",
            "client", "required")
    rows = [head]
    for name, found in cases.items():
        outage = found["outage_ms"]
        bars = "; ".join(f"{what}: {'met' if holds(found) else 'MISSED'}" for what, holds in bars_of(name, lease_ms))
        rows.append((name, found["runs"], *(f"{outage[key]:.1f}" for key in ("p50", "p99", "max")),
                     f"{found['outward_ms']['p99']:.1f}", f"{found['inward_ms']['p99']:.1f}", found["lost"],
                     found["duplicated"], found["reordered"], found["loop_copies"], found["role_changes"],
                     found["client_lost"], bars))
    yield from aligned(rows)


def peer_table(cases, peers):
    """Ours and each peer's, case by case, and how many times as long as ours a peer's outages are."""
    rows = [("case", "of", "runs", "p50 ms", "p99 ms", "max ms", "lost", "dup", "reord", "p50, p99, max over ours")]
    for name, own in cases.items():
        measured = {"sealane": own} | {peer: found[name] for peer, found in peers.items() if name in found}
        for who, found in measured.items():
            times = [f"{ratio:.1f}" for ratio in ratios(own, found).values()]
            rows.append((name, who, found["runs"], *(f"{found['outage_ms'][key]:.1f}" for key in ("p50", "p99", "max")),
                         found["lost"], found["duplicated"], found["reordered"],
                         "" if found is own else ", ".join(times)))
    yield from aligned(rows)


def aligned(rows):
    """The first cells to the left, the last as they are, the others to the right."""
    widths = [max(len(str(row[i])) for row in rows) for i in range(len(rows[0]) - 1)]
    for row in rows:
        cells = [str(cell).ljust(width) if i == 0 else str(cell).rjust(width)
                 for i, (cell, width) in enumerate(zip(row, widths))]
        yield "  ".join([*cells, str(row[-1])]).rstrip()


def write_json(path, cases, more):
    with open(path, "w", encoding="utf-8") as sink:
        json.dump({"cases": cases, **more}, sink, indent=2)
        sink.write("\n")
