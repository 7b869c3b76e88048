#!/usr/bin/env python3
"""Small clients of every kind come back by themselves, whatever ends: comeback_test.py SEALANE_BINARY

Each kind of client is killed, ended and started anew, and loses its connection (or resets its device), each
$SEALANE_COMEBACKS times (30), in an order of chance; meanwhile the switch is killed and stopped, as often each, before, after
and while they do.  After each, frames go to every client and back.
"""

import os
import pathlib
import random
import signal
import statistics
import sys
import time

from client_test import library_of
from port import Library
from processes import PATIENCE_S, NoProgress, comes_true
from scene import run_test
from streams_frame import mac_of, socket_of
from switch import Switch
from frames import make_frame
from ways import Child, Ways

TIMES = int(os.environ.get("SEALANE_COMEBACKS", "30"))
SEED = int(os.environ.get("SEALANE_SEED", "1"))
TEST_S = 60 + 4 * TIMES
SOON_S = 1.0
ASKER = 1
FRAME = """\
system: frame1
vswitches: [{name: ETHERNET0}]
partitions:
"""
CLIENT = """\
  - {{name: lpar{number}, type: client, adapters: [{{name: ent0, type: virtual, vswitch: ETHERNET0, pvid: 1, mac: "{mac}",
      mtu: 1500, port: {port}}}]}}
"""


class Frame:
    def __init__(self, scene):
        self.scene = scene
        self.ways = Ways(scene.run, library_of(scene.sealane))
        self.number_of = {way: number for number, way in enumerate(self.ways.names(), ASKER + 1)}
        self.asker = Library(library_of(scene.sealane)).open(f"unix:{socket_of(scene.run, ASKER)}")
        self.lives = self.asked = 0
        self.children = {way: Child(self.ways, way) for way in self.number_of}
        self.start_switch()

    def text(self):
        ports = {ASKER: f"{{type: qemu-stream, listen: {socket_of(self.scene.run, ASKER)}}}",
                 **{number: self.ways.port(way) for way, number in self.number_of.items()}}
        return FRAME + "".join(CLIENT.format(number=number, mac=mac_of(number), port=port) for number, port in ports.items())

    def start_switch(self):
        self.lives += 1
        self.switch = Switch(self.scene, self.text(), name=f"sealane-{self.lives}")
        self.scene.evidence[:] = [self.switch.show]

    def end_switch(self, number):
        if number == signal.SIGKILL:
            self.switch.process.end()
        else:
            self.switch.process.process.send_signal(number)
            if self.switch.process.process.wait(20) != 0:
                raise NoProgress(f"the switch ended with {self.switch.process.exit_code()}")

    def renew(self, way, number):
        self.children[way].end(number)
        self.children[way] = Child(self.ways, way)

    def ask(self, waiting):
        """Who has not answered yet; takes those out who have."""
        self.asker.service()
        self.asked += 1
        self.asker.send([make_frame(mac_of(self.number_of[way]), mac_of(ASKER), self.asked.to_bytes(4, "big")) for way in waiting])
        self.asker.service()
        self.asker.wait(0.01)
        for frame in self.asker.receive():
            for way in list(waiting):
                if frame[6:12] == bytes.fromhex(mac_of(self.number_of[way]).replace(":", "")) and \
                        int.from_bytes(frame[14:18], "big") > waiting[way]:
                    del waiting[way]

    def all_answer(self):
        """When each did, in seconds from now, by what has been asked since."""
        began = time.monotonic()
        waiting = {way: self.asked for way in self.number_of}
        took = {}

        while waiting:
            self.ask(waiting)
            for way in self.number_of:
                if way not in waiting:
                    took.setdefault(way, time.monotonic() - began)
            if self.switch.process.exit_code() is not None or time.monotonic() - began > PATIENCE_S:
                raise NoProgress(f"no answer comes from {', '.join(waiting)}")
        return took

    def holdings(self):
        """Descriptors by kind, threads, and mappings of shared memory of the switch, at rest."""
        proc = pathlib.Path(f"/proc/{self.switch.process.pid}")
        kinds = {}
        for fd in (proc / "fd").iterdir():
            kind = os.readlink(fd).split(":")[0]
            kinds[kind] = kinds.get(kind, 0) + 1
        return (kinds, len(os.listdir(proc / "task")), (proc / "maps").read_text().count("memfd:"))


def schedule(chance, ways):
    """Of each round: what is done to the switch, and to each client; the switch lives through the last third."""
    deeds = {way: ["kill", "end", "drop"] * TIMES for way in ways}
    for some in deeds.values():
        chance.shuffle(some)
    switch = ["kill", "stop"] * TIMES
    chance.shuffle(switch)
    switch += [None] * (3 * TIMES - len(switch))
    return [(ends, {way: deeds[way][number] for way in ways}) for number, ends in enumerate(switch)]


def do_to_client(frame, way, deed):
    if deed == "drop":
        frame.children[way].drop()
    else:
        frame.renew(way, signal.SIGKILL if deed == "kill" else signal.SIGTERM)


def play_round(frame, chance, to_switch, deeds):
    """In an order of chance: some clients before the switch ends, some while it is away, some when it is there again."""
    when = {way: chance.randrange(3) for way in deeds}

    def those(moment):
        for way in chance.sample(list(deeds), len(deeds)):
            if when[way] == moment:
                do_to_client(frame, way, deeds[way])
    those(0)
    if to_switch:
        frame.end_switch(signal.SIGKILL if to_switch == "kill" else signal.SIGTERM)
    those(1)
    if to_switch:
        frame.start_switch()
    those(2)
    return frame.all_answer()


def play(scene):
    chance = random.Random(SEED)
    frame = Frame(scene)
    frame.all_answer()
    files = len(os.listdir("/proc/self/fd"))
    took, held = {way: [] for way in frame.number_of}, None
    for to_switch, deeds in schedule(chance, list(frame.number_of)):
        if not to_switch and held is None:
            held = frame.holdings()
            frame.switch.idle_buffers = frame.switch.buffers_in_use()
        for way, seconds in play_round(frame, chance, to_switch, deeds).items():
            took[way].append(seconds)
    scene.check(f"all came back each of {3 * TIMES} times, {2 * TIMES} of them with another switch",
                all(len(times) == 3 * TIMES for times in took.values()))
    for way, times in took.items():
        late = sum(one > SOON_S for one in times)
        scene.note(f"{way}: back in {1e3 * statistics.median(times):.0f} ms, {1e3 * max(times):.0f} at most; {late} times later than a second")

    scene.check("the switch holds what it held before them", comes_true(lambda: frame.holdings() == held),
                f"{frame.holdings()} and {held}")
    scene.check("so do we", len(os.listdir("/proc/self/fd")) == files, f"{len(os.listdir('/proc/self/fd'))} and {files}")
    for child in frame.children.values():
        child.end(signal.SIGTERM)
    frame.switch.check_laws("when all clients have gone")
    frame.switch.check_stops(signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(run_test("comeback", play, TEST_S))
