"""Measures Sealane beside what a user would run instead; scripts/bench starts it."""

import argparse
import os
import pathlib
import shutil
import signal
import sys
import tempfile

import bars
import machine
import report
from cases import Rig, all_comparisons
from hugepages import Hugepages
from runs import Pace, run

REPO = pathlib.Path(__file__).resolve().parents[2]


def arguments():
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("name", metavar="NAME", nargs="*", help="the same as --case NAME")
    parser.add_argument("--json", metavar="FILE", help="write machine, rows and ratios there")
    parser.add_argument("--case", metavar="NAME", action="append",
                        help="only this one (see --list), or all that begin with NAME; may be repeated")
    parser.add_argument("--dut", metavar="NAME", action="append", help="only devices under test that begin with NAME")
    parser.add_argument("--quick", action="store_true", help="2 rounds of 1 s instead of 5 of 2 s")
    parser.add_argument("--rounds", type=int, metavar="N", help="so many rounds")
    parser.add_argument("--list", action="store_true", help="name the cases and end")
    parser.add_argument("--build", metavar="FOLDER", type=pathlib.Path, default=REPO / "build/release",
                        help="what to measure: a build's folder")
    asked = parser.parse_args()
    asked.case = [*(asked.case or []), *asked.name]
    return asked


def chosen(asked, comparisons):
    """Those that were asked for."""
    names = asked.case or [""]
    exact = {one.name for one in comparisons} & set(names)
    picked = [one for one in comparisons
              if one.name in exact or any(one.name.startswith(name) for name in names if name not in exact)]
    if asked.dut:
        for one in picked:
            one.entries = [entry for entry in one.entries if any(entry.dut.startswith(name) for name in asked.dut)]
    return [one for one in picked if one.entries]


def say(text):
    print(text, file=sys.stderr, flush=True)


def go_first():
    """Before other work on the machine, together with all that is started; True if that was allowed."""
    try:
        os.setpriority(os.PRIO_PROCESS, 0, -20)
        return True
    except PermissionError:
        return False


def measure_all(comparisons, pace, facts, asked):
    rows = []
    try:
        for comparison in comparisons:
            run(comparison, pace, lambda text: say(f"  {text}"), rows)
    finally:
        # An interrupted run still tells what it has measured.
        ratios = bars.judge(rows)
        print(f"\n{report.machine(facts)}\n\n{report.table(rows)}\n")
        if ratios:
            print(report.bars(ratios))
        if asked.json:
            report.write_json(asked.json, facts, rows, ratios)


def main():
    asked = arguments()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="sealane-bench."))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    try:
        rig = Rig(asked.build, machine.tsc_hz(), folder)
        comparisons = chosen(asked, all_comparisons(rig))
        if asked.list or not comparisons:
            print("\n".join(f"{one.name}  {', '.join(entry.dut for entry in one.entries)}"
                            for one in comparisons or all_comparisons(rig)))
            return 0 if asked.list else 2
        if os.cpu_count() < 2:
            say("needs two cores: one for the device under test, one for everything else")
            return 1
        pace = Pace(2, 1.0, 1.0) if asked.quick else Pace()
        pace.rounds = asked.rounds or pace.rounds
        with Hugepages(max(one.pages for one in comparisons), say) as pages:
            facts = machine.facts(rig.binary, rig.cores, pages.free) | {"first": go_first()}
            measure_all(comparisons, pace, facts, asked)
        return 0
    except KeyboardInterrupt:
        return 130
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
