"""What the figures were measured on, and how much of it was taken away meanwhile."""

import os
import pathlib
import platform
import re
import subprocess
import time

ISA = ("sse4_2", "avx2", "bmi2", "avx512f", "avx512bw", "avx512vl", "avx512vbmi", "movdir64b", "clwb", "fsrm")


def first_line(*argv):
    """What a program answers first, or why it does not."""
    try:
        text = subprocess.run(argv, capture_output=True, text=True, check=False).stdout
    except OSError as fault:
        return f"none ({fault.strerror})"
    return text.strip().splitlines()[0] if text.strip() else "none"


def package(name):
    found = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", name], capture_output=True, text=True, check=False)
    return found.stdout if found.returncode == 0 else "none"


def tsc_hz():
    """From the kernel's log of its calibration where it can be read, else what /proc/cpuinfo measured."""
    log = subprocess.run(["dmesg"], capture_output=True, text=True, check=False).stdout
    for pattern in (r"tsc: Refined TSC clocksource calibration: ([\d.]+) MHz", r"tsc: Detected ([\d.]+) MHz"):
        if found := re.search(pattern, log):
            return float(found[1]) * 1e6
    return float(re.search(r"cpu MHz\s*: ([\d.]+)", pathlib.Path("/proc/cpuinfo").read_text())[1]) * 1e6


def facts(sealane, cores, pages):
    cpu = pathlib.Path("/proc/cpuinfo").read_text()
    flags = set(re.search(r"^flags\s*: (.*)$", cpu, re.M)[1].split())
    version = subprocess.run([str(sealane), "version"], capture_output=True, text=True, check=False).stdout
    return {
        "cpu": re.search(r"model name\s*: (.*)", cpu)[1],
        "cpus": os.cpu_count(),
        "tsc_hz": tsc_hz(),
        "isa": [flag for flag in ISA if flag in flags],
        "hypervisor": "hypervisor" in flags,
        "memory_mb": int(re.search(r"MemTotal:\s*(\d+)", pathlib.Path("/proc/meminfo").read_text())[1]) // 1024,
        "hugepages_2m": pages,
        "kernel": platform.release(),
        "versions": {
            "sealane": version.splitlines(),
            "dpdk": package("dpdk-dev"),
            "openvswitch": package("openvswitch-switch-dpdk"),
        },
        "pinning": {"device under test": cores.dut, "everything else": cores.rest},
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


class CoreWatch:
    """Part of a core that each of a process's busiest threads had since this was made: what others left it."""

    def __init__(self, process, threads):
        self.process, self.threads = process, threads
        self.before, self.began = process.thread_times(), time.monotonic()

    def part(self):
        took = time.monotonic() - self.began
        spent = [now - self.before.get(thread, 0) for thread, now in self.process.thread_times().items()]
        return sum(sorted(spent)[-self.threads:]) / took / self.threads


class StealWatch:
    """Part of the time that the hypervisor gave to others, over the cores, since it was made."""

    def __init__(self):
        self.before = self._read()

    @staticmethod
    def _read():
        fields = [int(word) for word in pathlib.Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
        return fields[7], sum(fields)

    def part(self):
        stolen, total = (now - then for now, then in zip(self._read(), self.before))
        return stolen / total if total > 0 else 0.0
