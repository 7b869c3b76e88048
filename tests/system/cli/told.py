"""What a command said and how it ended, checked in one line."""

import json
import subprocess

from processes import run_text

DONE, FAILED, USAGE, NO_DAEMON = 0, 1, 2, 3


def tell(scene, *words):
    return run_text([scene.sealane, *words])


def expect(scene, what, done, code, text=""):
    """The exit code, and `text` somewhere in what was printed for people."""
    said = (done.stdout or "") + done.stderr
    scene.check(what, done.returncode == code and text in said,
                "" if done.returncode == code and text in said else f"exit {done.returncode}: {said.strip()[:300]}")
    return done


def expect_json(scene, what, done, code=DONE):
    """One JSON object of the known version on standard output; returns it."""
    try:
        reply = json.loads(done.stdout)
    except ValueError:
        reply = {}
    scene.check(what, done.returncode == code and reply.get("schema_version") == 1, f"exit {done.returncode}")
    return reply


def expect_cut_short(scene, *words):
    """Where nobody can hear the answer, the command fails, and says why where it still can."""
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run([scene.sealane, *words], stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE,
                              text=True, timeout=60, check=False)
    return expect(scene, f"`{' '.join(str(word) for word in words[:2])}` into a full disk fails", done, FAILED,
                  "can't write all of the answer: No space left on device")
