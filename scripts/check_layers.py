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
    "control/ha": ["dataplane/base", "dataplane/wire"],
    "control/failover": ["dataplane/base", "dataplane/wire", "hvswitch/rules", "control/ha"],
    "control/hypercall": ["dataplane/base", "hvswitch/rules", "control/ha", "control/failover"],
    "control/runtime": ["dataplane", "hvswitch", "control/config", "control/ha", "control/failover",
                        "control/hypercall", "dpdk"],
    "control/rpc": ["dataplane/base", "dataplane/worker", "control/config", "control/runtime"],
    "control/cli": ["dataplane/base", "dataplane/worker", "control/config", "control/rpc"],
    "control/app": ["dataplane", "hvswitch", "control", "dpdk"],
    "client": [],  # C11 and its library alone
    "embed": ["dataplane", "hvswitch", "control", "dpdk"],
    "bench": ["dataplane", "hvswitch", "control", "dpdk"],
    "tests": ["dataplane", "hvswitch", "control", "embed", "bench", "tests", "dpdk"],
}



def called(names):
    """These functions of the C library, called: `time(`, `std::time(`, but not `x.time(`, `my::time(` or `Instant time(`."""
    return rf"(?:(?<![\w:.>])(?<![\w>] )|(?<=\breturn ))(?:std::|::)?\b(?:{names})\s*\("


CLOCK_FILES = {"dataplane/worker/clock.cc", "control/runtime/clock.cc", "client/vde.c"}
CLOCK = re.compile(r"\b(\w+_clock::now|\w+_clock::time_point|(steady|system|high_resolution|utc|tai|gps|file)_clock|"
                   r"clock_gettime|clock_nanosleep|gettimeofday|timespec_get|ftime|rte_rdtsc\w*|"
                   r"rte_get_(tsc|timer|hpet)_cycles|rte_delay_\w+|_*rdtscp?|sleep_for|sleep_until|nanosleep|usleep)\b|" +
                   called("time|clock|sleep"))
ENTROPY_FILES = {"control/app/seed.cc"}
ENTROPY = re.compile(r"\b(random_device|getrandom|getentropy|arc4random\w*|/dev/u?random|rte_s?rand\w*|[de-ln]rand48|s?rand_r|"
                     r"rdrand\w*|_rdrand\d+_step|_rdseed\d+_step)\b|" +
                     called("s?rand|s?random"))
OURS = ("dataplane/", "hvswitch/", "control/", "client/", "embed/", "bench/", "tests/")
LIBRARIES = {  # headers of a library, and the folders that may use them; there are no others
    "boost/lockfree/": ["dataplane/worker", "control", "tests"],
    "yaml-cpp/": ["control/config", "tests"],
    "openssl/": ["control/ha"],
    "fmt/": ["control", "bench", "tests"],
    "spdlog/": ["control", "tests"],
    "CLI/": ["control/cli", "control/app", "tests"],
    "nlohmann/": ["control/rpc", "control/cli", "control/app", "bench", "tests"],
    "sealane/": ["client", "embed", "bench", "tests"],
    "benchmark/": ["bench"],
    "gtest/": ["tests"],
    "gmock/": ["tests"],
    "rapidcheck": ["tests"],
}
SYSTEM_FOLDERS = {"arpa", "linux", "net", "netinet", "sys"}
DPDK = re.compile(r"^(dpdk/|generic/)?rte_|^dpdk/|^(cmdline|ethdev_driver|bus_\w+_driver)")
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')


def layer_of(path):
    found = [layer for layer in ALLOWED if path == layer or path.startswith(layer + "/")]
    return max(found, key=len, default=None)


def may_include(layer, wanted):
    if wanted == layer:
        return True
    return any(wanted == allowed or (wanted or "").startswith(allowed + "/") for allowed in ALLOWED[layer])


def why_not_included(layer, quote, header):
    """More words on why not; None if it may."""
    if DPDK.match(header):
        return None if "dpdk" in ALLOWED[layer] else " (DPDK)"
    if quote == '"' or header.startswith(OURS):
        return None if may_include(layer, layer_of(header)) else ""
    for library, folders in LIBRARIES.items():
        if header.startswith(library):
            return None if any(layer == folder or layer.startswith(folder + "/") for folder in folders) else ""
    folder, slash, _ = header.partition("/")
    return None if not slash or folder in SYSTEM_FOLDERS else ": no library of this project"


