#!/usr/bin/env python3
"""The Debian packages in a copy of this machine, $copy: packages_test.py SEALANE_BINARY"""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys

from manager import Manager
from processes import must, run_text
from scene import run_test

TEST_S = 240
COPY = pathlib.Path(os.environ["copy"])
PACKAGES = ["libsealane-dev", "libsealane-port0", "libsealane0", "libvdeplug-sealane", "sealane"]
PLUGINS = "usr/lib/*/dpdk/pmds-*/librte_*.so*"
# What dpkg and the loader keep for themselves.
KEPT = ("var/lib/dpkg", "var/log", "var/cache", "etc/ld.so.cache", "root", "dev", "proc", "sys", "run", "tmp", "mnt")
UPPER = COPY.parent / "upper"
# Small machines are told to leave manual pages out; this one is not to.
DPKG = ("dpkg", "--path-include=/usr/share/man/*", "--path-include=/usr/share/doc/*")
NAME = "frame1"
NOBODY = 65534


def inside(*words, **more):
    """Runs it with the copy as its root."""
    return subprocess.run(["chroot", str(COPY), *[str(word) for word in words]], capture_output=True, text=True, timeout=TEST_S,
                          check=False, stdin=subprocess.DEVNULL, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}, **more)


def check_done(scene, what, done):
    """Whether it ended well."""
    return scene.check(what, done.returncode == 0, (done.stdout + done.stderr)[-500:] if done.returncode else "")


def make_packages(scene):
    build = pathlib.Path(scene.sealane).resolve().parents[2]
    done = run_text(["cpack", "--config", build / "CPackConfig.cmake", "-G", "DEB", "-B", scene.run / "packages"], timeout=TEST_S)
    check_done(scene, "cpack makes the packages", done)
    files = sorted((scene.run / "packages").glob("*.deb"))
    names = [file.name.split("_")[0] for file in files]
    scene.check("they are these", names == PACKAGES, ", ".join(names))
    (COPY / "tmp/packages").mkdir()
    for file in files:
        shutil.copy(file, COPY / "tmp/packages")
    return [f"/tmp/packages/{file.name}" for file in files]


def written():
    """Files and folders of the copy that are not as in this machine, but for what dpkg keeps for itself."""
    found = set()
    for path in UPPER.rglob("*"):
        name = str(path.relative_to(UPPER))
        is_old_folder = path.is_dir() and pathlib.Path("/", name).is_dir()
        if not is_old_folder and not name.startswith(KEPT):
            found.add(name)
    return found


def check_fields(scene, files):
    for file in files:
        path = COPY / file[1:]
        fields = must("dpkg-deb", "-f", path)
        version = re.search(r"^Version: (.*)$", fields, re.MULTILINE)
        scene.check(f"{path.name}: it has the project's version", version and version[1] in must(scene.sealane, "version"))
    port = must("dpkg-deb", "-f", COPY / next(file for file in files if "libsealane-port0" in file)[1:], "Depends")
    scene.check("libsealane-port0 needs the C library alone", re.fullmatch(r"libc6 \([^)]*\)\s*", port), port)
    own = must("dpkg-deb", "-f", COPY / next(file for file in files if "/sealane_" in file)[1:], "Depends")
    scene.check("what sealane is linked with is found", all(name in own for name in ("librte-eal", "libssl", "libyaml-cpp")), own)


def needed(package):
    """All packages that `package` needs, as installed in the copy."""
    found, ahead = set(), [package]
    while ahead:
        name = ahead.pop()
        if name in found:
            continue
        found.add(name)
        depends = inside("dpkg-query", "-W", "-f", "${Depends}, ${Pre-Depends}", name)
        ahead += re.findall(r"(?:^|[,|]) *([a-z0-9][a-z0-9+.-]+)", depends.stdout)
    return found


def take_other_plugins_away():
    """Leaves of DPDK's drivers those alone that a machine has which has installed `sealane`, and nothing it does not need."""
    ours = needed("sealane")
    kept = set()
    for name in ours:
        kept.update(inside("dpkg", "-L", name).stdout.split())
    gone = 0
    for path in COPY.glob(PLUGINS):
        if f"/{path.relative_to(COPY)}" not in kept:
            path.unlink()
            gone += 1
    return gone


