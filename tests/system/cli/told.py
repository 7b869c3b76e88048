"""What a command said and how it ended, checked in one line."""

import json

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
