"""Garbage on the control socket costs that connection only."""

import contextlib
import json
import random
import select
import socket
import time

from stream_client import exchange, meet

SEED = 20
MEGABYTE = 1 << 20
FRAMES = 200
PATIENCE_S = 10
REQUEST = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "version"}).encode() + b"\n"


def connect(switch):
    end = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    end.settimeout(PATIENCE_S)
    end.connect(str(switch.control))
    return end


def pour(end, data):
    """Sends what the other side takes; whatever it answers is read, so that nobody waits for us.

    Returns the answers' beginning; stops when the other side has ended the connection or is silent.
    """
    answers, sent = b"", 0
    end.setblocking(False)
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        want_write = [end] if sent < len(data) else []
        readable, writable, _ = select.select([end], want_write, [], 0.5)
        if not readable and not writable:
            return answers
        try:
            if writable:
                sent += end.send(data[sent:sent + 65536])
            if readable:
                said = end.recv(65536)
                if not said:
                    return answers
                answers = (answers + said)[:65536]
        except OSError:
            return answers
    return answers


def half_closed(switch):
    """Asks, says that it will say no more, and is answered all the same."""
    with connect(switch) as end:
        end.sendall(REQUEST)
        end.shutdown(socket.SHUT_WR)
        said = b""
        while part := end.recv(65536):
            said += part
    return b'"result"' in said


def check_control_garbage(scene, switch, one, two):
    chance = random.Random(SEED)
    garbage = {
        "random bytes": chance.randbytes(MEGABYTE),
        "random text": bytes(chance.choices(b'{}[]",:0123456789truefalsn \\', k=MEGABYTE)),
        "10 MB without an end": b'{"jsonrpc": "2.0", "method": "' + b"a" * (10 * MEGABYTE),
        "10 MB of spaces": b" " * (10 * MEGABYTE),
        "deep nesting": b"[" * 100_000,
        "deep nesting in a request": b'{"jsonrpc":"2.0","id":1,"method":"stats","params":' + b'{"a":' * 100_000,
        "half a request": REQUEST[:20],
        "half a string": b'{"a": "\\u12',
        "wrong UTF-8": b'{"jsonrpc":"2.0","id":1,"method":"\xff\xfe\xc0\x80"}\n',
        "a batch of nothings": b"[" + b"1," * 1000 + b"1]\n",
        "a number without end": b'{"id": ' + b"9" * MEGABYTE + b"}\n",
        "an unknown method": b'{"jsonrpc":"2.0","id":1,"method":"halt and catch fire"}\n',
        "an HTTP request": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    }
    meet(one, two)
    for what, data in garbage.items():
        with contextlib.ExitStack() as ends:
            hostile = ends.enter_context(connect(switch))
            pour(hostile, data)
            answered = switch.answers()
            arrived = exchange(one, two, FRAMES)
        scene.check(f"control socket, {what}: others are answered, frames flow",
                    answered and arrived == FRAMES and switch.process.exit_code() is None,
                    f"answered: {answered}, {arrived}/{FRAMES} frames")
    scene.check("control socket, half closed: its last request is answered", half_closed(switch))

    check_silent_crowd(scene, switch, one, two)


def check_silent_crowd(scene, switch, one, two):
    """More half requests than there are places: whoever asks a whole one is answered while they are there."""
    with contextlib.ExitStack() as ends:
        held = []
        for _ in range(300):
            try:
                held.append(ends.enter_context(connect(switch)))
                held[-1].sendall(REQUEST[:10])
            except OSError:
                break
        scene.wait("the silent connections to count as silent",
                   lambda: switch.call("show", "--timeout", "1").returncode == 0, alive=[switch.process])
        answers = [switch.call("show").returncode for _ in range(10)]
        arrived = exchange(one, two, FRAMES)
        scene.check(f"control socket, {len(held)} silent connections: frames flow", arrived == FRAMES, f"{arrived}/{FRAMES}")
        scene.check("and while they are there, who asks is answered", len(held) > 64 and not any(answers), f"exits {answers}")
    scene.check("control socket, silent connections gone: it answers", switch.answers())
