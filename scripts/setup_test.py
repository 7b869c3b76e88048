"""Installing and building say what they do, and how far they are, in few lines."""

import os
import pathlib
import subprocess
import tempfile
import unittest

SETUP = pathlib.Path(__file__).with_name("setup.sh")
BUILD = """\
[1 of 3, 0.1 s] Building CXX object a.o
[2 of 3, 0.2 s] Building CXX object b.o
FAILED: b.o
b.cc:1: error: no
"""
FAKE_CMAKE = f"""#!/bin/sh
case "$1" in
    --preset) echo configured ;;
    *) echo "$PWD" "$@" >&2; cat <<'END'
{BUILD}END
exit 7 ;;
esac
"""


def bash(script, said="", path=""):
    return subprocess.run(["bash", "-c", f"set -euo pipefail; source {SETUP}; {script}"], input=said, text=True,
                          capture_output=True, timeout=30, check=False,
                          env={**os.environ, "PATH": f"{path}:{os.environ['PATH']}"})


class Thin(unittest.TestCase):
    def test_of_progress_a_line_now_and_then_and_of_all_else_everything(self):
        self.assertEqual(bash(r"every_s=1000; thin '\['", BUILD).stdout, "FAILED: b.o\nb.cc:1: error: no\n")
        self.assertEqual(bash(r"every_s=0; thin '\['", BUILD).stdout, BUILD)


class Build(unittest.TestCase):
    def test_it_names_what_is_built_and_fails_as_the_build_does(self):
        with tempfile.TemporaryDirectory() as folder:
            cmake = pathlib.Path(folder) / "cmake"
            cmake.write_text(FAKE_CMAKE)
            cmake.chmod(0o755)
            done = bash("every_s=0; build release one two", path=folder)
        self.assertEqual(done.returncode, 7)
        self.assertIn("== building release: one two", done.stdout)
        self.assertTrue(done.stdout.endswith(BUILD), done.stdout)
        self.assertEqual(done.stderr, f"{SETUP.parent.parent} --build --preset release --target one two\n")


if __name__ == "__main__":
    unittest.main()