def faults_of(name, text):
    """Yields (line number, what is wrong) for the file `name`, a path from the root."""
    layer = layer_of(name)
    if layer is None:
        yield 1, "stands in no layer"
        return
    for number, line in enumerate(text.splitlines(), 1):
        code = line.split("//")[0]
        if include := INCLUDE.match(line):
            if (why := why_not_included(layer, *include.groups())) is not None:
                yield number, f"{layer} may not include {include[2]}{why}"
        if layer in ("tests", "bench"):
            continue
        if name not in CLOCK_FILES and CLOCK.search(code):
            yield number, "reads a clock or sleeps; only " + " and ".join(sorted(CLOCK_FILES)) + " may"
        if name not in ENTROPY_FILES and ENTROPY.search(code):
            yield number, "reads entropy; only " + ", ".join(sorted(ENTROPY_FILES)) + " may"


def check_tree(root):
    found = 0
    for folder in ("dataplane", "hvswitch", "control", "client", "embed", "bench", "tests"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix not in (".h", ".hpp", ".c", ".cc"):
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
        ("dataplane/base/x.h", "#include <hvswitch/switch.h>"),
        ("client/x.c", '#include "dataplane/base/check.h"'),
        ("dataplane/port/x.cc", '#include "control/config/model.h"'),
        ("dataplane/port/x.cc", "#include <control/config/model.h>"),
        ("hvswitch/rules/x.cc", "#include <rte_mbuf.h>"),
        ("hvswitch/rules/x.cc", "#include <dpdk/rte_mbuf.h>"),
        ("hvswitch/rules/x.cc", "#include <generic/rte_cycles.h>"),
        ("control/config/x.cc", '#include"rte_mbuf.h"'),
        ("control/config/x.cc", '#include "dataplane/port/port.h"'),
        ("dataplane/port/x.cc", "#include <spdlog/spdlog.h>"),
        ("dataplane/port/x.cc", "#include <fmt/format.h>"),
        ("dataplane/wire/x.cc", "#include <boost/lockfree/spsc_queue.hpp>"),
        ("control/rpc/x.cc", "#include <boost/asio.hpp>"),
        ("control/app/x.cc", "#include <gtest/gtest.h>"),
        ("hvswitch/x.cc", "#include <absl/time/clock.h>"),
        ("elsewhere/x.cc", ""),
    ]
    clocks = ["std::chrono::steady_clock::now()", "std::chrono::utc_clock::now()", "time(nullptr)", "std::time(nullptr)",
              "::time(&t)", "clock()", "std::clock()", "sleep(1)", "::sleep(1)", "rte_delay_us(5)", "rte_delay_us_block(5)",
              "rte_rdtsc_precise()", "timespec_get(&t, TIME_UTC)", "clock_nanosleep(0, 0, &t, nullptr)"]
    chances = ["std::random_device chance", "rand()", "std::rand()", "::rand()", "random()", "arc4random()",
               "arc4random_uniform(6)", "lrand48()", "rte_rand()", "_rdrand64_step(&x)"]
    wrong += [("hvswitch/x.cc", f"{before}{words};") for words in clocks + chances for before in ("x = ", "return ", "")]
    right = [
        ("hvswitch/x.cc", "auto t = packet.time(); auto u = clock->sleep(3); Instant time(int frame); my::random(4);"),
        ("dataplane/worker/x.cc", "#include <boost/lockfree/spsc_queue.hpp>"),
        ("dataplane/base/x.cc", "#include <sys/types.h>\n#include <vector>\n#include <cerrno>"),
    ]
    return ([f"missed a planted fault in {name}: {text}" for name, text in wrong if not list(faults_of(name, text))] +
            [f"found fault with {name}: {text}" for name, text in right if list(faults_of(name, text))])


if __name__ == "__main__":
    missed = check_self()
    for what in missed:
        print(f"the check {what}")
    faults = check_tree(ROOT)
    print(f"{faults} wrong includes or clock reads")
    sys.exit(1 if faults or missed else 0)
