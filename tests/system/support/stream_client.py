"""A client of a `qemu-stream` port, as QEMU is one: each frame goes behind its length in four bytes."""

import contextlib
import select
import socket
import struct
import time

from frames import make_frame
from processes import NoProgress

LENGTH = struct.Struct("!I")
PATIENCE_S = 5
KNOCK_S = 0.2
# Under way at once: far less than a port's queue or a socket's buffer holds.
WINDOW = 32
WINDOW_BYTES = 1 << 17


class StreamClient:
    def __init__(self, path, mac="02:00:00:00:00:01"):
        self.mac = mac
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(PATIENCE_S)
        self.socket.connect(str(path))
        self.received = bytearray()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, frame):
        self.send_bytes(LENGTH.pack(len(frame)) + frame)

    def send_to(self, other, payload, size=60):
        self.send(make_frame(other.mac, self.mac, payload, size))

    def send_bytes(self, data):
        self.socket.sendall(data)

    def receive(self, within_s=PATIENCE_S):
        """The next frame, or None: none came, or the connection has ended."""
        end = time.monotonic() + within_s
        while True:
            if len(self.received) >= LENGTH.size:
                size = LENGTH.size + LENGTH.unpack_from(self.received)[0]
                if len(self.received) >= size:
                    frame = bytes(self.received[LENGTH.size:size])
                    del self.received[:size]
                    return frame
            if not select.select([self.socket], [], [], max(0, end - time.monotonic()))[0]:
                return None
            try:
                data = self.socket.recv(1 << 18)
            except ConnectionError:
                return None
            if not data:
                return None
            self.received += data

    def is_closed(self, within_s=PATIENCE_S):
        """Whether the other side ends the connection in time; frames on the way are read over."""
        end = time.monotonic() + within_s
        with contextlib.suppress(ConnectionError):
            while select.select([self.socket], [], [], max(0, end - time.monotonic()))[0]:
                if not self.socket.recv(1 << 18):
                    return True
            return False
        return True


def exchange(sender, receiver, frames, size=60):
    """Sends `frames` numbered frames; how many of them arrived, whole and in order."""
    arrived = 0
    step = max(1, min(WINDOW, WINDOW_BYTES // size))
    for first in range(0, frames, step):
        window = range(first, min(first + step, frames))
        for number in window:
            sender.send_to(receiver, b"number %d." % number, size)
        for number in window:
            if receiver.receive() != make_frame(receiver.mac, sender.mac, b"number %d." % number, size):
                return arrived
            arrived += 1
    return arrived


def meet(one, *others):
    """Until the switch has taken each of them up as a port's peer: connect() returns before that."""
    for other in others:
        if not (knock(one, other) and knock(other, one)):
            raise NoProgress("a stream client is connected, but its port does not carry its frames")


def knock(sender, receiver):
    """What is sent before the receiver is taken up is lost, so it is said again."""
    end = time.monotonic() + PATIENCE_S
    number = 0
    while time.monotonic() < end:
        number += 1
        sender.send_to(receiver, b"knock %d." % number)
        while (frame := receiver.receive(within_s=KNOCK_S)) is not None:
            if frame == make_frame(receiver.mac, sender.mac, b"knock %d." % number):
                return True
    return False
