#!/usr/bin/env python3
"""The ABI gate: abi_test.py SEALANE_BINARY"""

import pathlib
import shutil
import sys

from processes import run_text
from scene import run_test

TEST_S = 120
ROOT = pathlib.Path(__file__).resolve().parents[3]
KEPT = "packaging/abi"


class Copy:
    """The gate with what it reads, in a folder where something else may be kept."""

    def __init__(self, scene):
        self.root = scene.run / "copy"
        self.build = pathlib.Path(scene.sealane).resolve().parents[2]
        for folder in ("scripts", KEPT, "client/include", "embed/include"):
            shutil.copytree(ROOT / folder, self.root / folder)

    def abi(self, *words):
        done = run_text([self.root / "scripts/abi", *words], timeout=TEST_S)
        return done.returncode, done.stdout + done.stderr

    def change(self, name, old, new):
        path = self.root / KEPT / name
        text = path.read_text()
        if old not in text:
            raise OSError(f"{path} has no {old}")
        path.write_text(text.replace(old, new))


def line_with(copy, name, words):
    return next(line for line in (copy.root / KEPT / name).read_text().splitlines(keepends=True) if words in line)


def check_addition(scene, copy):
    """As if what is built had one function more than what is kept."""
    symbol = line_with(copy, "libsealane-port.abi", "<elf-symbol name='sealane_port_error'")
    copy.change("libsealane-port.abi", symbol, "")
    copy.change("libsealane-port.abi", " elf-symbol-id='sealane_port_error@@SEALANE_PORT_0'", "")
    code, told = copy.abi("check", copy.build)
    scene.check("a new function is told, with what to do", code == 1 and "scripts/abi accept" in told and "may break" not in told, told[-300:])
    code, told = copy.abi("accept", copy.build)
    scene.check("it is accepted by one command", code == 0 and "additions accepted" in told, told[-300:])
    code, told = copy.abi("check", copy.build)
    scene.check("then the check is content", code == 0, told[-300:])


def check_break(scene, copy, what, name, old, new):
    copy.change(name, old, new)
    code, told = copy.abi("check", copy.build)
    scene.check(f"{what} is told as what may break", code == 1 and "may break" in told, told[-300:])
    code, told = copy.abi("accept", copy.build)
    scene.check(f"{what} is not accepted as an addition", code == 1, told[-300:])
    code, told = copy.abi("accept", copy.build, "--incompatible")
    scene.check(f"{what} is accepted on request", code == 0, told[-300:])


def play(scene):
    copy = Copy(scene)
    code, told = copy.abi("check", copy.build)
    if not scene.check("both libraries show what packaging/abi says", code == 0, told[-3000:] if code else ""):
        return
    check_addition(scene, copy)
    symbol = line_with(copy, "libsealane.abi", "<elf-symbol name='sealane_poll'")
    check_break(scene, copy, "a function that has gone", "libsealane.abi", symbol,
                symbol + symbol.replace("sealane_poll", "sealane_gone"))
    member = line_with(copy, "libsealane.abi", "name='driven'")
    check_break(scene, copy, "a member that moved", "libsealane.abi", f"layout-offset-in-bits='64'>\n{member}",
                f"layout-offset-in-bits='96'>\n{member}")
    check_break(scene, copy, "another SONAME", "libsealane-port.abi", "soname='libsealane-port.so.0'", "soname='libsealane-port.so.9'")


sys.exit(run_test("abi", play, TEST_S))
