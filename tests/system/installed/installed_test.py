#!/usr/bin/env python3
"""The installed tree, used as its users would: installed_test.py SEALANE_BINARY"""

import os
import pathlib
import signal
import subprocess
import sys

from processes import must
from scene import run_test
from streams_frame import frame_of, mac_of, socket_of
from switch import Switch

TEST_S = 240
ROOT = pathlib.Path(__file__).resolve().parents[3]
EXAMPLES = ROOT / "examples"
ECHOED = 20000
PLAYED = "guest0 played 1667, guest1 1667"  # 3 ms of thinking each: ten seconds hold so many


def build_of(sealane):
    """The build's folder, which the program stands in."""
    return pathlib.Path(sealane).resolve().parents[2]


class Installed:
    """A prefix that nobody but its user knows of, given relative to where he stood."""

    def __init__(self, scene):
        self.prefix = scene.run / "prefix"
        must("env", f"--chdir={scene.run}", "cmake", "--install", build_of(scene.sealane), "--prefix", self.prefix.name)
        self.lib = next(self.prefix.glob("lib*/**/libsealane.so")).parent
        self.environment = {**os.environ, "PKG_CONFIG_PATH": str(self.lib / "pkgconfig")}

    def run(self, *words, **more):
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True, env=self.environment,
                              timeout=TEST_S, check=False, **more)
        return done.returncode, (done.stdout + done.stderr).strip()


def check_library(scene, installed, name, header, prefix):
    library = installed.lib / f"{name}.so"
    _, told = installed.run("readelf", "-d", library)
    scene.check(f"{name}: its name has its major version", f"soname: [{name}.so.0]" in told)
    _, told = installed.run("nm", "-D", "--defined-only", library)
    shown = sorted(line.split()[-1].split("@")[0] for line in told.splitlines())
    versions = {line.split()[-1] for line in told.splitlines() if line.split()[-2] == "A"}
    foreign = [one for one in shown if not one.startswith(prefix) and one not in versions]
    scene.check(f"{name}: it shows {prefix}* and nothing else", len(shown) > 5 and not foreign, ", ".join(foreign))
    text = (installed.prefix / "include/sealane" / header).read_text()
    missing = [one for one in shown if one not in versions and f"{one}(" not in text]
    scene.check(f"{name}: all that it shows is in its header", not missing, ", ".join(missing))


def check_headers(scene, installed):
    for compiler, standard, name in (("cc", "c11", "use.c"), ("c++", "c++20", "use.cc")):
        source = scene.run / name
        headers = ["sealane.h", "port.h"] + (["sealane.hpp", "port.hpp"] if compiler == "c++" else [])
        source.write_text("".join(f"#include <sealane/{header}>\n" for header in headers) +
                          "int main(void) { return sealane_version()[0] == 0; }\n")
        code, told = installed.run(compiler, f"-std={standard}", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only",
                                   "-I", installed.prefix / "include", source)
        scene.check(f"the headers are clean {standard}", code == 0, told[:300])


def build_by_pkg_config(scene, installed, name, library, compiler, *options):
    """The example's program."""
    code, flags = installed.run("pkg-config", "--cflags", "--libs", library)
    scene.check(f"pkg-config finds {library}", code == 0, "" if code == 0 else flags)
    program = scene.run / pathlib.Path(name).stem
    code, told = installed.run(compiler, *options, "-Wall", "-Wextra", "-Werror", EXAMPLES / name, *flags.split(),
                               f"-Wl,-rpath,{installed.lib}", "-o", program)
    scene.check(f"{name} is built by pkg-config", code == 0, told[:300])
    return program


def build_by_cmake(scene, installed):
    """The examples' folder."""
    build = scene.run / "by-cmake"
    code, told = installed.run("cmake", "-S", EXAMPLES, "-B", build, f"-DCMAKE_PREFIX_PATH={installed.prefix}")
    scene.check("CMake finds the package", code == 0, told[-300:] if code else "")
    code, told = installed.run("cmake", "--build", build)
    scene.check("the examples are built by CMake", code == 0, told[-300:] if code else "")
    code, told = installed.run("cmake", "-S", EXAMPLES, "-B", scene.run / "too-new", f"-DCMAKE_PREFIX_PATH={installed.prefix}",
                               f"-DCMAKE_PROJECT_INCLUDE={too_new(scene)}")
    scene.check("CMake refuses a version that is not there", code != 0 and "9.9" in told, told[-300:] if code == 0 else "")
    return build


def check_emulator(scene, installed, program):
    for number in ("once", "and again"):
        code, told = installed.run(program)
        scene.check(f"the emulator plays ten virtual seconds, {number}", (code, told) == (0, PLAYED), told[:300])


def check_echo(scene, installed, echo, source, how):
    """Both as clients of the installed program, which counts what they exchange."""
    scene.sealane = installed.prefix / "bin/sealane"
    switch = Switch(scene, frame_of(scene.run, 2), how).wait_ready()
    echoing = scene.start(f"echo-{how}", [echo, f"unix:{socket_of(scene.run, 1)}"])
    code, told = installed.run(source, f"unix:{socket_of(scene.run, 2)}", mac_of(1), ECHOED)
    scene.check(f"{how}: a source's frames come back from the echo",
                code == 0 and f"{ECHOED} sent, {ECHOED} came back" in told, told[:300])
    laws = switch.check_laws(f"{how}: after the echo")
    passed = {name: (row.rx, row.tx) for name, row in laws.adapters.items() if name in ("lpar1/ent0", "lpar2/ent0")}
    scene.check(f"{how}: and all went through the switch, both ways", passed == dict.fromkeys(passed, (ECHOED, ECHOED)), str(passed))
    switch.check_stops(signal.SIGTERM)
    echoing.end()
    code, told = installed.run(source, "pipe:/nothing", mac_of(1), "1")
    scene.check("a URL that is none is told", code == 1 and "none of unix:PATH" in told, told[:300])


def too_new(scene):
    source = scene.run / "too_new.cmake"
    source.write_text("find_package(Sealane 9.9 REQUIRED)\n")
    return source


def check_program(scene, installed):
    code, told = installed.run(installed.prefix / "bin/sealane", "version")
    scene.check("the program runs from there", code == 0 and told.startswith("sealane 0."), told.splitlines()[0])
    unit = (installed.prefix / "lib/systemd/system/sealane@.service").read_text()
    scene.check("the unit starts it by its whole path", f"ExecStart={installed.prefix}/bin/sealane run " in unit)


def play(scene):
    installed = Installed(scene)
    check_library(scene, installed, "libsealane", "sealane.h", "sealane_")
    check_library(scene, installed, "libsealane-port", "port.h", "sealane_port_")
    check_headers(scene, installed)
    check_program(scene, installed)
    check_emulator(scene, installed, build_by_pkg_config(scene, installed, "emulator.c", "libsealane", "cc", "-std=c11"))
    echo = build_by_pkg_config(scene, installed, "echo.c", "libsealane-port", "cc", "-std=gnu11")
    source = build_by_pkg_config(scene, installed, "source.cc", "libsealane-port", "c++", "-std=c++20")
    check_echo(scene, installed, echo, source, "pkg-config")
    built = build_by_cmake(scene, installed)
    check_emulator(scene, installed, built / "emulator")
    check_echo(scene, installed, built / "echo", built / "source", "cmake")


sys.exit(run_test("installed", play, TEST_S))
