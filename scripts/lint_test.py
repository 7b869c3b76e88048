"""scripts/lint tells what it could not do, and needs no git."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parent
FOLDERS = ("dataplane", "hvswitch", "control", "bench", "tests")


class Lint(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="sealane-lint-")))
        (self.root / "scripts").mkdir()
        for name in FOLDERS:
            (self.root / name).mkdir()
        shutil.copy(SCRIPTS / "lint", self.root / "scripts")
        shutil.copy(SCRIPTS.parent / ".clang-format", self.root)

    def lint(self, word, path=None):
        return subprocess.run([self.root / "scripts/lint", word], capture_output=True, text=True, check=False,
                              env={**os.environ, "PATH": path or os.environ["PATH"]})

    def tools_without(self, left_out):
        """A folder of all the tools of this machine that the script uses, but one."""
        tools = self.root / "tools"
        tools.mkdir()
        for name in ("bash", "dirname", "git", "find", "grep", "xargs", "wc", "nproc", "clang-format-14", "clang-tidy-14"):
            if name != left_out and shutil.which(name):
                (tools / name).symlink_to(shutil.which(name))
        return str(tools)

    def test_a_tree_without_git_is_checked_all_the_same(self):
        (self.root / "control/x.cc").write_text("int x = 1;\n")
        done = self.lint("format")
        self.assertEqual((done.returncode, done.stdout), (0, "format: 1 files are as they should be\n"), done.stderr)
        (self.root / "tests/y.h").write_text("int  y ;\n")
        done = self.lint("format")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("tests/y.h:1", done.stderr)

    def test_no_file_at_all_is_no_pass(self):
        done = self.lint("format")
        self.assertEqual((done.returncode, done.stderr), (1, "format: no source file was found\n"))

    def test_a_missing_tool_is_named(self):
        (self.root / "control/x.cc").write_text("int x = 1;\n")
        for word, tool in (("format", "clang-format-14"), ("tidy", "clang-tidy-14")):
            done = self.lint(word, self.tools_without(tool))
            self.assertEqual(done.returncode, 1)
            self.assertIn(f"{tool} is not installed", done.stderr)
            shutil.rmtree(self.root / "tools")

    def test_what_tidy_says_on_standard_error_is_shown(self):
        (self.root / "control/x.cc").write_text("int x = 1;\n")
        (self.root / "CMakeLists.txt").write_text("cmake_minimum_required(VERSION 3.25)\nproject(x NONE)\n")
        (self.root / "CMakePresets.json").write_text(
            '{"version": 6, "configurePresets": [{"name": "release", "generator": "Ninja", "binaryDir": "b"}]}')
        done = self.lint("tidy")
        self.assertIn("compilation database", done.stderr)


if __name__ == "__main__":
    unittest.main()
