"""Daemons that are not there, dead, or deaf: always an end, always the cause."""

import os
import socket
import time

from processes import run_text
from told import FAILED, NO_DAEMON, expect, expect_json, tell


def check_unreachable(scene):
    nowhere = scene.run / "nowhere"
    for verb in (["show"], ["stats"], ["drops"], ["fdb"], ["vlan"], ["sea"], ["config", "dump"]):
        expect(scene, f"`{' '.join(verb)}` without a daemon says how to start one",
               tell(scene, *verb, "--control", nowhere), NO_DAEMON, f"sealane run FILE --control {nowhere}")
    expect_json(scene, "and says it in JSON", tell(scene, "show", "--json", "--control", nowhere), NO_DAEMON)
    done = run_text(["env", f"SEALANE_CONTROL={nowhere}", scene.sealane, "show"])
    expect(scene, "SEALANE_CONTROL is where it looks", done, NO_DAEMON, str(nowhere))

    with listener(scene.run / "dead"):
        pass
    expect(scene, "a dead socket is no daemon", tell(scene, "show", "--control", scene.run / "dead"),
           NO_DAEMON, "Connection refused")
    plain = scene.run / "plain"
    plain.write_text("precious")
    expect(scene, "a file that is no socket is said to be none", tell(scene, "show", "--control", plain), NO_DAEMON,
           "it is a file, but no socket")
    check_forbidden(scene)
    with listener(scene.run / "deaf", 8):
        begin = time.monotonic()
        done = tell(scene, "show", "--timeout", "0.3", "--control", scene.run / "deaf")
        expect(scene, "a daemon that never answers is given up", done, FAILED, "no answer within 0.3 s")
        scene.check("in time", time.monotonic() - begin < 3)
    with listener(scene.run / "full", 0), filled(scene.run / "full"):
        done = tell(scene, "show", "--timeout", "0.3", "--control", scene.run / "full")
        expect(scene, "a daemon that never accepts is given up", done, NO_DAEMON, "did not accept within 0.3 s")


def check_forbidden(scene):
    """A daemon of somebody else, who keeps its socket to himself."""
    others = scene.run / "others"
    with listener(others, 8):
        if os.geteuid() == 0:
            others.chmod(0o600)
            ask = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        else:
            others.chmod(0)
            ask = []
        done = expect(scene, "a socket that is not ours to use is said to be whose it is",
                      run_text([*ask, scene.sealane, "show", "--control", others]), FAILED,
                      "Permission denied; it belongs to user ")
        scene.check("and nobody is told to start a daemon there", "sealane run" not in done.stderr, done.stderr.strip())
    others.unlink()


def listener(path, backlog=None):
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    made.bind(os.fspath(path))
    if backlog is not None:
        made.listen(backlog)
    return made


class filled:
    """As many clients as fit into a listener's queue."""

    def __init__(self, path):
        self.path = os.fspath(path)
        self.clients = []

    def __enter__(self):
        while True:
            client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            client.setblocking(False)
            self.clients.append(client)
            try:
                client.connect(self.path)
            except BlockingIOError:
                return self

    def __exit__(self, *_):
        for client in self.clients:
            client.close()
