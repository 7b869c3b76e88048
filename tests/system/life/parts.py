"""A frame in parts, as processes: they may start in any order, and one that waits for another can be stopped."""

import json
import os
import signal

from processes import comes_true, run_text
from stream_client import exchange, meet
from streams_frame import client, client_text, frame_of, outside

FRAMES = 500
WAITS = "waiting for the hypervisor at "


class Parts:
    """Processes of one frame, in one directory."""

    def __init__(self, scene, name):
        self.scene = scene
        self.home = scene.run / name
        self.home.mkdir()
        self.directory = self.home / "frame"
        self.config = self.home / "frame.yaml"
        self.config.write_text(frame_of(self.home, 1))

    def start(self, part):
        return self.scene.start(f"{self.home.name}-{part}", [
            self.scene.sealane, "run", self.config, "--as", part, "--frame", self.directory])

    def start_waiting(self, part):
        """Until it says so; nobody is there to be waited for."""
        process = self.start(part)
        self.scene.wait(f"{part} to wait", lambda: WAITS in process.log.read_text(), alive=[process])
        return process

    def serves(self, part):
        control = self.directory / f"{part}.control"
        return control.is_socket() and run_text([self.scene.sealane, "show", "--control", control]).returncode == 0

    def ask(self, part, *words):
        return run_text([self.scene.sealane, *words, "--control", self.directory / f"{part}.control"])

    def check_stops(self, process, number, what):
        process.check_stops(self.scene.check, number, what)

    def check_empty(self, what):
        left = sorted(os.listdir(self.directory))
        self.scene.check(f"{what} leaves nothing in the frame's directory", not left, ", ".join(left))


def check_stopped_while_it_waits(scene):
    for number in (signal.SIGTERM, signal.SIGINT):
        parts = Parts(scene, f"waiting-{signal.Signals(number).name}")
        parts.check_stops(parts.start_waiting("vios1"), number, "a VIOS that waits for its hypervisor")
        parts.check_empty("it")


def check_seas_of_frame(scene, parts, vios):
    done = parts.ask("hypervisor", "sea")
    scene.check("at the hypervisor `sea` shows the VIOS's, too", done.returncode == 0 and "vios1/ent6" in done.stdout
                and "not reached" not in done.stdout, done.stdout + done.stderr)
    reply = json.loads(parts.ask("hypervisor", "sea", "--json").stdout)
    scene.check("also in JSON, with where it was asked", [sea["name"] for sea in reply["seas"]] == ["vios1/ent6"]
                and reply["elsewhere"] == [{"part": "vios1", "control": f"{parts.directory}/vios1.control"}], str(reply)[:300])
    vios.process.send_signal(signal.SIGSTOP)
    done = parts.ask("hypervisor", "sea")
    vios.process.send_signal(signal.SIGCONT)
    scene.check("of one that stands still it says that it does not answer",
                done.returncode == 0 and "vios1 is not reached: " in done.stdout, done.stdout + done.stderr)


def check_adapter_comes(scene, parts):
    text = client_text(parts.home, 9)
    done = parts.ask("vios1", "adapter", "add", "lpar9", text)
    scene.check("a VIOS says who adds adapters", done.returncode == 1 and f"{parts.directory}/hypervisor.control" in done.stderr,
                done.stderr)
    done = parts.ask("hypervisor", "adapter", "add", "lpar9", text)
    scene.check("the hypervisor adds one", done.returncode == 0, done.stderr)
    with client(parts.home, 9) as inside, outside(parts.home) as host:
        meet(inside, host)
        arrived = exchange(inside, host, FRAMES)
    scene.check("whose frames flow through the VIOS", arrived == FRAMES, f"{arrived}/{FRAMES}")
    done = parts.ask("hypervisor", "adapter", "remove", "lpar9/ent0")
    scene.check("and it goes", done.returncode == 0, done.stderr)


def check_any_order(scene):
    parts = Parts(scene, "vios-first")
    vios = parts.start_waiting("vios1")
    said = vios.log.read_text()
    scene.check("a VIOS that comes before its hypervisor says where it waits, and how to start that",
                f"{WAITS}{parts.directory}/hypervisor.calls" in said and "--as hypervisor" in said, said.strip())
    hypervisor = parts.start("hypervisor")
    for part in ("hypervisor", "vios1"):
        scene.wait(f"{part} to serve", lambda serving=part: parts.serves(serving), alive=[vios, hypervisor])
    with client(parts.home, 1) as inside, outside(parts.home) as host:
        meet(inside, host)
        arrived = exchange(inside, host, FRAMES)
    scene.check("started in that order, frames flow through both", arrived == FRAMES, f"{arrived}/{FRAMES}")
    scene.check("and it said only once that it waits", vios.log.read_text().count(WAITS) == 1)
    check_seas_of_frame(scene, parts, vios)
    check_adapter_comes(scene, parts)
    parts.check_stops(vios, signal.SIGTERM, "the VIOS")
    done = parts.ask("hypervisor", "sea")
    scene.check("asked for SEAs when it has gone, the hypervisor's place says so",
                done.returncode == 0 and "vios1 is not reached: " in done.stdout, done.stdout + done.stderr)
    parts.check_stops(hypervisor, signal.SIGTERM, "the hypervisor")
    parts.check_empty("a frame that was stopped")


def check_wrong_place(scene):
    """Something stands where the hypervisor's socket belongs: no use waiting."""
    parts = Parts(scene, "wrong-place")
    parts.directory.mkdir(mode=0o700)
    (parts.directory / "hypervisor.calls").write_text("precious")
    vios = parts.start("vios1")
    scene.wait("vios1 to end", lambda: vios.exit_code() is not None)
    said = vios.log.read_text()
    scene.check("where a file stands instead of the hypervisor's socket, a VIOS says so and ends",
                vios.exit_code() == 1 and "it is a file, but no socket; remove it" in said and "start it first" not in said,
                said.strip())


def check_parts(scene):
    check_stopped_while_it_waits(scene)
    check_any_order(scene)
    check_wrong_place(scene)
