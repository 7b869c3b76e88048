#!/usr/bin/env python3
"""Fails on an include that the table below does not allow, and on a clock or entropy read elsewhere.

The same rule stands in CMake (a layer links only what it may use); this test says it with the file
and line, and holds what a linker cannot see.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Longest folder wins.  What a folder may include besides itself; "dpdk" stands for <rte_*.h>.
ALLOWED = {
    "dataplane/base": [],
    "dataplane/wire": ["dataplane/base"],
    "dataplane/sea/rules": ["dataplane/base", "dataplane/wire"],
    "dataplane/port": ["dataplane/base", "dataplane/wire", "dpdk"],
    "dataplane/worker": ["dataplane/base", "dataplane/wire", "dpdk"],
    "dataplane/sea": ["dataplane/base", "dataplane/wire", "dataplane/port", "dataplane/worker",
                      "dataplane/sea/rules", "dpdk"],
    "hvswitch/rules": ["dataplane/base", "dataplane/wire"],
    "hvswitch": ["dataplane", "hvswitch/rules", "dpdk"],
    "control/config": ["dataplane/base"],
    "control/runtime": ["dataplane", "hvswitch", "control/config", "dpdk"],
    "control/rpc": ["dataplane/base", "dataplane/worker", "control/config", "control/runtime"],
    "control/cli": ["dataplane/base", "dataplane/worker", "control/config", "control/rpc"],
    "control/app": ["dataplane", "hvswitch", "control", "dpdk"],
    "bench": ["dataplane", "hvswitch", "control", "dpdk"],
    "tests": ["dataplane", "hvswitch", "control", "tests", "dpdk"],
}

CLOCK_FILES = {"dataplane/worker/clock.cc", "control/runtime/clock.cc"}
CLOCK = re.compile(r"\b(steady_clock|system_clock|high_resolution_clock|clock_gettime|gettimeofday|rte_rdtsc|"
                   r"rte_get_tsc_cycles|rte_get_timer_cycles|__rdtsc|sleep_for|sleep_until|nanosleep|usleep)\b")
ENTROPY_FILES = {"control/app/seed.cc"}
ENTROPY = re.compile(r"\b(random_device|getrandom|getentropy|/dev/u?random|rte_rand)\b")
LIBRARIES = {  # headers of a library that only these folders may use
    "yaml-cpp/": ["control/config", "tests"],
    "spdlog/": ["control", "tests"],
    "CLI/": ["control/cli", "control/app", "tests"],
    "nlohmann/": ["control/rpc", "control/cli", "control/app", "bench", "tests"],
}
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]')


def layer_of(path):
    found = [layer for layer in ALLOWED if path == layer or path.startswith(layer + "/")]
    return max(found, key=len, default=None)


def may_include(layer, wanted):
    if wanted == layer:
        return True
    return any(wanted == allowed or (wanted or "").startswith(allowed + "/") for allowed in ALLOWED[layer])


def faults_of(name, text):
    """Yields (line number, what is wrong) for the file `name`, a path from the root."""
    layer = layer_of(name)
    if layer is None:
        yield 1, "stands in no layer"
        return
    for number, line in enumerate(text.splitlines(), 1):
        code = line.split("//")[0]
        if include := INCLUDE.match(line):
            quote, header = include.groups()
            if header.startswith("rte_"):
                if "dpdk" not in ALLOWED[layer]:
                    yield number, f"{layer} may not include DPDK ({header})"
            elif quote == '"' and not may_include(layer, layer_of(header)):
                yield number, f"{layer} may not include {header}"
            for library, folders in LIBRARIES.items():
                if header.startswith(library) and not any(
                        layer == folder or layer.startswith(folder + "/") for folder in folders):
                    yield number, f"{layer} may not include {header}"
        if layer in ("tests", "bench"):
            continue
        if name not in CLOCK_FILES and CLOCK.search(code):
            yield number, "reads a clock or sleeps; only " + " and ".join(sorted(CLOCK_FILES)) + " may"
        if name not in ENTROPY_FILES and ENTROPY.search(code):
            yield number, "reads entropy; only " + ", ".join(sorted(ENTROPY_FILES)) + " may"


def check_tree(root):
    found = 0
    for folder in ("dataplane", "hvswitch", "control", "bench", "tests"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix not in (".h", ".cc"):
                continue
            name = path.relative_to(root).as_posix()
            for number, what in faults_of(name, path.read_text()):
                print(f"{name}:{number}: {what}")
                found += 1
    return found


def check_self():
    """A check that can't fail is no check: each kind of fault must be seen."""
    wrong = [
        ("dataplane/base/x.h", '#include "hvswitch/switch.h"'),
        ("dataplane/port/x.cc", '#include "control/config/model.h"'),
        ("hvswitch/rules/x.cc", "#include <rte_mbuf.h>"),
        ("control/config/x.cc", '#include "dataplane/port/port.h"'),
        ("hvswitch/x.cc", "auto t = std::chrono::steady_clock::now();"),
        ("dataplane/sea/x.cc", "std::random_device chance;"),
        ("dataplane/port/x.cc", "#include <spdlog/spdlog.h>"),
        ("elsewhere/x.cc", ""),
    ]
    return [name for name, text in wrong if not list(faults_of(name, text))]


if __name__ == "__main__":
    missed = check_self()
    for name in missed:
        print(f"the check missed a planted fault in {name}")
    faults = check_tree(ROOT)
    print(f"{faults} wrong includes or clock reads")
    sys.exit(1 if faults or missed else 0)
