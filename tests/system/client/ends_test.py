#!/usr/bin/env python3
"""What `scripts/bench embed` measures with, for a moment: ends_test.py SEALANE_BINARY"""

import json
import pathlib
import subprocess
import sys

from scene import run_test
from switch import Switch

TEST_S = 60
CLIENTS = """\
system: frame1
vswitches: [{{name: ETHERNET0}}]
partitions:
  - {{name: lpar1, type: client, adapters: [{{name: ent0, type: virtual, vswitch: ETHERNET0, pvid: 1,
       mac: "02:00:00:00:01:01", port: {port}}}]}}
  - {{name: lpar2, type: client, adapters: [{{name: ent0, type: virtual, vswitch: ETHERNET0, pvid: 1,
       mac: "02:00:00:00:01:02", port: {other}}}]}}
"""


def ask(scene, urls, size, questions):
    """Its exit code, and what it answered, a line each."""
    binary = pathlib.Path(scene.sealane).resolve().parents[2] / "bench/ends/sealane_ends"
    done = subprocess.run([binary, *urls, str(size)], input="".join(f"{line}\n" for line in questions), text=True,
                          capture_output=True, timeout=TEST_S, check=False)
    lines = done.stdout.splitlines()
    if done.returncode != 0 or not lines or lines[0] != "ready":
        return done.returncode, done.stderr
    return 0, [json.loads(line) for line in lines[1:]]


def check_way(scene, way, urls, size):
    code, said = ask(scene, urls, size, ["rate 0.2 32", "latency 0.2", "nonsense"])
    if not scene.check(f"{way}, {size} bytes: it answers", code == 0, "" if code == 0 else said):
        return
    rate, alone, fault = said
    scene.check("frames come, and none is lost", rate["mpps"] > 0 and rate["loss"] == 0, str(rate))
    scene.check("one alone comes, too", 0 < alone["p50"] <= alone["p99"] <= alone["p999"] and alone["loss"] == 0, str(alone))
    scene.check("what it does not understand is told", "nonsense" in fault.get("error", ""))


def play(scene):
    sockets = [scene.run / f"{number}.sock" for number in (1, 2)]
    for way, kind in (("unix", "qemu-stream"), ("shm", "shm")):
        specs = [f"{{type: {kind}, listen: {path}}}" for path in sockets]
        switch = Switch(scene, CLIENTS.format(port=specs[0], other=specs[1]), way).wait_ready()
        for size in (60, 1514):
            check_way(scene, way, [f"{way}:{path}" for path in sockets], size)
        switch.check_laws(f"after {way}")
        switch.process.end()
    file = scene.run / "own.yaml"
    file.write_text(CLIENTS.format(port="{type: ring}", other="{type: ring}"))
    check_way(scene, "in process", [f"poll:{file}"] * 2, 60)
    code, said = ask(scene, ["poll:/nosuch", "poll:/nosuch"], 60, [])
    scene.check("without a switch it says so", code == 1 and "/nosuch" in said, said)


if __name__ == "__main__":
    sys.exit(run_test("ends", play, TEST_S))
