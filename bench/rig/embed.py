"""What an emulator attaches by: frames from one client of a switch to another, beside vde_switch; both clients are one thread."""

import json
import time

import sealane
from figures import Measurement
from load import LOOP_MACS
from paced import Load
from processes import Unfit
from runs import Comparison, Entry
from vhost import Looped

SIZES = (64, 1518)
CHECKSUM = 4
WINDOWS = (8, 32, 128, 512)  # frames under way; each way of attaching gets the one that it is best with
ALONE_MPPS = 0.002           # of vhost-user, whose load knows rates only: one frame under way
RATE, ALONE = 0.6, 0.4       # of the time that is measured


def answer(line):
    facts = json.loads(line)
    if "error" in facts:
        raise Unfit(f"the clients: {facts['error']}")
    return facts


class Ends:
    """sealane_ends as the clients of a switch, `make_switch(self)`, or of none: then the switch is in their process."""

    threads = 1

    def __init__(self, room, rig, size, urls, make_switch=None):
        self.room, self.rig, self.size, self.urls = room, rig, size, urls
        self.switch = make_switch() if make_switch else None
        self.window = WINDOWS[0]
        self.sleeps = getattr(self.switch, "sleeps", False)

    def start(self):
        if self.switch:
            self.switch.start()
        binary = self.rig.build / "bench/ends/sealane_ends"
        if not binary.exists():
            raise Unfit(f"{binary} is not built")
        core = self.rig.cores.rest if self.switch else self.rig.cores.dut
        self.clients = self.room.start("clients", [binary, *self.urls, self.size - CHECKSUM], {core})
        self.process = self.switch.process if self.switch else self.clients
        self.clients.wait_for("ready\n")

    def trial(self, words, seconds):
        since = len(self.clients.text)
        self.clients.ask(words, "}\n", within_s=seconds + 60)
        return answer(self.clients.text[since:].strip().splitlines()[-1])

    def rate(self, seconds, window):
        return self.trial(f"rate {seconds:.3f} {window}", seconds)

    def warm_up(self, seconds):
        """With each window, which says which one is best."""
        self.window = max(WINDOWS, key=lambda window: self.rate(seconds / len(WINDOWS), window)["mpps"])

    def measure(self, seconds):
        rate = self.rate(seconds * RATE, self.window)
        alone = self.trial(f"latency {seconds * ALONE:.3f}", seconds)
        return Measurement(mpps=rate["mpps"], cycles=0.0, loss=rate["loss"],
                           **{name: alone[name] for name in ("p50", "p99", "p999")})


class Vhost(Looped):
    """The load's virtio ports; as many frames as the ports take, of which some are lost."""

    def __init__(self, room, rig, size):
        super().__init__(room, lambda sockets: Load(room, rig.cores, rig.build / "bench/load/sealane_load", sockets,
                                                    ("--size", str(size - CHECKSUM))),
                         lambda load: rig.sealane(room, sealane.loop_configuration(load, rig.cores), out=("guest1/ent0",)))

    def warm_up(self, seconds):
        self.generator.trial(0, seconds)

    def measure(self, seconds):
        rate = self.generator.trial(0, seconds * RATE)
        alone = self.generator.trial(ALONE_MPPS, seconds * ALONE)
        return Measurement(mpps=rate.rate("received"), cycles=0.0, loss=rate.loss,
                           **{name: alone.facts[name] for name in ("p50", "p99", "p999")})


class VdeSwitch:
    """Debian's vde_switch, whose clients' sockets are below `folder`; it waits for frames in poll()."""

    threads = 1
    sleeps = True

    def __init__(self, room, cores):
        self.room, self.cores, self.process = room, cores, None

    @property
    def folder(self):
        return self.room.folder / "vde"

    def start(self):
        self.process = self.room.start("vde_switch", ["vde_switch", "-s", self.folder], {self.cores.dut})
        end = time.monotonic() + 10
        while not (self.folder / "ctl").exists():
            if self.process.child.poll() is not None or time.monotonic() > end:
                raise Unfit(f"vde_switch does not listen: {self.process.last_words()}")
            time.sleep(0.05)


def ports(kind, folder):
    return [{"type": kind, "listen": f'"{folder / f"{kind}{number}.sock"}"'} for number in (1, 2)]


def configuration(cores, specs):
    made = sealane.Configuration(cores, capacity=65536)
    for number, (spec, mac) in enumerate(zip(specs, LOOP_MACS), 1):
        made.client(f"lpar{number}", spec, mac=f'"{mac}"')
    return made


def by_socket(rig, size, way, kind):
    def make(room):
        specs = ports(kind, room.folder)
        urls = [f"{way}:{room.folder}/{kind}{number}.sock" for number in (1, 2)]
        return Ends(room, rig, size, urls, lambda: rig.sealane(room, configuration(rig.cores, specs)))
    return make


def in_process(rig, size):
    def make(room):
        file = room.folder / "in-process.yaml"
        file.write_text(configuration(rig.cores, [{"type": "ring", "size": 1024}] * 2).text())
        return Ends(room, rig, size, [f"poll:{file}"] * 2)
    return make


def by_vde(rig, size):
    def make(room):
        switch = VdeSwitch(room, rig.cores)
        return Ends(room, rig, size, [f"vde:{switch.folder}"] * 2, lambda: switch)
    return make


def comparisons(rig):
    for size in SIZES:
        yield Comparison("embed", f"size={size}", {"size": size, "macs": 2}, [
            Entry("unix", by_socket(rig, size, "unix", "qemu-stream")),
            Entry("vde_switch", by_vde(rig, size)),
            Entry("shm", by_socket(rig, size, "shm", "shm")),
            Entry("vhost-user", lambda room, size=size: Vhost(room, rig, size)),
            Entry("in process", in_process(rig, size))])