def check_runs(scene):
    """The configuration that is installed, with those of DPDK's drivers alone that the package asks for."""
    gone = take_other_plugins_away()
    scene.check("drivers that are not asked for are taken away", gone > 50, f"{gone} files")
    check_done(scene, "the configuration that is installed is right", inside("sealane", "check", f"/etc/sealane/{NAME}.yaml"))
    must("mount", "-o", "remount,ro", COPY)
    home = COPY / "run/sealane" / NAME
    home.mkdir(parents=True)
    os.chown(home, NOBODY, NOBODY)
    with Manager(COPY / "run/notify") as manager:
        (COPY / "run/notify").chmod(0o777)
        daemon = scene.start("daemon", ["env", "NOTIFY_SOCKET=/run/notify", "chroot", COPY, *as_unit()])
        scene.check("the program runs as its unit says", "READY=1" in manager.hear(daemon))
        done = inside("sealane", "--control", f"/run/sealane/{NAME}/control.sock", "show")
        scene.check("and answers", done.returncode == 0 and "lpar2/ent0" in done.stdout, done.stdout + done.stderr if done.returncode else "")
        sockets = {path.name for path in home.iterdir()}
        scene.check("its sockets are where the unit says", {"control.sock", "lpar1.sock", "lpar2.sock"} <= sockets, ", ".join(sorted(sockets)))
        daemon.check_stops(scene.check, signal.SIGTERM, "it")


def as_unit():
    """The installed unit's command, by a user and with rights as it says; the file system can't be written to by now."""
    unit = (COPY / "usr/lib/systemd/system/sealane@.service").read_text().replace("%i", NAME)
    command = re.search(r"^ExecStart=(.*)$", unit, re.MULTILINE)[1].split()
    names = re.search(r"^AmbientCapabilities=(.*)$", unit, re.MULTILINE)[1].lower().replace("cap_", "").split()
    rights = ",".join(f"+{name}" for name in names)
    home = re.search(r"^WorkingDirectory=(.*)$", unit, re.MULTILINE)[1]
    return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", f"--inh-caps=-all,{rights}", f"--ambient-caps=-all,{rights}",
            f"--bounding-set=-all,{rights}", "--no-new-privs", "env", f"--chdir={home}", *command]


def check_builds(scene):
    """Examples that are installed, against headers and libraries that are."""
    examples = "/usr/share/doc/libsealane-dev/examples"
    for name, library in (("echo.c", "libsealane-port"), ("emulator.c", "libsealane")):
        command = f"cc -std=gnu11 -Wall -Werror {examples}/{name} $(pkg-config --cflags --libs {library}) -o /tmp/{library}"
        check_done(scene, f"{name} is built against libsealane-dev", inside("sh", "-c", command))
        linked = inside("ldd", f"/tmp/{library}").stdout
        scene.check(f"{name} is linked with the installed library", re.search(rf"{library}\.so\.0 => /(usr/)?lib/", linked), linked[:300])
    done = inside("/tmp/libsealane")
    scene.check("the emulator plays", done.returncode == 0 and "guest0 played" in done.stdout, done.stderr[-300:])
    check_done(scene, "CMake finds the package", inside("cmake", "-S", examples, "-B", "/tmp/by-cmake"))


def check_removal(scene):
    config = COPY / f"etc/sealane/{NAME}.yaml"
    check_done(scene, "they are removed", inside("dpkg", "--remove", *PACKAGES))
    scene.check("the configuration stays", config.exists() and not (COPY / "usr/bin/sealane").exists())
    check_done(scene, "they are purged", inside("dpkg", "--purge", *PACKAGES))
    left = inside("dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", "*sealane*").stdout
    scene.check("dpkg knows them no more", "installed" not in left.replace("not-installed", ""), left)


def play(scene):
    files = make_packages(scene)
    check_fields(scene, files)
    before = written()
    if not check_done(scene, "they are installed", inside(*DPKG, "--install", *files)):
        return
    added = written() - before
    scene.check("files have come", {"usr/bin/sealane", "etc/sealane/frame1.yaml", "usr/share/man/man1/sealane.1.gz"} <= added, ", ".join(sorted(added)))
    done = inside("dpkg", "--verify", *PACKAGES)
    scene.check("dpkg finds them whole", done.returncode == 0 and not done.stdout.strip(), done.stdout[:300])
    done = inside("sealane", "--version")
    scene.check("sealane says its version", done.returncode == 0 and done.stdout.startswith("sealane "), done.stderr[:300])
    check_builds(scene)
    unpurged = written()
    check_removal(scene)
    scene.check("nothing is left", not (left := (written() - before) & unpurged), ", ".join(sorted(left)))
    check_done(scene, "they can be installed again", inside(*DPKG, "--install", *files))
    check_runs(scene)


sys.exit(run_test("packages", play, TEST_S))
