#!/usr/bin/env python3
"""Two ports of libsealane-port on a running switch: client_test.py SEALANE_BINARY"""

import os
import pathlib
import signal
import sys
import time

from frames import make_frame
from port import Library
from processes import NoProgress
from scene import run_test
from streams_frame import frame_of, mac_of, socket_of
from switch import Switch

TEST_S = 200
PATIENCE_S = 60
FRAMES = 20_000
RESTARTS = 20
SIZES = (60, 64, 590, 1514)


def library_of(sealane):
    return pathlib.Path(sealane).resolve().parents[2] / "client/libsealane-port.so"


def open_files():
    return len(os.listdir("/proc/self/fd"))


class Hosts:
    """lpar1 and lpar2, each with a loop of its own that this one plays."""

    def __init__(self, scene, library, scheme="unix"):
        self.scene = scene
        self.scheme = scheme
        self.ports = [library.open(f"{scheme}:{socket_of(scene.run, number)}") for number in (1, 2)]

    def are_connected(self):
        for port in self.ports:
            port.receive()
        return all([port.service() for port in self.ports])

    def are_gone(self):
        for port in self.ports:
            port.receive()
        return not any([port.service() for port in self.ports])

    def exchange(self, count):
        """Both send `count` numbered frames to each other; what each received, as numbers, in order."""
        sent, got = [0, 0], [[], []]
        end = time.monotonic() + PATIENCE_S
        while min(len(numbers) for numbers in got) < count:
            if time.monotonic() > end:
                raise NoProgress(f"of {count} frames each came {[len(numbers) for numbers in got]}")
            for own, port in enumerate(self.ports):
                window = range(sent[own], min(count, len(got[1 - own]) + 256, sent[own] + 64))
                sent[own] += max(0, port.send([self.frame(own, number) for number in window]) if window else 0)
                port.service()
                got[own] += [int.from_bytes(frame[14:18], "big") for frame in port.receive()
                             if frame[6:12] == bytes.fromhex(mac_of(2 - own).replace(":", ""))]
            if all(one == count for one in sent):
                self.ports[0].wait(0.001)
        return got

    def config(self):
        """Of a switch with a port for each."""
        text = frame_of(self.scene.run, 2)
        return text if self.scheme == "unix" else text.replace("qemu-stream", self.scheme)

    def frame(self, own, number):
        return make_frame(mac_of(2 - own), mac_of(1 + own), number.to_bytes(4, "big"), SIZES[number % len(SIZES)])

    def close(self):
        for port in self.ports:
            port.close()


def has_found(switch, hosts):
    """The kernel connects a client before the switch has looked; frames for one that it hasn't found yet are dropped."""
    found = {adapter["name"]: adapter["port"]["up"] for adapter in switch.ask("show")["adapters"]}
    return all(found[f"lpar{number}/ent0"] for number in range(1, len(hosts.ports) + 1))


def check_traffic(scene, switch, hosts):
    got = hosts.exchange(FRAMES)
    scene.check(f"{FRAMES} frames go each way, in order", got == [list(range(FRAMES))] * 2)
    laws = switch.check_laws("after the traffic")
    for number, port in enumerate(hosts.ports, 1):
        own, seen = laws.adapters[f"lpar{number}/ent0"], port.stats()
        scene.check(f"lpar{number}: both sides count the same",
                    (own.rx, own.tx) == (seen.sent_frames, seen.received_frames) == (FRAMES, FRAMES)
                    and seen.malformed == seen.unsent == 0,
                    f"switch {own.rx} {own.tx}, port {seen.sent_frames} {seen.received_frames}")


def check_restarts(scene, switch, hosts):
    files = open_files()
    for number in range(RESTARTS):
        switch.process.end() if number % 2 else switch.check_stops(signal.SIGTERM)
        scene.wait("both ports to notice", hosts.are_gone)
        switch = Switch(scene, hosts.config(), f"again{number}").wait_ready()
        scene.wait("both ports to come back", hosts.are_connected)
        scene.wait("the switch to find both", lambda: has_found(switch, hosts))
        got = hosts.exchange(100)
        if got != [list(range(100))] * 2:
            scene.check(f"frames flow after restart {number}", False)
            break
    else:
        scene.check(f"frames flow after each of {RESTARTS} restarts, by SIGTERM and SIGKILL", True)
    scene.check("the ports hold as many files as before", open_files() == files, f"{open_files()} and {files}")
    scene.check("each came back as often", all(port.stats().connected == RESTARTS + 1 for port in hosts.ports))
    return switch


def play(scene, scheme="unix"):
    hosts = Hosts(scene, Library(library_of(scene.sealane)), scheme)
    scene.check("without a switch they wait for one", hosts.are_gone() and "No such file" in hosts.ports[0].error(),
                hosts.ports[0].error())
    switch = Switch(scene, hosts.config()).wait_ready()
    scene.wait("both ports to connect", hosts.are_connected)
    scene.wait("the switch to find both", lambda: has_found(switch, hosts))
    check_traffic(scene, switch, hosts)
    switch = check_restarts(scene, switch, hosts)
    hosts.close()
    switch.check_laws("when the ports have gone")
    switch.check_stops(signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(run_test("client", play, TEST_S))
