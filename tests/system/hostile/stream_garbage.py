"""Garbage and impossible lengths on a stream port cost that connection only."""

import contextlib
import random

from frames import make_frame
from stream_client import LENGTH, StreamClient, exchange, meet
from streams_frame import client, socket_of

SEED = 21
FRAMES = 200
HOSTILE = 3
LONGEST = 65408
SKIPPED = {0: "runt", 1: "runt", 13: "runt", LONGEST + 1: "oversize", 69632: "oversize"}
FATAL = {69633: "bad_length", 0x7FFFFFFF: "bad_length", 0xFFFFFFFF: "bad_length"}


def reasons(switch):
    return switch.laws().adapters[f"lpar{HOSTILE}/ent0"].drops["in"]


def counted_once(before, after, reason):
    return {key: after[key] - before.get(key, 0) for key in after if after[key] != before.get(key, 0)} == {reason: 1}


def check_others(scene, what, one, two):
    arrived = exchange(one, two, FRAMES)
    scene.check(f"stream port, {what}: the others' frames flow", arrived == FRAMES, f"{arrived}/{FRAMES}")


def check_length(scene, switch, one, two, length, reason):
    """Sent with as many bytes as it promises, as far as it can be believed."""
    before = reasons(switch)
    with client(scene.run, HOSTILE) as hostile:
        with contextlib.suppress(OSError):  # it may be closed before it has said all
            hostile.send_bytes(LENGTH.pack(length) + b"\x02" * min(length, 1 << 17))
        if length in FATAL:
            scene.check(f"stream port, length {length}: the connection is closed", hostile.is_closed())
        else:
            arrived = exchange(hostile, one, 1)
            scene.check(f"stream port, length {length}: skipped, and the next frame is carried", arrived == 1)
        check_others(scene, f"length {length}", one, two)
    after = reasons(switch)
    scene.check(f"stream port, length {length}: counted once as {reason}", counted_once(before, after, reason),
                f"{before or 'none'} before, {after} after")


def check_random(scene, one, two):
    chance = random.Random(SEED)
    for size in (3, 1000, 1 << 20):
        with client(scene.run, HOSTILE) as hostile:
            with contextlib.suppress(OSError):
                hostile.send_bytes(chance.randbytes(size))
            check_others(scene, f"{size} random bytes", one, two)


def check_pieces(scene, one, two):
    """A frame may come byte by byte, and its sender may leave in the middle of it."""
    with client(scene.run, HOSTILE) as slow:
        frame = make_frame(one.mac, slow.mac, b"byte by byte")
        for byte in LENGTH.pack(len(frame)) + frame:
            slow.send_bytes(bytes([byte]))
        scene.check("stream port, a frame byte by byte: carried", one.receive() == frame)
        slow.send_bytes(LENGTH.pack(1000) + b"\x02" * 500)
    check_others(scene, "half a frame and gone", one, two)


def check_second_peer(scene, one, two):
    """The port is taken: a second peer is shown the door, the first notices nothing."""
    with StreamClient(socket_of(scene.run, 1)) as second:
        scene.check("stream port, a second peer: closed at once", second.is_closed())
        check_others(scene, "a second peer", one, two)


def check_return(scene, one):
    """After all of that the port takes a well-behaved peer."""
    with client(scene.run, HOSTILE) as friendly:
        meet(one, friendly)
        arrived = exchange(friendly, one, FRAMES)
        scene.check("stream port, a good peer afterwards: its frames flow", arrived == FRAMES, f"{arrived}/{FRAMES}")


def check_stream_garbage(scene, switch, one, two):
    meet(one, two)
    for length, reason in {**SKIPPED, **FATAL}.items():
        check_length(scene, switch, one, two, length, reason)
    check_random(scene, one, two)
    check_pieces(scene, one, two)
    check_second_peer(scene, one, two)
    check_return(scene, one)
