#!/usr/bin/env python3
"""Has Spin search a model, and reads its verdict.

usage: check.py MODEL {safety|liveness} {holds|fails} [-DNAME...]

Exits 0 if the search was complete and found nothing (holds) or found an error of the kind that was
looked for (fails); 77 if this machine has no spin; 1 otherwise.
"""
import re
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77
DEPTH = 4_000_000
INCOMPLETE = re.compile(r"max search depth too small|search not completed|out of memory|depth limit",
                        re.IGNORECASE)


def verdict(text, kind):
    """Of pan's words: "holds", "fails", or why it is neither."""
    counted = re.search(r"errors: (\d+)", text)
    if not counted:
        return "pan did not come to an end"
    if int(counted[1]) > 0:
        sought = "assertion violated" if kind == "safety" else "acceptance cycle"
        return "fails" if sought in text else "another error than the one sought"
    if found := INCOMPLETE.search(text):
        return f"the search was not complete: {found[0]}"
    return "holds"


def search(model, kind, defines):
    """Pan's words."""
    ways = {"safety": (["-DSAFETY", "-DNOCLAIM"], ["-E"]), "liveness": (["-DNFAIR=4"], ["-a", "-f"])}
    compiled, run = ways[kind]
    with tempfile.TemporaryDirectory() as folder:
        def call(*command):
            done = subprocess.run(command, cwd=folder, text=True, check=False,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            return done.stdout, done.returncode
        text, code = call("spin", "-a", *defines, model)
        if code == 0:
            text, code = call("gcc", "-O2", "-w", "-DCOLLAPSE", "-DVECTORSZ=2048", "-DMEMLIM=2048", *compiled,
                              "-o", "pan", "pan.c")
        if code != 0:
            return text
        return call("./pan", *run, f"-m{DEPTH}", "-n")[0]


def main(arguments):
    model, kind, expected, *defines = arguments
    if not shutil.which("spin"):
        print("there is no spin here; apt-get install spin")
        return SKIPPED
    text = search(model, kind, defines)
    print(text)
    found = verdict(text, kind)
    print(f"{kind}: {found}; expected: {expected}")
    return 0 if found == expected else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
