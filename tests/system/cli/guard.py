"""No socket file outlives the daemon, and the guard that sees to it costs and disturbs nothing."""

import os
import pathlib
import signal

from processes import comes_true
from streams_frame import frame_of
from switch import Switch
from told import FAILED



def guard_of(pid):
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return next(int(child) for child in children
                if pathlib.Path(f"/proc/{child}/comm").read_text(encoding="ascii") == "sealane-guard\n")


def is_gone(pid):
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0]
    except OSError:
        return True
    return state == "Z"  # ended; whoever inherited it has not looked yet


def sockets(scene):
    return sorted(path.name for path in scene.run.iterdir() if path.is_socket() and path.name not in ("dead", "deaf", "full"))


def check_guard(scene, switch):
    second = scene.start("second", [scene.sealane, "run", scene.run / "sealane.yaml", "--control", switch.control])
    scene.wait("the second daemon to end", lambda: second.exit_code() is not None)
    scene.check("a second daemon on the same socket is refused",
                second.exit_code() == FAILED and "another sealane runs there" in second.log.read_text())
    scene.check("and the first one still answers", switch.answers())

    guard = guard_of(switch.process.pid)
    scene.check("the guard holds one descriptor", len(os.listdir(f"/proc/{guard}/fd")) == 1)
    scene.check("in a session of its own", os.getsid(guard) == guard)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(guard, number)
    scene.check("no stop signal ends it", not is_gone(guard))

    switch.process.end()
    scene.check("after SIGKILL no socket is left",
                comes_true(lambda: not sockets(scene)), ", ".join(sockets(scene)))
    scene.check("and the guard has gone", comes_true(lambda: is_gone(guard)))
    check_successor(scene)


def check_successor(scene):
    """Killed and started anew in one breath, many times: the new one keeps its sockets."""
    frame = frame_of(scene.run, 1)
    switch = Switch(scene, frame, "successor").wait_ready()
    for _ in range(3):
        guard = guard_of(switch.process.pid)
        switch.process.end()
        switch = Switch(scene, frame, "successor").wait_ready()
        scene.wait("the old guard to go", lambda old=guard: is_gone(old))
        scene.check("started at once after SIGKILL, it keeps its sockets", switch.answers() and
                    sockets(scene) == ["lpar1.sock", "outside.sock", "successor.control"], ", ".join(sockets(scene)))
    guard = guard_of(switch.process.pid)
    switch.check_stops(signal.SIGTERM)
    scene.check("a clean stop leaves no socket", not sockets(scene), ", ".join(sockets(scene)))
    scene.check("and no guard", is_gone(guard) and not pathlib.Path(f"/proc/{guard}").exists())
