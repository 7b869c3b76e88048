#!/usr/bin/env python3
"""The first lines that the README has its reader type, as nobody: readme_test.py SEALANE

They are taken from the README itself: the switch starts, testpmd is both LPARs, and frames go round.
"""

import os
import pathlib
import re
import shutil
import signal
import sys

from nobody import AS_NOBODY, NOBODY, is_nobody, own_folder
from processes import comes_true
from scene import run_test
from switch import Switch

TEST_S = 60
TOP = pathlib.Path(__file__).parents[3]
SECTION = "## Run it and look"
PROMPT = "testpmd> "


def lines_of_reader():
    """What the section's first two blocks of shell have: one command each, and what is typed at testpmd's prompt."""
    section = (TOP / "README.md").read_text().split(SECTION, 1)[1]
    start, peer = re.findall(r"^```sh\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)[:2]
    typed = [line.removeprefix(PROMPT) for line in peer.splitlines() if line.startswith(PROMPT)]
    command = "".join(line for line in peer.splitlines(True) if not line.startswith(PROMPT))
    run = next(line for line in start.splitlines() if line.startswith("sealane run"))
    return run.split("#")[0].replace("&", "").split(), command.replace("\\\n", " ").split(), typed


class ReadersSwitch(Switch):
    """The switch that the reader's line starts, in the folder where the reader stands."""

    def __init__(self, scene, line):  # pylint: disable=super-init-not-called
        self.scene = scene
        self.name = "reader"
        self.control = scene.run / line[line.index("--control") + 1]
        self.process = scene.start(self.name, [*AS_NOBODY, "env", "-C", scene.run, scene.sealane, *line[1:]])
        scene.evidence.append(self.show)


def look_at_frames(scene, switch):
    def round_trips():
        return min(row["rx_frames"] for name, row in switch.ask("stats")["adapters"].items() if name.startswith("lpar"))
    went = comes_true(lambda: round_trips() > 100_000)
    scene.check("frames go round between both LPARs", went, str(round_trips()))
    scene.check("the switch is nobody", is_nobody(switch.process.pid))
    told = switch.call("drops").stdout
    scene.check("nothing was dropped", told == "no frame was dropped\n", told.strip())


def play(scene):
    scene.sealane = own_folder(scene.run, scene.sealane)
    shutil.copytree(TOP / "configs", scene.run / "configs")
    (scene.run / "run").mkdir()
    shutil.chown(scene.run / "run", NOBODY, NOBODY)
    run, testpmd, typed = lines_of_reader()
    switch = ReadersSwitch(scene, run).wait_ready()
    keys = scene.run / "keys"
    os.mkfifo(keys, 0o644)
    guest = scene.start("testpmd", [
        *AS_NOBODY, "env", "-C", scene.run, "sh", "-c", 'exec "$@" < keys', "-", *testpmd])
    with keys.open("w") as prompt:
        prompt.writelines(f"{line}\n" for line in typed)
        prompt.flush()
        look_at_frames(scene, switch)
        guest.end()
    switch.check_laws("without testpmd")
    switch.check_stops(signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(run_test("readme", play, TEST_S))
