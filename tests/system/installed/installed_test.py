#!/usr/bin/env python3
"""The installed tree, used as its users would: installed_test.py SEALANE_BINARY"""

import os
import pathlib
import subprocess
import sys

from processes import must
from scene import run_test

TEST_S = 240
ROOT = pathlib.Path(__file__).resolve().parents[3]
EXAMPLES = ROOT / "examples"
PLAYED = "guest0 played 1667, guest1 1667\n"  # 3 ms of thinking each: ten seconds hold so many


def build_of(sealane):
    """The build's folder, which the program stands in."""
    return pathlib.Path(sealane).resolve().parents[2]


class Installed:
    """A prefix that nobody but its user knows of."""

    def __init__(self, scene):
        self.prefix = scene.run / "prefix"
        must("cmake", "--install", build_of(scene.sealane), "--prefix", self.prefix)
        self.lib = next(self.prefix.glob("lib*/**/libsealane.so")).parent
        self.environment = {**os.environ, "PKG_CONFIG_PATH": str(self.lib / "pkgconfig")}

    def run(self, *words, **more):
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True, env=self.environment,
                              timeout=TEST_S, check=False, **more)
        return done.returncode, done.stdout + done.stderr


def check_libraries(scene, installed):
    library = installed.lib / "libsealane.so"
    _, told = installed.run("readelf", "-d", library)
    scene.check("the library's name has its major version", "soname: [libsealane.so.0]" in told)
    _, told = installed.run("nm", "-D", "--defined-only", library)
    shown = sorted(line.split()[-1].split("@")[0] for line in told.splitlines())
    foreign = [name for name in shown if not name.startswith("sealane_") and name != "SEALANE_0"]
    scene.check("it shows sealane_* and nothing else", "sealane_create" in shown and not foreign, ", ".join(foreign))
    header = (installed.prefix / "include/sealane/sealane.h").read_text()
    missing = [name for name in shown if name.startswith("sealane_") and f"{name}(" not in header]
    scene.check("all that it shows is in the header", not missing, ", ".join(missing))


def check_header(scene, installed):
    for compiler, standard, name in (("cc", "c11", "use.c"), ("c++", "c++20", "use.cc")):
        source = scene.run / name
        source.write_text("#include <sealane/sealane.h>\nint main(void) { return sealane_version()[0] == 0; }\n")
        code, told = installed.run(compiler, f"-std={standard}", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only",
                                   "-I", installed.prefix / "include", source)
        scene.check(f"the header is clean {standard}", code == 0, told[:300])


def check_examples(scene, installed):
    code, told = installed.run("pkg-config", "--cflags", "--libs", "libsealane")
    scene.check("pkg-config finds the library", code == 0, "" if code == 0 else told)
    program = scene.run / "emulator"
    code, told = installed.run("cc", "-std=c11", "-Wall", "-Wextra", "-Werror", EXAMPLES / "emulator.c", *told.split(),
                               f"-Wl,-rpath,{installed.lib}", "-o", program)
    scene.check("the emulator is built by pkg-config", code == 0, told[:300])
    for number in ("once", "and again"):
        code, told = installed.run(program)
        scene.check(f"it plays ten virtual seconds, {number}", (code, told) == (0, PLAYED), told[:300])

    build = scene.run / "by-cmake"
    code, told = installed.run("cmake", "-S", EXAMPLES, "-B", build, f"-DCMAKE_PREFIX_PATH={installed.prefix}")
    scene.check("CMake finds the package", code == 0, told[-300:] if code else "")
    code, told = installed.run("cmake", "--build", build)
    scene.check("the examples are built by CMake", code == 0, told[-300:] if code else "")
    code, told = installed.run(build / "emulator")
    scene.check("the emulator that CMake built plays the same", (code, told) == (0, PLAYED), told[:300])
    code, told = installed.run("cmake", "-S", EXAMPLES, "-B", scene.run / "too-new",
                               f"-DCMAKE_PREFIX_PATH={installed.prefix}", "--fresh",
                               f"-DCMAKE_PROJECT_INCLUDE={too_new(scene)}")
    scene.check("CMake refuses a version that is not there", code != 0 and "9.9" in told, told[-300:] if code == 0 else "")


def too_new(scene):
    source = scene.run / "too_new.cmake"
    source.write_text("find_package(Sealane 9.9 REQUIRED)\n")
    return source


def check_program(scene, installed):
    code, told = installed.run(installed.prefix / "bin/sealane", "version")
    scene.check("the program runs from there", code == 0 and "sealane" in told, told[:200])


def play(scene):
    installed = Installed(scene)
    check_libraries(scene, installed)
    check_header(scene, installed)
    check_examples(scene, installed)
    check_program(scene, installed)


sys.exit(run_test("installed", play, TEST_S))
