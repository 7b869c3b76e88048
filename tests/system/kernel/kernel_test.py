#!/usr/bin/env python3
"""Real kernels in namespaces: kernel_test.py SEALANE_BINARY

Started by run.sh inside a network namespace of its own, which plays the managed system.
"""

import json
import signal
import sys

from capture import Capture, seen_everywhere
from clients import frame_of, make_clients
from network import OutsideHost, counted_on_wire
from processes import comes_true, must, run_text, settled
from scene import run_test
from switch import Switch

TEST_S = 150
FIRST_ANSWER_S = 20
PINGS = 10
SENT = 64_000_000  # bytes of TCP
LEAST_MOVED = SENT // 2  # iperf3 ends when the last is sent, not when it has arrived
FULL, JUMBO = 1500, 9000  # IP packets
IP_AND_ICMP = 28
UNTAGGED = None

OUTSIDE_OF_NET = {1: "10.0.1.1", 10: "10.0.10.1", 20: "10.0.20.1"}


def check_pings(scene, outside, clients):
    """Everyone is answered by whom it shares a VLAN with, in packets that fill its frames."""
    c1, c2, c3, _, c5, c6 = clients
    pairs = [(client, OUTSIDE_OF_NET[client.net], "the outside host", client.mtu) for client in clients]
    pairs += [(outside, client.address, client.name, client.mtu) for client in clients]
    for one, other in ((c1, c2), (c1, c5), (c3, c6)):
        mtu = min(one.mtu, other.mtu)
        pairs += [(one, other.address, other.name, mtu), (other, one.address, one.name, mtu)]
    for source, address, whose, mtu in pairs:
        scene.wait(f"{source.name} to reach {address}", lambda s=source, a=address: s.ping(a, 1, wait_s=1))
        for packet in sorted({84, FULL, mtu}):
            answers = source.ping(address, PINGS, packet - IP_AND_ICMP, whole=True)
            scene.check(f"{source.name} pings {whose} with {packet} bytes", answers == PINGS, f"{answers}/{PINGS}")


def check_too_long(scene, switch, outside, clients):
    """What a client's adapter can't carry is dropped there, and counted."""
    client = clients[1]
    adapter = f"{client.name}/ent0"
    before = switch.drops(adapter, "out", "oversize")
    answers = outside.ping(client.address, PINGS, JUMBO - IP_AND_ICMP, whole=True, wait_s=0.3)
    lost = 0

    def all_counted():
        nonlocal lost
        lost = switch.drops(adapter, "out", "oversize") - before
        return lost >= PINGS
    comes_true(all_counted)
    scene.check(f"{client.name} with MTU {client.mtu} gets no {JUMBO} bytes, and each is counted",
                (answers, lost) == (0, PINGS), f"{answers} answers, {lost} of {PINGS} dropped as oversize")


def check_silence(scene, clients):
    """Nobody is answered across VLANs, not even where it knows the other's address."""
    c1, _, c3, c4, c5, c6 = clients
    for source, target in ((c1, c3), (c3, c1), (c1, c4), (c4, c1), (c3, c4), (c4, c3), (c5, c6), (c6, c5)):
        must(*source.inside("ip", "route", "replace", target.address, "dev", source.link))
        ends = {host: json.loads(must(*host.inside("ip", "-j", "link", "show", "dev", host.link)))[0]["address"]
                for host in (source, target)}
        ear = Capture(target, target.device)  # hosts of the VLAN may speak meanwhile: only `source` counts
        asked = source.ping(target.address, 2, wait_s=0.3)
        must(*source.inside("ip", "neigh", "replace", target.address, "lladdr", ends[target], "dev", source.link))
        known = source.ping(target.address, 2, wait_s=0.3)
        heard = ear.frames_from(ends[source])
        scene.check(f"{source.name} does not reach {target.name}, nor does it hear of it",
                    (asked, known, heard) == (0, 0, 0), f"{asked}, {known} answers, {heard} frames")


def check_broadcasts(scene, outside, clients):
    """Who sees a broadcast: all of its VLAN, tagged as each wants it, and nobody else anywhere."""
    wire = Capture(outside, "eth0")
    ends = [Capture(client, client.device) for client in clients]
    everywhere = [wire, *ends]
    c1, c2, c3, c4, c5, c6 = ends
    stories = [
        (c1, UNTAGGED, [(c2, UNTAGGED), (c5, UNTAGGED), (wire, UNTAGGED)]),
        (c3, UNTAGGED, [(c6, 10), (wire, 10)]),
        (c6, 10, [(c3, UNTAGGED), (wire, 10)]),
        (c6, UNTAGGED, []),
        (c4, 20, [(wire, 20)]),
        (c4, 10, []),
        (c1, 10, []),
        (wire, UNTAGGED, [(c1, UNTAGGED), (c2, UNTAGGED), (c5, UNTAGGED)]),
        (wire, 10, [(c3, UNTAGGED), (c6, 10)]),
        (wire, 20, [(c4, 20)]),
        (wire, 30, []),
    ]
    for number, (sender, vlan, receivers) in enumerate(stories):
        marker = b"story %d." % number
        expected = sorted(((receiver.name, tag) for receiver, tag in receivers), key=str)
        sender.send(marker, f"02:00:00:00:0b:{number:02x}", vlan)
        seen = seen_everywhere(everywhere, marker, expected)
        where = ", ".join(f"{name} {'untagged' if tag is UNTAGGED else f'VLAN {tag}'}" for name, tag in seen)
        how = "untagged" if vlan is UNTAGGED else f"in VLAN {vlan}"
        scene.check(f"a broadcast of {sender.name} {how} is seen where it must be", seen == expected, where or "nowhere")


