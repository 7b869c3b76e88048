#!/usr/bin/env python3
"""`sealane demo` as a user meets it: demo_test.py SEALANE_BINARY"""

import json
import os
import pathlib
import shutil
import signal
import sys

from processes import NoProgress, comes_true, run_text
from scene import run_test

TEST_S = 240
DEMO_S = 60  # it gives up by itself before
TRIES = 3  # a process without a processor for 200 ms may cost a planned move frames; nothing else is tried again
NOBODY = 65534
ACTS = ["QUIET", "KILLED", "BACK", "MOVED", "MOVED BACK"]
PLANNED = ["QUIET", "MOVED", "MOVED BACK"]
SHARED, ALL_BY_SECOND = [2, 2, 1, 1], [2, 2, 2, 2]
CARRIERS = [SHARED, ALL_BY_SECOND, SHARED, ALL_BY_SECOND, SHARED]


class Place:
    """A folder in which the demo makes its own, and the program where nobody can reach it."""

    def __init__(self, scene):
        self.home = scene.run / "home"
        self.temporary = self.home / "tmp"
        self.temporary.mkdir(parents=True)
        self.program = shutil.copy(scene.sealane, self.home / "sealane")
        self.rights = []
        if os.geteuid() == 0:
            for folder in (self.home, self.temporary):
                os.chown(folder, NOBODY, NOBODY)
            self.rights = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs",
                           "--bounding-set=-all", "--inh-caps=-all", "--pdeathsig=KILL"]

    def command(self, *words):
        return ["env", f"TMPDIR={self.temporary}", *self.rights, self.program, "demo", *words]

    def left(self):
        return sorted(path.name for path in self.temporary.iterdir())


def children_of(pid):
    """Words of the command line by process id."""
    found = {}
    for path in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        words = pathlib.Path(f"/proc/{path}/cmdline").read_bytes().split(b"\0")
        found[int(path)] = [word.decode() for word in words]
    return found


def parts_of(pid):
    """Process id by part."""
    return {words[words.index("--as") + 1]: child for child, words in children_of(pid).items() if "--as" in words}


def is_alive(pid):
    return pathlib.Path(f"/proc/{pid}").exists()


def has_lost_only(pair):
    """All that was wrong is that planned moves lost frames, fewer than those of 300 ms."""
    planned = [one for act in pair.get("acts", []) if act["name"] in PLANNED for one in act["streams"]]
    by_whom = [act["carriers"] for act in pair.get("acts", [])]
    return "fault" not in pair and by_whom == CARRIERS and all(
        one["resumed"] and one["doubled"] == one["reordered"] == 0 and one["lost"] < 300 for one in planned)


def check_promises(scene, place):
    for number in range(1, TRIES + 1):
        done = run_text(place.command("--json"), timeout=DEMO_S)
        told = json.loads(done.stdout) if done.stdout else {}
        pair = told.get("pair", {})
        if done.returncode == 0 or number == TRIES or not has_lost_only(pair):
            break
        scene.note(f"try {number}: {pair.get('fault', [act['broken'] for act in pair.get('acts', [])])}")
    scene.check("without any right, the demo is as it should be", done.returncode == 0 and told.get("good") is True,
                f"exit {done.returncode}, {pair.get('fault', '')} {done.stderr.strip()}")
    acts = {act["name"]: act for act in pair.get("acts", [])}
    if not scene.check("it plays all acts", list(acts) == ACTS, ", ".join(acts)):
        return
    streams = {name: act["streams"] for name, act in acts.items()}
    scene.check("each with both directions of four VLANs", all(
        sorted((one["vlan"], one["direction"]) for one in of_act)
        == sorted((vlan, way) for vlan in (1, 2, 3, 4) for way in ("inward", "outward")) for of_act in streams.values()))
    scene.check("frames were sent in all of them, and came again", all(
        one["sent"] > 100 and one["lost"] < one["sent"] and one["resumed"] for of_act in streams.values() for one in of_act))
    scene.check("what was done on purpose lost, doubled and reordered nothing", all(
        one["lost"] == one["doubled"] == one["reordered"] == 0
        for name in PLANNED for one in streams[name]))
    scene.check("both VIOSes bridge, one when the other is dead, and both again", [
        act["carriers"] for act in pair["acts"]] == CARRIERS)
    scene.check("the timeline has what the SEAs did", any(
        entry["who"] == "vios2/ent6" and entry["what"].endswith("> PRIMARY") for entry in pair["timeline"]))
    scene.check("nothing is left behind", not place.left(), ", ".join(place.left()))


def start_to_kill(scene, place, name):
    """A demo whose frame runs; its parts."""
    process = scene.start(name, place.command())
    scene.wait("the pair to share", lambda: "nothing is done to them" in process.log.read_text(), alive=[process])
    parts = parts_of(process.pid)
    if sorted(parts) != ["hypervisor", "vios1", "vios2"]:
        raise NoProgress(f"the demo's children are {parts}")
    return process, parts


def check_ends(scene, place, number):
    process, parts = start_to_kill(scene, place, number.name)
    scene.check("its parts are processes of their own, in a folder of its own", len(place.left()) == 1)
    os.kill(process.pid, number)
    scene.check(f"{number.name} for the demo ends all of them",
                comes_true(lambda: not any(is_alive(pid) for pid in parts.values())))
    scene.check("and nothing is left behind", comes_true(lambda: not place.left()), ", ".join(place.left()))


def check_fault(scene, place):
    process, parts = start_to_kill(scene, place, "fault")
    os.kill(parts["vios2"], signal.SIGKILL)
    scene.wait("the demo to end", lambda: process.exit_code() is not None)
    said = process.log.read_text()
    scene.check("a VIOS that dies unasked makes it fail", process.exit_code() == 1, f"exit {process.exit_code()}")
    scene.check("with the reason", "vios2 has ended" in said and "something is wrong" in said, said[-300:])
    scene.check("and nothing is left behind then", not place.left(), ", ".join(place.left()))


def play(scene):
    place = Place(scene)
    check_promises(scene, place)
    check_ends(scene, place, signal.SIGKILL)
    check_ends(scene, place, signal.SIGINT)
    check_fault(scene, place)


if __name__ == "__main__":
    sys.exit(run_test("demo", play, TEST_S))
