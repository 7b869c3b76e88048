"""What the LPAR test is made of: processes that can't outlive it, an outside host, guests, and a deadline.

Stands in a network namespace of its own (run.sh sees to that).
"""

import ctypes
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

POLL_S = 0.1
TOOL_TIMEOUT_S = 30
PR_SET_PDEATHSIG = 1
NO_OFFLOADS = "tx off rx off tso off gso off gro off".split()
LIBC = ctypes.CDLL(None)


class NoProgress(Exception):
    """What was waited for can't come any more, or did not come in time."""


def die_with_parent():
    """Even SIGKILL for the test then leaves no guest behind."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def run_text(command):
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=TOOL_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, -1, "", f"no answer in {TOOL_TIMEOUT_S} s")


def must(*command):
    done = run_text(command)
    if done.returncode != 0:
        raise NoProgress(f"{' '.join(command)}: {done.stderr.strip() or f'exit {done.returncode}'}")
    return done.stdout


class Deadline:
    """One time limit for all waits together; every wait is for a condition."""

    def __init__(self, seconds):
        self.seconds = seconds
        self.end = time.monotonic() + seconds

    def wait(self, what, condition, alive=()):
        while not condition():
            for started in alive:
                if started.exit_code() is not None:
                    raise NoProgress(f"{started.name} ended (exit {started.exit_code()}), so no use waiting for {what}")
            if time.monotonic() > self.end:
                raise NoProgress(f"waited in vain for {what}: the test's {self.seconds} s are over")
            time.sleep(POLL_S)


class Started:
    def __init__(self, name, process, log):
        self.name = name
        self.process = process
        self.log = log

    def exit_code(self):
        """None while it runs."""
        return self.process.poll()


class Processes:
    """Starts programs, each with a log in `run`; all of them are gone when the `with` block is left."""

    def __init__(self, run):
        self.run = run
        self.all = []

    def __enter__(self):
        return self

    def start(self, name, command):
        log = self.run / f"{name}.log"
        with log.open("wb") as sink:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, preexec_fn=die_with_parent)
        self.all.append(Started(name, process, log))
        return self.all[-1]

    def __exit__(self, *_):
        for started in reversed(self.all):
            started.process.kill()
            started.process.wait()


class OutsideHost:
    """A host beyond the SEA's real adapter: untagged 10.0.1.1, and by real kernel stacks on VLANs 10 and 20."""

    def __init__(self, processes, run, deadline, wire):
        holder = processes.start("outside", ["unshare", "--net", "sleep", "infinity"])
        self.pid = str(holder.process.pid)
        own = os.readlink("/proc/self/ns/net")
        deadline.wait("the outside namespace",
                      lambda: os.readlink(f"/proc/{self.pid}/ns/net") != own, alive=[holder])
        self.quiet_ipv6()
        must("ip", "link", "add", wire, "mtu", "9000", "type", "veth",
             "peer", "name", "eth0", "mtu", "9000", "netns", self.pid)
        must("ethtool", "-K", wire, *NO_OFFLOADS)
        must(*self.inside("ethtool", "-K", "eth0", *NO_OFFLOADS))
        must("ip", "link", "set", wire, "up")
        self.set_up_link("eth0", "10.0.1.1/24")

        taps = pathlib.Path(__file__).with_name("vlan_taps.py")
        relay = processes.start(
            "vlan_taps", self.inside(sys.executable, str(taps), "eth0", "10:tap10", "20:tap20"))
        deadline.wait("the VLAN taps", lambda: "ready" in relay.log.read_text(), alive=[relay])
        self.set_up_link("tap10", "10.0.10.1/24")
        self.set_up_link("tap20", "10.0.20.1/24")

    def inside(self, *command):
        return ["nsenter", f"--net=/proc/{self.pid}/ns/net", *command]

    def quiet_ipv6(self):
        """Neither end of the wire speaks unasked, so what is counted is the guests' doing."""
        for scope in ("all", "default"):
            switch = f"/proc/sys/net/ipv6/conf/{scope}/disable_ipv6"
            command = ("sh", "-c", f"[ ! -e {switch} ] || echo 1 >{switch}")
            must(*command)
            must(*self.inside(*command))

    def set_up_link(self, device, address):
        must(*self.inside("ip", "link", "set", device, "mtu", "9000", "up"))
        must(*self.inside("ip", "addr", "add", address, "dev", device))

    def ping(self, address, count):
        done = run_text(self.inside("busybox", "ping", "-c", str(count), "-W", "3", address))
        return f"{count} packets received" in done.stdout

    def rx_packets(self, device):
        links = json.loads(must(*self.inside("ip", "-s", "-j", "link", "show", "dev", device)))
        return links[0]["stats64"]["rx"]["packets"]


class Guest:
    """An unmodified Linux for POWER on a `spapr-vlan` adapter; its console is its log.

    QEMU's small firmware (x-vof) starts the kernel 9 s sooner than SLOF does; the network is the kernel's alone.
    """

    def __init__(self, processes, run, name, guest_dir, socket_path, mac, orders):
        self.name = name
        self.orders = orders
        words = " ".join(f"sealane.{key}={value}" for key, value in orders.items())
        self.qemu = processes.start(name, [
            "qemu-system-ppc64", "-M", "pseries,x-vof=on", "-accel", "tcg", "-nodefaults", "-nographic", "-no-reboot",
            "-serial", "stdio", "-m", "512", "-kernel", str(guest_dir / "vmlinux"),
            "-initrd", str(guest_dir / "initramfs.cpio"), "-append", f"console=hvc0 loglevel=4 panic=1 {words}",
            "-device", f"spapr-vlan,netdev=n0,mac={mac}",
            "-netdev", f"stream,id=n0,server=off,addr.type=unix,addr.path={socket_path}"])

    def said(self):
        console = self.qemu.log.read_text(errors="replace")
        return [line.strip() for line in re.findall(r"LPAR-TEST (.*)", console)]

    def is_done(self):
        return "done" in self.said()
