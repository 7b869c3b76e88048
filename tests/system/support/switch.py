"""The program under test: one running sealane, asked through its own command line as a user would."""

import json
import os

from laws import Laws
from processes import NoProgress, run_text, settled

CLOCK_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class Switch:
    """Runs a frame given as text; `wrap` is a command that runs another (setpriv)."""

    def __init__(self, scene, frame, name="sealane", wrap=()):
        self.scene = scene
        self.name = name
        self.control = scene.run / f"{name}.control"
        config = scene.run / f"{name}.yaml"
        config.write_text(frame)
        self.process = scene.start(name, [*wrap, scene.sealane, "run", config, "--control", self.control])

        scene.evidence.append(self.show)

    def show(self):
        """What it says of itself, if it still runs."""
        if self.process.exit_code() is not None or not self.control.is_socket():
            return
        for verb in ("show", "stats", "drops", "fdb"):
            print(f"---- {self.name}: {verb}", self.call(verb).stdout[:4000], sep="\n")

    def wait_ready(self):
        """Until it answers: then all its ports are open."""
        self.scene.wait(f"{self.name} to answer", self.answers, alive=[self.process])
        self.idle_buffers = self.buffers_in_use()
        return self

    def answers(self):
        return self.control.is_socket() and self.call("show").returncode == 0

    def call(self, *words):
        return run_text([self.scene.sealane, *words, "--control", self.control])

    def ask(self, *words):
        """The JSON that a verb answers with."""
        done = self.call(*words, "--json")
        try:
            return json.loads(done.stdout)
        except ValueError:
            what = f"sealane {' '.join(str(word) for word in words)}"
            raise NoProgress(f"{what}: exit {done.returncode}: {done.stdout}{done.stderr}") from None

    def laws(self):
        """The counters at rest, that is, when two looks at them are the same."""
        return settled(self.scene.wait, "the counters", lambda: Laws(self.ask("stats"), self.ask("drops")),
                       alive=[self.process])

    def check_laws(self, when):
        """The three equalities of the counters, and that all buffers are back; returns the counters."""
        laws = self.laws()
        for law, faults in laws.faults().items():
            self.scene.check(f"{when}: the {law} law holds", not faults, "; ".join(faults))
        if not any(counters.pending for counters in laws.adapters.values()):
            in_use = self.buffers_in_use()
            self.scene.check(f"{when}: all buffers are back", in_use == self.idle_buffers,
                             f"{in_use} in use, {self.idle_buffers} at the start")
        return laws

    def buffers_in_use(self):
        """At rest: what the devices' receive rings hold."""
        self.laws()
        return self.ask("show")["buffers_in_use"]

    def drops(self, adapter, direction, reason):
        return self.laws().adapters[adapter].drops[direction].get(reason, 0)

    def check_stops(self, number):
        self.process.check_stops(self.scene.check, number, self.name)

    def rss_kib(self):
        for line in self.status():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        raise NoProgress(f"{self.name} has no VmRSS")

    def cpu_s(self):
        """Processor time it has used so far, user and system."""
        fields = open(f"/proc/{self.process.pid}/stat", encoding="ascii").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS_PER_S

    def status(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as lines:
            return lines.readlines()
