"""A broken configuration gets a message with its place, exit 1, and no port is opened for it."""

import contextlib
import re
import socket

from broken_edits import EDITS, FILES, GOOD
from folder_watch import FolderWatch
from processes import run_text

PATIENCE_S = 10


class Ground:
    """Where a frame's ports would be: a watched folder for those that listen, a peer for the one that connects."""

    def __init__(self, scene, ends):
        self.folder = scene.run / "broken"
        self.folder.mkdir()
        self.config = self.folder / "frame.yaml"
        self.control = self.folder / "control"
        self.watch = ends.enter_context(FolderWatch(self.folder))
        self.peer = ends.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
        self.peer.bind(str(scene.run / "peer"))
        self.peer.listen(8)
        self.peer.setblocking(False)

    def lay_out(self, text):
        self.config.write_bytes(text.replace(b"RUN", str(self.folder).encode())
                                .replace(b"PEER", self.peer.getsockname().encode()))
        self.watch.made()

    def opened(self):
        """Sockets made, even if they are gone again, and connections made."""
        opened = self.watch.made()
        with contextlib.suppress(BlockingIOError):
            while True:
                self.peer.accept()[0].close()
                opened.append("a connection")
        return opened

    def clear(self):
        for path in self.folder.iterdir():
            path.unlink()


def check_good(scene, ground):
    """Unbroken, the frame opens all that is watched for: so the watch sees what there is to see."""
    ground.lay_out(GOOD.encode())
    process = scene.start("unbroken", [scene.sealane, "run", ground.config, "--control", ground.control])
    seen = set()
    wanted = {"control", "wire1", "lpar1", "a connection"}

    def all_seen():
        seen.update(ground.opened())
        return wanted <= seen
    scene.wait("the unbroken frame to open its ports", all_seen, alive=[process])
    scene.check("a frame that is not broken opens its ports", seen == wanted, ", ".join(sorted(seen)))
    process.process.terminate()
    scene.wait("the unbroken frame to end", lambda: process.exit_code() is not None)
    ground.clear()


def check_one(scene, ground, what, text):
    ground.lay_out(text)
    done = run_text([scene.sealane, "run", ground.config, "--control", ground.control], PATIENCE_S)
    opened = ground.opened()
    placed = re.search(r"frame\.yaml:\d+:\d+: \S.*", done.stderr)
    good = done.returncode == 1 and placed and not opened
    scene.check(f"{what}: refused with its place, and nothing is opened", good,
                placed[0][:160] if good else
                f"exit {done.returncode}, opened {opened[:3]}, says {done.stderr.strip()[:300]!r}")
    ground.clear()


def check_broken_configurations(scene):
    with contextlib.ExitStack() as ends:
        ground = Ground(scene, ends)
        check_good(scene, ground)
        for what, there, instead in EDITS:
            if GOOD.count(there) != 1:
                scene.check(f"{what}: can be tried", False, f"{there!r} is in the good frame {GOOD.count(there)} times")
                continue
            check_one(scene, ground, what, GOOD.replace(there, instead).encode())
        for what, text in FILES.items():
            check_one(scene, ground, what, text)
