#!/usr/bin/env python3
"""A pair of VIOS processes, ill-treated once or twice in each way: chaos_test.py SEALANE_BINARY PROBE_BINARY

Facts without times; scripts/chaos measures.
"""

import sys

from books import at_rest, check_books
from cases import CASES, run_once
from figures import Figures, is_broadcast, is_through_sea
from pair import TOGETHER, Outside, Pair, await_flow, streams_of
from probe import Probe
from scene import run_test

TEST_S = 120
LEASE_MS = 1000  # longer than a machine that is busy elsewhere keeps a process waiting
RUNS = {"sigkill": 2}
MOST_AGAIN = 4
OWNERS = {"control_cut": 0}  # new owners of a slot in a window: one, but for this


def check_window(scene, what, window, owners):
    through = {name: stream for name, stream in window["streams"].items() if name != "client"}
    silent = [name for name, stream in through.items() if not stream["resumed"]]
    scene.check(f"{what}: traffic flows again, both ways, in each VLAN", not silent, ", ".join(silent))
    client = window["streams"]["client"]
    scene.check(f"{what}: from client to client nothing is lost or doubled",
                client["lost"] == client["duplicated"] == 0, f"{client['lost']}, {client['duplicated']}")
    strays = {name: stream["strays"] for name, stream in window["streams"].items() if stream["strays"]}
    scene.check(f"{what}: nothing arrives where it does not belong", not strays, strays or "")
    scene.check(f"{what}: new owners of a slot: {owners}", window["role_changes"] == owners, window["role_changes"])
    figures = Figures()
    figures.add(window)
    copies = figures.loop_copies()
    scene.check(f"{what}: no broadcast comes twice", copies <= 1, f"{copies} copies")


def through_sea(window, key):
    return sum(stream[key] for name, stream in window["streams"].items() if is_through_sea(name) or is_broadcast(name))


def check_planned(scene, pair, probe, case, windows):
    """Nothing is lost, but where a processor that others keep busy has let a queue of ours run over: then once more."""
    for way, window in zip(("there", "back"), windows):
        twice, late = through_sea(window, "duplicated"), through_sea(window, "reordered")
        scene.check(f"planned, {way}: no frame comes twice or late", twice == late == 0, f"{twice}, {late}")
    lost = [through_sea(window, "lost") for window in windows]
    for _ in range(MOST_AGAIN):
        if not any(lost):
            break
        print(f"lost {lost}; once more")
        lost = [through_sea(window, "lost") for window in run_once(case, pair, probe)]
    scene.check("planned, there and back: no frame is lost", not any(lost), lost)


def play_mode(scene, mode):
    with Outside():
        pair = Pair(scene, mode, LEASE_MS)
        books = at_rest(pair)
        for case in (case for case in CASES if case.mode == mode):
            with Probe(sys.argv[2], streams_of(mode)) as probe:
                await_flow(pair, probe)
                for _ in range(RUNS.get(case.name, 1)):
                    play_case(scene, pair, probe, case)
            books = check_books(scene, pair, f"after {case.name}", books)
        check_end(scene, pair)


def play_case(scene, pair, probe, case):
    there, back = run_once(case, pair, probe)
    if case.name == "planned":
        check_planned(scene, pair, probe, case, (there, back))
    owners = OWNERS.get(case.name, 1)
    check_window(scene, case.name, there, owners)
    check_window(scene, f"back from {case.name}", back, owners)
    scene.check(f"after {case.name}: the roles are as before", pair.states() == TOGETHER[pair.mode], pair.states())


def check_end(scene, pair):
    """One frame is stopped by its operator, the other loses its hypervisor."""
    if pair.mode == "auto":
        left = pair.stop()
        scene.check("stopped, the parts leave nothing behind", not left, ", ".join(left))
        scene.check("and VIOSes say that all is well", pair.exits() == [0, 0], pair.exits())
        return
    left = pair.lose_hypervisor()
    scene.check("a hypervisor that is killed leaves nothing behind, nor do its VIOSes", not left, ", ".join(left))
    scene.check("which end with exit 1", pair.exits() == [1, 1], pair.exits())
    scene.check("and with the cause", pair.says("vios1", "its hypervisor has gone") and
                pair.says("vios2", "its hypervisor has gone"))


def play(scene):
    for mode in ("auto", "sharing"):
        play_mode(scene, mode)


if __name__ == "__main__":
    sys.exit(run_test("chaos", play, TEST_S))
