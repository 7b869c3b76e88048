#!/usr/bin/env python3
"""The run beside a peer, as short as it can be: beside_test.py SEALANE_BINARY PROBE_BINARY

That it runs to its end, with all rows; no time is held against anything.
"""

import json
import pathlib
import sys

from processes import run_text
from scene import run_test

TEST_S = 200
RIG = pathlib.Path(__file__).parents[1] / "chaos" / "chaos.py"
CASES = ["sigkill", "sigstop"]


def outages(row):
    return [row["outage_ms"][key] for key in ("p50", "p99", "max")]


def check_rows(scene, who, rows):
    scene.check(f"{who}: a row for each case", sorted(rows) == CASES, sorted(rows))
    for name, row in rows.items():
        p50, p99, most = outages(row)
        scene.check(f"{who}: {name} was run once and took some time", row["runs"] == 1 and 0 < p50 <= p99 <= most,
                    f"{row['runs']} runs; {p50}, {p99}, {most} ms")
        scene.check(f"{who}: {name} moved what was its owner's, and frames went on after it",
                    row["role_changes"] >= 1 and row["lost"] < row["sent"],
                    f"{row['role_changes']} changes, {row['lost']} of {row['sent']} lost")


def play(scene):
    found = scene.run / "found.json"
    done = run_text([sys.executable, RIG, "--sealane", sys.argv[1], "--probe", sys.argv[2], "--peer", "keepalived",
                     "--kills", "1", "--lease-ms", "1000", "--json", found], timeout=TEST_S)
    scene.check("scripts/chaos --peer keepalived ends well", done.returncode == 0,
                "" if done.returncode == 0 else f"exit {done.returncode}: {(done.stdout + done.stderr)[-3000:]}")
    if not found.exists():
        scene.check("and writes its JSON", False)
        return
    figures = json.loads(found.read_text())
    check_rows(scene, "sealane", figures["cases"])
    check_rows(scene, "keepalived", figures["peer"]["keepalived"])
    scene.check("of frames for a second of lease some were lost", figures["cases"]["sigstop"]["lost"] > 0)
    ratio = figures["ratio"]["keepalived"]
    scene.check("how many times as long the peer's outages are, of each case",
                sorted(ratio) == CASES and all(ratio.values()), ratio)
    told = done.stdout
    scene.check("the same is told as a table", all(name in told for name in (*CASES, "keepalived")), told[-1500:])
    scene.check("a case that the peer has not is refused with those that it has", refused(sys.argv[1], sys.argv[2]))


def refused(sealane, probe):
    done = run_text([sys.executable, RIG, "--sealane", sealane, "--probe", probe, "--peer", "keepalived",
                     "--cases", "planned"])
    return done.returncode == 2 and "beside keepalived there are sigkill, sigstop only" in done.stderr


if __name__ == "__main__":
    sys.exit(run_test("beside", play, TEST_S))
