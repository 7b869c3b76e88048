"""A stream peer that stops reading loses its own frames, and holds nobody up."""

import contextlib
import signal

from frames import BROADCAST, make_frame
from stream_client import WINDOW, exchange, meet
from streams_frame import client, frame_of
from switch import Switch

STUCK = 4
ROUNDS = 200
FULL_FRAME = 1514
FRAMES_AFTER = 100


def check_slow_peer(scene, switch, one, two):
    with client(scene.run, STUCK) as stuck:
        meet(one, two, stuck)
        arrived = 0
        for _ in range(ROUNDS):
            for _ in range(WINDOW):
                one.send_to(stuck, b"you will not read this", FULL_FRAME)
            arrived += exchange(one, two, WINDOW)
        sent = ROUNDS * WINDOW
        scene.check("a peer that does not read: another gets all of its frames", arrived == sent, f"{arrived}/{sent}")

        counters = switch.check_laws("while a peer does not read").adapters[f"lpar{STUCK}/ent0"]
        lost = counters.drops["out"].get("peer_backpressure", 0)
        scene.check("a peer that does not read: what it loses is counted as peer_backpressure", lost > 0,
                    f"{counters.offered} offered, {counters.tx} sent, {counters.pending} wait, {lost} lost")

        while stuck.receive(within_s=1) is not None:
            pass
        arrived = exchange(one, stuck, FRAMES_AFTER)
        scene.check("a peer that reads again: gets its frames", arrived == FRAMES_AFTER, f"{arrived}/{FRAMES_AFTER}")


ALL = 8  # of which two talk
MANY = 5000
SHOUTS = 100


def check_stuck_peers(scene):
    """Most peers do not read, and their queues are full: all that they can hold, there are buffers for."""
    switch = Switch(scene, frame_of(scene.run, ALL), "stuck").wait_ready()
    with contextlib.ExitStack() as peers:
        one, two, *stuck = (peers.enter_context(client(scene.run, number)) for number in range(1, ALL + 1))
        meet(one, two, *stuck)
        for _ in range(MANY):
            for peer in stuck:
                one.send_to(peer, b"you will not read this")
        what = f"{len(stuck)} of {ALL} peers do not read"
        arrived = exchange(one, two, ROUNDS)
        scene.check(f"{what}: another gets all of its frames", arrived == ROUNDS, f"{arrived}/{ROUNDS}")
        arrived = sum(shout(two, one, number) for number in range(SHOUTS))
        scene.check(f"{what}: another gets all broadcasts", arrived == SHOUTS, f"{arrived}/{SHOUTS}")
        laws = switch.check_laws("while most peers do not read")
        lossless = [name for name, counters in laws.adapters.items() if name in names(range(3, ALL + 1))
                    and "peer_backpressure" not in counters.drops["out"]]
        scene.check("each of them has lost frames, as peer_backpressure", not lossless, ", ".join(lossless))
        starved = [name for name, counters in laws.adapters.items()
                   if any("no_buffer" in reasons for reasons in counters.drops.values())]
        scene.check("nobody has lost a frame to no_buffer", not starved, ", ".join(starved))
        switch.check_stops(signal.SIGTERM)


def names(numbers):
    return {f"lpar{number}/ent0" for number in numbers}


def shout(sender, receiver, number):
    """A broadcast; whether it came."""
    frame = make_frame(BROADCAST, sender.mac, b"to all %d." % number)
    sender.send(frame)
    return receiver.receive() == frame
