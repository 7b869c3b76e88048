#!/usr/bin/env python3
"""Measures what probes see while a pair is ill-treated; scripts/chaos builds and starts it.

Needs a network namespace of its own.  Exit 0: it ran; whether the bars are met is told, not asserted.
"""

import argparse
import json
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import traceback

from beside import PEERS, run_beside
from cases import CASES, run_once
from figures import Figures, peer_table, ratios, table, write_json
from pair import Outside, Pair, await_flow, streams_of
from probe import Probe
from processes import NoProgress, Processes
from scene import Report, Scene, show_logs

NAMES = ["sigkill", "sigstop", "uplink_down", "control_cut", "planned", "failback", "sharing_sigkill"]


def read_words():
    words = argparse.ArgumentParser(prog="scripts/chaos", description="kills, stops, unplugs and moves a pair of SEAs "
                                    "under numbered probes, and tells outages, losses and loops")
    words.add_argument("--kills", type=int, default=20, metavar="N", help="runs of each case; default 20")
    words.add_argument("--cases", default=",".join(NAMES), help=f"of {', '.join(NAMES)}; default all")
    words.add_argument("--json", metavar="FILE", help="write the figures there as well")
    words.add_argument("--windows", metavar="FILE", help="write what each window saw there, a line of JSON each")
    words.add_argument("--lease-ms", type=int, default=100, help="lease of the trunk slots; default 100")
    words.add_argument("--peer", choices=sorted(PEERS), help="measure SIGKILL and SIGSTOP only, in turn with this peer")
    words.add_argument("--advert-ms", type=int, default=10, help="how often the peer says that it lives; default 10")
    words.add_argument("--sealane", required=True, help=argparse.SUPPRESS)
    words.add_argument("--probe", required=True, help=argparse.SUPPRESS)
    chosen = words.parse_args()
    chosen.cases = chosen.cases.split(",")
    if unknown := set(chosen.cases) - set(NAMES):
        words.error(f"no such case: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    if chosen.peer and not set(chosen.cases) & set(PEERS[chosen.peer].CASES):
        words.error(f"beside {chosen.peer} there are {', '.join(PEERS[chosen.peer].CASES)} only")
    return chosen


def run_mode(scene, mode, chosen, figures):
    """All chosen cases of one configuration."""
    wanted = [case for case in CASES if case.mode == mode and {case.name, case.back_as} & set(chosen.cases)]
    if not wanted:
        return
    with Outside():
        pair = Pair(scene, mode, chosen.lease_ms)
        with Probe(chosen.probe, streams_of(mode)) as probe:
            for case in wanted:
                await_flow(pair, probe)
                for number in range(1, chosen.kills + 1):
                    there, back = run_once(case, pair, probe)
                    record(chosen, case.name, number, there, back)
                    figures.setdefault(case.name, Figures()).add(there)
                    if case.back_as:
                        figures.setdefault(case.back_as, Figures()).add(back)
                    tell_progress(case, number, chosen.kills, there)
        left = pair.stop()
        if left:
            print(f"left behind by the processes: {', '.join(left)}")


def record(chosen, name, number, *windows):
    if not chosen.windows:
        return
    with open(chosen.windows, "a", encoding="utf-8") as sink:
        for way, window in zip(("there", "back"), windows):
            print(json.dumps({"case": name, "run": number, "way": way, **window}), file=sink)


def tell_progress(case, number, of, window):
    if number == of or number % 10 == 0:
        worst = max(window["streams"].items(), key=lambda item: item[1]["outage_ms"])
        print(f"{case.name}: {number} of {of}; this one's longest outage {worst[1]['outage_ms']:.1f} ms ({worst[0]})",
              flush=True)


def tell_beside(chosen, figures, peer_figures):
    """Both, and how many times as long as ours the peer's outages are."""
    found = {name: figures[name].as_json() for name in figures}
    peers = {chosen.peer: {name: peer_figures[name].through_as_json() for name in peer_figures}}
    load = os.getloadavg()
    print(f"\n{chosen.kills} runs of each in turn; outages of the worst stream, both directions together; lease "
          f"{chosen.lease_ms} ms, advertisements every {chosen.advert_ms} ms; load of the machine at the end {load[0]:.1f} "
          f"on {os.cpu_count()} processors\n")
    print("\n".join(peer_table(found, peers)))
    if chosen.json:
        over = {name: ratios(own, peers[chosen.peer][name]) for name, own in found.items() if name in peers[chosen.peer]}
        write_json(chosen.json, found, {"peer": peers, "ratio": {chosen.peer: over}, "lease_ms": chosen.lease_ms,
                                        "advert_ms": chosen.advert_ms, "load": load[0],
                                        "processors": os.cpu_count()})


def tell(chosen, figures):
    found = {name: figures[name].as_json() for name in NAMES if name in figures and name in chosen.cases}
    load = os.getloadavg()
    print(f"\n{chosen.kills} runs of each; outages of the worst stream, both directions and VLANs together; lease "
          f"{chosen.lease_ms} ms; load of the machine at the end {load[0]:.1f} on {os.cpu_count()} processors\n")
    print("\n".join(table(found, chosen.lease_ms)))
    if chosen.json:
        write_json(chosen.json, found, {"lease_ms": chosen.lease_ms, "load": load[0], "processors": os.cpu_count()})


def main():
    chosen = read_words()
    signal.signal(signal.SIGTERM, lambda received, _: sys.exit(128 + received))
    run = pathlib.Path(tempfile.mkdtemp(prefix="sealane-chaos-"))
    figures, peer_figures = {}, {}
    try:
        with Processes(run) as processes:
            scene = Scene(chosen.sealane, run, processes, Report(), 0)
            try:
                if chosen.peer:
                    run_beside(scene, chosen.peer, chosen, figures, peer_figures, record)
                else:
                    for mode in ("auto", "sharing"):
                        run_mode(scene, mode, chosen, figures)
            except (NoProgress, OSError):
                traceback.print_exc()
                for show in scene.evidence:
                    show()
                show_logs(run)
                return 1
            finally:
                if chosen.peer:
                    tell_beside(chosen, figures, peer_figures)
                else:
                    tell(chosen, figures)
    finally:
        shutil.rmtree(run, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
