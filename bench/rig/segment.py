"""Cutting 64 KiB TCP frames to an MSS of 1448 on one core, without ports: rows of bench/micro_segment."""

import json
import os
import resource
import subprocess

from figures import Measurement
from processes import Unfit
from runs import Comparison, Entry

SIZE = 1448 + 54 + 4  # of a segment
DUTS = {"sealane": "BM_cut_with_checksums", "sealane no sums": "BM_cut_without", "rte_gso no sums": "BM_rte_gso_without"}


def parse(text):
    """One benchmark's figures in Google Benchmark's JSON, whose rates are of the time on a core."""
    rows = json.loads(text)["benchmarks"]
    if len(rows) != 1:
        raise Unfit(f"{len(rows)} benchmarks instead of one")
    row = rows[0]
    if row.get("error_occurred"):
        raise Unfit(row["error_message"])
    on_core = row["cpu_time"] / row["real_time"]
    return Measurement(mpps=row["items_per_second"] * on_core / 1e6, gbps=row["bytes_per_second"] * on_core * 8e-9,
                       cycles=row["cycles"], loss=0.0)


class Segmenter:
    """Runs one benchmark each time that it is measured; has no ports, so nothing is lost."""

    threads = 1

    def __init__(self, binary, core, benchmark):
        self.binary, self.core, self.benchmark = binary, core, benchmark
        self.process = self

    def start(self):
        if not self.binary.exists():
            raise Unfit(f"{self.binary} is not built")

    def warm_up(self, seconds):
        """Google Benchmark does that."""

    def thread_times(self):
        """Of children that have ended."""
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return {"all": used.ru_utime + used.ru_stime}

    def measure(self, seconds):
        done = subprocess.run(
            [str(self.binary), f"--benchmark_filter={self.benchmark}$", f"--benchmark_min_time={seconds}",
             "--benchmark_format=json"], capture_output=True, text=True, check=False,
            preexec_fn=lambda: os.sched_setaffinity(0, {self.core}))
        if done.returncode != 0:
            raise Unfit(f"{self.binary.name}: {done.stderr.strip()[-300:]}")
        return parse(done.stdout[done.stdout.index("{"):])


def comparison(rig, version, frames, pieces):
    binary = rig.build / "bench/micro_segment"
    at = f"/ip:{version}/frames:{frames}/pieces:{pieces}"
    duts = DUTS if version == 4 else {"sealane": DUTS["sealane"]}  # rte_gso cuts no IPv6
    return Comparison("segment", f"ip={version},frames={frames},pieces={pieces}", {"size": SIZE, "macs": 1}, [
        Entry(dut, lambda room, name=name: Segmenter(binary, rig.cores.dut, name + at)) for dut, name in duts.items()])


def comparisons(rig):
    """The same frame again and again, and more of them than a second-level cache holds; in one buffer and in many."""
    return [comparison(rig, version, frames, pieces)
            for version in (4, 6) for frames in (1, 64) for pieces in (0, 1)]
