"""Sealane and a peer under the same deeds and the same probe, in turn in one run."""

import keepalived
from cases import CASES, run_once
from figures import Figures
from pair import Outside, Pair, await_flow, streams_of
from probe import Probe

PEERS = {"keepalived": keepalived}


def run_beside(scene, peer, chosen, figures, peer_figures, record):
    """One run of ours, one of the peer's, and so on; only one of the probes is there at a time."""
    theirs = PEERS[peer]
    with Outside(), theirs.Routers(scene, chosen.advert_ms) as routers:
        pair = Pair(scene, "auto", chosen.lease_ms)
        for case in CASES:
            if case.name not in theirs.CASES or case.name not in chosen.cases:
                continue
            for number in range(1, chosen.kills + 1):
                ours = play(chosen, case, pair, streams_of("auto"))
                beside = play(chosen, theirs.CASES[case.name], routers, theirs.streams())
                for who, windows, into in (("", ours, figures), (peer, beside, peer_figures)):
                    record(chosen, f"{who} {case.name}".strip(), number, *windows)
                    into.setdefault(case.name, Figures()).add(windows[0])
                print(f"{case.name}: {number} of {chosen.kills}; sealane {longest(ours[0]):.1f} ms, "
                      f"{peer} {longest(beside[0]):.1f} ms", flush=True)
        pair.stop()


def play(chosen, case, victims, streams):
    with Probe(chosen.probe, streams) as probe:
        await_flow(victims, probe)
        return run_once(case, victims, probe)


def longest(window):
    return max(stream["outage_ms"] for stream in window["streams"].values())
