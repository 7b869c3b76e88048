"""Starts that fail, are killed half way, or meet what an earlier one left."""

import os
import signal
import socket
import stat

from processes import comes_true
from streams_frame import frame_of, ring_clients
from switch import Switch

PORTS = 100
KILLS = 10
FAR = 50  # of "far": 150 bytes, and a socket's address has 107
FAILED = 1


def bound(path):
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    made.bind(os.fspath(path))
    return made


def sockets(folder):
    return sorted(path.name for path in folder.iterdir() if path.is_socket())


def is_socket(path):
    try:
        return stat.S_ISSOCK(os.stat(path).st_mode)
    except OSError:
        return False


def start(scene, home, frame, name):
    config = home / "frame.yaml"
    config.write_text(frame)
    return scene.start(name, [scene.sealane, "run", config, "--control", home / "control"])


def start_in(scene, folder, frame, name):
    """All paths are relative: the folder's own is longer than a socket's address."""
    (folder / "frame.yaml").write_text(frame)
    program = os.path.abspath(scene.sealane)
    return scene.start(name, ["env", "-C", folder, program, "run", "frame.yaml", "--control", "control"])


def check_killed_starts(scene, home, where, begin):
    """Killed once its first port is open, and before it could say so."""
    left = []
    for number in range(KILLS):
        process = begin(f"killed-{where.split()[0]}-{number}")
        while not is_socket(home / "outside.sock") and process.exit_code() is None:
            pass
        process.end()
        if not comes_true(lambda: not sockets(home)):
            left += sockets(home)
    scene.check(f"killed with SIGKILL while it starts {where}, {KILLS} times: no socket is left", not left,
                ", ".join(left[:5]))


def check_failing_start(scene, home):
    """The last of several ports can't be opened."""
    lacking = "type: vhost-user, mode: server, path: {}"
    frame = frame_of(home, 3) + ring_clients(4, 5)
    frame = frame.replace("type: ring", lacking.format(home / "guest.sock"), 1)
    frame = frame.replace("type: ring", lacking.format(home / "nowhere" / "guest.sock"))
    process = start(scene, home, frame, "failing")
    scene.wait("the failing start to end", lambda: process.exit_code() is not None)
    scene.check("a start whose last port fails says which",
                process.exit_code() == FAILED and "lpar5/ent0" in process.log.read_text())
    scene.check("and leaves no socket of the others", not sockets(home), ", ".join(sockets(home)))


def check_met_sockets(scene, home):
    guest = home / "guest.sock"
    frame = frame_of(home, 1) + ring_clients(2, 2).replace("type: ring", f"type: vhost-user, mode: server, path: {guest}")
    for path, name in ((guest, "lpar2/ent0"), (home / "lpar1.sock", "lpar1/ent0")):
        with bound(path) as alive:
            alive.listen()
            process = start(scene, home, frame, f"second-{path.stem}")
            scene.wait("the second to end", lambda ending=process: ending.exit_code() is not None)
            log = process.log.read_text()
            scene.check(f"a port's socket that lives ({path.name}): the start fails, and names adapter and socket",
                        process.exit_code() == FAILED and f"{name}: " in log and f"{path}: in use" in log, log[-200:])
            scene.check("and leaves that one alone", sockets(home) == [path.name], ", ".join(sockets(home)))
    dead = [guest, home / "lpar1.sock", home / "outside.sock", scene.run / "after-dead-ones.control"]
    for path in dead:
        path.unlink(missing_ok=True)
        bound(path).close()
    switch = Switch(scene, frame, "after-dead-ones").wait_ready()
    scene.check("dead sockets, of ports and its own, are replaced", all(is_socket(path) for path in dead))
    switch.check_stops(signal.SIGTERM)
    scene.check("and go with it", not any(path.exists() for path in dead))


def check_starts(scene):
    home = scene.run / "starts"
    home.mkdir()
    check_killed_starts(scene, home, "here", lambda name: start(scene, home, frame_of(home, PORTS), name))
    far = home / ("far" * FAR)
    far.mkdir()
    check_killed_starts(scene, far, "far away", lambda name: start_in(scene, far, frame_of(".", PORTS), name))
    check_failing_start(scene, home)
    check_met_sockets(scene, home)