def measure(scene, what, server_host, server, client_host, reverse):
    """So many bytes by TCP.  The speed is printed and says nothing about pass or fail."""
    name = f"iperf-{what.replace(' ', '-')}"
    listener = scene.start(name, server_host.inside("iperf3", "-s", "-1", "-B", server, "--forceflush"))
    scene.wait("iperf3 to listen", lambda: "listening" in listener.log.read_text(), alive=[listener])
    done = run_text(client_host.inside("iperf3", "-J", "-c", server, "-n", SENT, *(["-R"] if reverse else [])))
    try:
        end = json.loads(done.stdout)["end"]
        received = end["sum_received"]
        moved, lost = received["bytes"], end["sum_sent"].get("retransmits", 0)
        found = f"{moved / 1e6:.0f} MB, {received['bits_per_second'] / 1e6:.0f} Mbit/s, {lost} retransmits"
    except (ValueError, KeyError):
        moved, found = 0, f"{done.stdout.strip()[-200:]} {done.stderr.strip()}"
    scene.check(f"TCP {what}", moved >= LEAST_MOVED, found)
    listener.end()


def check_tcp(scene, outside, clients):
    c1, c2, c3, _, c5, c6 = clients
    for what, client in (("untagged", c1), ("VLAN 10", c3), ("untagged in short frames", c2), ("VLAN 10 over a veth", c6)):
        address = OUTSIDE_OF_NET[client.net]
        measure(scene, f"client to outside {what}", outside, address, client, reverse=False)
        measure(scene, f"outside to client {what}", outside, address, client, reverse=True)
    measure(scene, "client to client", c5, c5.address, c1, reverse=False)


def check_against_kernel(scene, switch, clients, lossless):
    """What we count is what the kernels at the other ends count.

    Under load the kernel may find the ring of a packet socket full: then it has seen more than it gave us.
    """
    may_lose = {f"{client.name}/ent0": client.may_lose and not lossless for client in clients}
    may_lose["vios1/ent0"] = not lossless

    def look():
        """What the kernels count, as {adapter: (frames they gave us, frames they had of us)}, and what we do."""
        kernels = {f"{client.name}/ent0": client.counted_by_kernel() for client in clients}
        kernels["vios1/ent0"] = counted_on_wire("up0")
        return kernels, switch.laws()
    kernels, laws = settled(scene.wait, "the kernels", look)
    for name, (sent, received) in kernels.items():
        ours = laws.adapters[name]
        scene.check(f"{name}: the kernel and we count the same frames",
                    ours.tx == received and (ours.rx == sent or (may_lose[name] and ours.rx < sent)),
                    f"in {ours.rx}, {sent}; out {ours.tx}, {received}")


def check_bridge_comparison(scene):
    """A VLAN-aware Linux bridge would do the same; without one there is nothing to compare with."""
    made = run_text(["ip", "link", "add", "br0", "type", "bridge", "vlan_filtering", "1"])
    scene.note("Linux bridge with vlan_filtering: " + (
        "there is one; not compared yet" if made.returncode == 0
        else f"not comparable, this kernel has none ({made.stderr.strip()})"))


def check_narrow_wire(scene):
    """A real interface that carries less than its adapter may send."""
    must("ip", "link", "add", "narrow", "up", "mtu", FULL, "type", "veth", "peer", "name", "narrow-end")
    must("ip", "link", "set", "narrow-end", "up")
    switch = Switch(scene, frame_of([]).replace("iface=up0", "iface=narrow"), "narrow").wait_ready()
    told = switch.process.log.read_text()
    scene.check("jumbo_frames on an interface of MTU 1500: a notice says so, and what to do",
                f"vios1/ent0: notice: frames may have mtu {JUMBO} here, but narrow carries {FULL}" in told
                and f"`ip link set narrow mtu {JUMBO}`" in told, told)
    switch.check_stops(signal.SIGTERM)


def play(scene):
    outside = OutsideHost(scene, wire="up0")
    clients = make_clients(scene)
    switch = Switch(scene, frame_of(clients)).wait_ready()
    for client in clients:
        client.move_in()
    at_rest = switch.buffers_in_use()

    check_pings(scene, outside, clients)
    switch.check_laws("after the pings")
    check_against_kernel(scene, switch, clients, lossless=True)
    check_too_long(scene, switch, outside, clients)
    check_silence(scene, clients)
    check_broadcasts(scene, outside, clients)
    check_tcp(scene, outside, clients)

    switch.check_laws("after TCP")
    check_against_kernel(scene, switch, clients, lossless=False)
    in_use = switch.buffers_in_use()
    scene.check("every buffer is back", in_use == at_rest, f"{at_rest} in use at start, {in_use} now")
    check_bridge_comparison(scene)
    scene.check("no notice where the wire carries what it must", "notice" not in switch.process.log.read_text())
    switch.check_stops(signal.SIGTERM)
    check_narrow_wire(scene)


if __name__ == "__main__":
    sys.exit(run_test("kernel", play, TEST_S))
