"""A broken configuration gets a message with its place, exit 1, and no port is opened for it."""

import re

from broken_edits import EDITS, FILES, GOOD
from processes import run_text

OPENS = re.compile(r"\b(bind|connect|listen)\(|/dev/net/tun|/dev/vfio|AF_PACKET")
STRACE = ["strace", "-f", "-qq", "-e", "trace=socket,bind,connect,listen,open,openat"]
PATIENCE_S = 10


def can_trace():
    return run_text(["strace", "-qq", "-o", "/dev/null", "true"]).returncode == 0


def check_one(scene, what, text, traced):
    folder = scene.run / "broken"
    folder.mkdir(exist_ok=True)
    config, trace = folder / "frame.yaml", folder / "trace"
    config.write_bytes(text.replace(b"RUN", str(folder).encode()))
    wrap = [*STRACE, "-o", trace] if traced else []
    done = run_text([*wrap, scene.sealane, "run", config, "--control", folder / "control"], PATIENCE_S)

    opened = [line for line in trace.read_text().splitlines() if OPENS.search(line)] if traced else []
    left = [path.name for path in folder.iterdir() if path not in (config, trace)]
    placed = re.search(r"frame\.yaml:\d+:\d+: \S.*" if text else r"frame\.yaml: \S.*", done.stderr)
    good = done.returncode == 1 and placed and not opened and not left
    scene.check(f"{what}: refused with its place, and nothing is opened", good,
                placed[0][:160] if good else
                f"exit {done.returncode}, opened {opened[:2]}, left {left}, says {done.stderr.strip()[:300]!r}")
    for path in folder.iterdir():
        path.unlink()


def check_broken_configurations(scene):
    traced = can_trace()
    if not traced:
        scene.note("system calls can't be traced here: only sockets that were left behind are noticed")
    for what, there, instead in EDITS:
        if GOOD.count(there) != 1:
            scene.check(f"{what}: can be tried", False, f"{there!r} is in the good frame {GOOD.count(there)} times")
            continue
        check_one(scene, what, GOOD.replace(there, instead).encode(), traced)
    for what, text in FILES.items():
        check_one(scene, what, text, traced)
