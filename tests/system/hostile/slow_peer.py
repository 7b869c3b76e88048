"""A stream peer that stops reading loses its own frames, and holds nobody up."""

from stream_client import WINDOW, exchange, meet
from streams_frame import client

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
