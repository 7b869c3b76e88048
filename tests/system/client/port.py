"""libsealane-port by its C interface, from another language."""

import ctypes
import select
import time

BURST = 64


class Frame(ctypes.Structure):
    _fields_ = [("bytes", ctypes.c_void_p), ("length", ctypes.c_size_t)]


class Stats(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t)] + [(name, ctypes.c_uint64) for name in (
        "sent_frames", "sent_bytes", "received_frames", "received_bytes", "unsent", "malformed", "connected", "unreceived")]


class Library:
    def __init__(self, path):
        self.c = ctypes.CDLL(str(path))
        self.c.sealane_port_open.restype = ctypes.c_void_p
        self.c.sealane_port_error.restype = ctypes.c_char_p
        for name in ("close", "service", "fd", "send", "receive", "read_stats", "error"):
            getattr(self.c, f"sealane_port_{name}").argtypes = [ctypes.c_void_p] + {
                "service": [ctypes.c_uint64, ctypes.POINTER(ctypes.c_uint64)],
                "send": [ctypes.POINTER(Frame), ctypes.c_uint], "receive": [ctypes.POINTER(Frame), ctypes.c_uint],
                "read_stats": [ctypes.POINTER(Stats)]}.get(name, [])

    def open(self, url):
        error = ctypes.create_string_buffer(256)
        port = self.c.sealane_port_open(url.encode(), None, error, ctypes.c_size_t(len(error)))
        if not port:
            raise OSError(error.value.decode())
        return Port(self.c, port)


class Port:
    """As a host would use it: waits for the descriptor, until the deadline at most."""

    def __init__(self, c, handle):
        self.c = c
        self.handle = handle
        self.next_ns = ctypes.c_uint64(0)
        self.room = (Frame * BURST)()

    def service(self):
        return self.c.sealane_port_service(self.handle, time.monotonic_ns(), ctypes.byref(self.next_ns)) == 1

    def wait(self, longest_s=0.05):
        left_s = (self.next_ns.value - time.monotonic_ns()) / 1e9
        select.select([self.c.sealane_port_fd(self.handle)], [], [], max(0, min(left_s, longest_s)))

    def send(self, frames):
        """How many were taken; negative: an errno."""
        kept = [ctypes.create_string_buffer(frame, len(frame)) for frame in frames]
        array = (Frame * len(kept))(*(Frame(ctypes.addressof(one), len(one)) for one in kept))
        return self.c.sealane_port_send(self.handle, array, len(kept))

    def receive(self):
        """All that is there."""
        got = []
        while (count := self.c.sealane_port_receive(self.handle, self.room, BURST)) > 0:
            got += [ctypes.string_at(one.bytes, one.length) for one in self.room[:count]]
        return got

    def stats(self):
        stats = Stats(size=ctypes.sizeof(Stats))
        assert self.c.sealane_port_read_stats(self.handle, ctypes.byref(stats)) == 0
        return stats

    def error(self):
        return self.c.sealane_port_error(self.handle).decode()

    def close(self):
        self.c.sealane_port_close(self.handle)
