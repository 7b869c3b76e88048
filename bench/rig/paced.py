"""Frames at a given rate between two vhost-user ports: the highest rate with little loss or none, and latency below it."""

import json
import statistics
import time

from figures import Measurement
from load import LOOP_MACS
from ovs import Ovs
from processes import Unfit
from runs import Comparison, Entry
from sealane import loop_configuration
from testpmd import Testpmd
from vhost import Looped

STEPS = 7           # halvings of what the rate may be
TRIES = 2           # a rate that loses frames once may have met a busy machine
NONE_LOST = 1e-6    # part of the frames that counts as none
FEW_LOST = 5e-3     # what many take for a switch's rate: a busy machine, too, can keep to it
KEEPS_UP = 0.98     # part of what was asked that the load must have sent for a trial to count
SHARES = (10, 50, 90)
START_S = 60
QUEUE = "queues=1,queue_size=1024,in_order=1,packed_vq=0,mrg_rxbuf=0"


class Trial:
    """A line of JSON of the load."""

    def __init__(self, line):
        facts = json.loads(line)
        if "error" in facts:
            raise Unfit(f"the load: {facts['error']}")
        self.facts, self.seconds = facts, facts["seconds"]
        self.kept_up = facts["tried"] >= KEEPS_UP * facts["mpps"] * 1e6 * self.seconds

    @property
    def loss(self):
        return max(0.0, 1 - self.facts["received"] / self.facts["tried"]) if self.facts["tried"] else 1.0

    def passes(self, lost):
        """True if no more than this part of the frames was lost."""
        return self.kept_up and self.facts["tried"] - self.facts["received"] <= lost * self.facts["tried"]

    def rate(self, what):
        """In millions a second."""
        return self.facts[what] / self.seconds / 1e6


class Load:
    """sealane_load on virtio ports whose other ends connect to its sockets; `options` are its own."""

    def __init__(self, room, cores, binary, sockets, options=(), queue=QUEUE):
        self.room, self.cores, self.binary, self.sockets = room, cores, binary, sockets
        self.options, self.queue, self.process = options, queue, None

    def start(self):
        """Listens; the device under test may connect from now on."""
        if not self.binary.exists():
            raise Unfit(f"{self.binary} is not built")
        vdevs = (f"--vdev=net_virtio_user{i},path={path},mac={mac},server=1,{self.queue}"
                 for i, (path, mac) in enumerate(zip(self.sockets, LOOP_MACS)))
        self.process = self.room.start("load", [
            self.binary, "--lcores", f"0@{self.cores.rest}", "--no-pci", "--in-memory", "--single-file-segments", "-m",
            "256", "--force-max-simd-bitwidth=512", *vdevs, "--", *self.options], {self.cores.rest})
        end = time.monotonic() + START_S
        while not self.sockets[0].exists():
            if self.process.child.poll() is not None or time.monotonic() > end:
                raise Unfit(f"the load does not listen: {self.process.last_words()}")
            time.sleep(0.05)

    def send(self, dut):
        """Nothing yet: waits until the device under test has connected."""
        self.process.wait_for("ready\n")

    def trial(self, mpps, seconds):
        """0 Mpps: as many as the ports take."""
        since = len(self.process.text)
        self.process.ask(f"{mpps:.6f} {seconds:.3f}", "}\n", within_s=seconds + START_S)
        return Trial(self.process.text[since:].strip().splitlines()[-1])


def search(try_rate, limit, lost=NONE_LOST):
    """The trial of the highest rate up to `limit` that loses no more than this part; None if each does."""
    low, high, best = 0.0, limit, None
    rate = limit
    for _ in range(STEPS):
        trial = next((one for one in (try_rate(rate) for _ in range(TRIES)) if one.passes(lost)), None)
        if trial:
            low, best = rate, trial
        else:
            high = rate
        if low == limit:
            break
        rate = (low + high) / 2
    return best


class Paced(Looped):
    """A device under test between the load's ports."""

    def __init__(self, room, rig, size, make):
        super().__init__(room, lambda sockets: Load(room, rig.cores, rig.build / "bench/load/sealane_load", sockets,
                                                    ("--size", str(size))), make)

    def warm_up(self, seconds):
        """At full load, which also says where to begin."""
        trial = self.generator.trial(0, seconds)
        self.limit = 1.1 * trial.rate("sent")
        if trial.facts["received"] == 0:
            raise Unfit("no frame came out")

    def highest(self, seconds, lost=NONE_LOST):
        best = search(lambda rate: self.generator.trial(rate, seconds), self.limit, lost)
        if best is None:
            raise Unfit(f"each rate down to {self.limit / 2 ** (STEPS - 1):.3f} Mpps lost too many frames")
        return best


def measured(trial, **more):
    return Measurement(mpps=trial.rate("received"), cycles=0.0, loss=trial.loss, **more)


class HighestRate(Paced):
    """At which this part of the frames is lost, or less; notes it in `known` if that is none."""

    def __init__(self, room, rig, size, make, known, lost):
        super().__init__(room, rig, size, make)
        self.known, self.lost = known, lost

    def measure(self, seconds):
        best = self.highest(seconds / 2, self.lost)
        if self.lost == NONE_LOST:
            self.known.append(best.rate("tried"))
        return measured(best)


class Latency(Paced):
    """At `share` percent of the highest rate without loss, which is looked for if nobody has yet."""

    def __init__(self, room, rig, size, make, known, share):
        super().__init__(room, rig, size, make)
        self.known, self.share = known, share

    def warm_up(self, seconds):
        super().warm_up(seconds)
        if not self.known:
            self.known.append(self.highest(seconds).rate("tried"))

    def measure(self, seconds):
        trial = self.generator.trial(statistics.median(self.known) * self.share / 100, seconds)
        return measured(trial, **{name: trial.facts[name] for name in ("p50", "p99", "p999")})


def duts(rig):
    """Name and what makes it of its load, of each device under test."""
    def ours(load, room):
        return rig.sealane(room, loop_configuration(load, rig.cores), out=("guest1/ent0",))

    return {"sealane": ours,
            "ovs": lambda load, room: Ovs(room, rig.cores, load),
            "testpmd mac": lambda load, room: Testpmd(room, rig.cores, load, "mac")}


def comparisons(rig, size=64):
    known = {dut: [] for dut in duts(rig)}

    def entries(kind, **more):
        return [Entry(dut, lambda room, dut=dut, make=make: kind(
            room, rig, size - 4, lambda load: make(load, room), known[dut], **more)) for dut, make in duts(rig).items()]

    facts = {"size": size, "macs": 2}
    for lost in (NONE_LOST, FEW_LOST):
        yield Comparison("rate", f"size={size},lost={lost:g}", facts, entries(HighestRate, lost=lost))
    for share in SHARES:
        yield Comparison("latency", f"size={size},load={share}", {**facts, "load": share}, entries(Latency, share=share))
