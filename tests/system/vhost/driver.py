"""The driver's side of vhost-user with split rings, written out: memory, descriptors, messages; for tests that do it wrong."""

import array
import ctypes
import mmap
import os
import socket
import struct

GET_FEATURES, SET_FEATURES, SET_OWNER, SET_MEM_TABLE = 1, 2, 3, 5
SET_VRING_NUM, SET_VRING_ADDR, SET_VRING_BASE, GET_VRING_BASE, SET_VRING_KICK, SET_VRING_CALL = 8, 9, 10, 11, 12, 13
GET_PROTOCOL_FEATURES, SET_PROTOCOL_FEATURES, GET_QUEUE_NUM, SET_VRING_ENABLE = 15, 16, 17, 18
VERSION = 1
HAS_PROTOCOL_FEATURES = 1 << 30
VERSION_1 = 1 << 32
RING = 256
MEMORY = 16 << 20
GUEST_BASE = 0x10000000
NEXT, WRITE = 1, 2
MERGEABLE = 1 << 15
HEADER, LEGACY_HEADER = 12, 10  # virtio-net's, before every frame
TO_GUEST, FROM_GUEST = 0, 1
SLOT = 4096  # bytes of each buffer
ANSWER_S = 10


def message(request, payload=b"", flags=VERSION, size=None):
    return struct.pack("<III", request, flags, len(payload) if size is None else size) + payload


def frame(to, source, number=0, length=60):
    head = bytes([2, 0, 0, 0, 0, to, 2, 0, 0, 0, 0, source, 0x88, 0xb5])
    return head + number.to_bytes(4, "big") + bytes(length - len(head) - 4)


def connected(path):
    to_switch = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    to_switch.settimeout(ANSWER_S)
    to_switch.connect(str(path))
    return to_switch


def store_word(memory, at, value):
    """16 bits in one store: pack_into() would write a 0 first, and whoever polls sees it."""
    ctypes.c_uint16.from_buffer(memory, at).value = value


class Driver:
    """Connects to a socket of the switch (or is given the connection) and sets up one pair of rings."""

    def __init__(self, path, connection=None):
        self.socket = connection or connected(path)
        self.memory_fd = os.memfd_create("guest")
        os.ftruncate(self.memory_fd, MEMORY)
        self.memory = mmap.mmap(self.memory_fd, MEMORY)
        self.address = ctypes.addressof(ctypes.c_char.from_buffer(self.memory))
        self.kicks = [os.eventfd(0, os.EFD_NONBLOCK) for _ in range(2)]
        self.calls = [os.eventfd(0, os.EFD_NONBLOCK) for _ in range(2)]
        self.available = [0, 0]
        self.taken = 0
        self.header = HEADER

    def go_on(self, connection):
        """With another switch, where the rings stand: what it has not used is its to use."""
        self.socket.close()
        self.socket = connection
        return self.set_up()

    def close(self):
        for fd in (*self.kicks, *self.calls, self.memory_fd):
            os.close(fd)
        self.socket.close()

    def say(self, data, fds=()):
        self.socket.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else [])

    def ask(self, request, payload=b""):
        """The 64-bit answer."""
        self.say(message(request, payload))
        head = self.read(12)
        return struct.unpack("<Q", self.read(struct.unpack("<III", head)[2])[:8])[0]

    def read(self, length):
        data = b""
        while len(data) < length:
            more = self.socket.recv(length - len(data))
            if not more:
                raise ConnectionResetError("the switch has closed the connection")
            data += more
        return data

    def set_up(self, features=VERSION_1 | HAS_PROTOCOL_FEATURES):
        self.say(message(SET_OWNER))
        offered = self.ask(GET_FEATURES)
        self.ask(GET_PROTOCOL_FEATURES)
        self.say(message(SET_PROTOCOL_FEATURES, struct.pack("<Q", 0)))
        acked = features & offered
        self.header = HEADER if acked & (VERSION_1 | MERGEABLE) else LEGACY_HEADER
        self.say(message(SET_FEATURES, struct.pack("<Q", acked)))
        self.say(message(SET_MEM_TABLE, struct.pack("<IIQQQQ", 1, 0, GUEST_BASE, MEMORY, self.address, 0)),
                 [self.memory_fd])
        for ring in (TO_GUEST, FROM_GUEST):
            self.start_ring(ring)
        return self

    def start_ring(self, ring):
        base = self.address + self.ring_at(ring)
        self.say(message(SET_VRING_NUM, struct.pack("<II", ring, RING)))
        self.say(message(SET_VRING_BASE, struct.pack("<II", ring, self.base_of(ring))))
        self.say(message(SET_VRING_ADDR, struct.pack("<IIQQQQ", ring, 0, base, base + 8192, base + 4096, 0)))
        self.say(message(SET_VRING_CALL, struct.pack("<Q", ring)), [self.calls[ring]])
        self.say(message(SET_VRING_KICK, struct.pack("<Q", ring)), [self.kicks[ring]])
        self.say(message(SET_VRING_ENABLE, struct.pack("<II", ring, 1)))

    def base_of(self, ring):
        """Where the switch is to begin."""
        return self.used(ring)

    @staticmethod
    def ring_at(ring):
        """Descriptors; 4096 bytes on, what is available; 8192 bytes on, what is used."""
        return ring * 16384

    @staticmethod
    def buffer_at(ring, index):
        return (1 << 20) * (1 + 4 * ring) + index * SLOT

    def describe(self, ring, index, address, length, flags=0, following=0):
        struct.pack_into("<QIHH", self.memory, self.ring_at(ring) + 16 * index, address & (2**64 - 1), length, flags, following)

    def make_available(self, ring, head, jump=1):
        at = self.ring_at(ring) + 4096
        struct.pack_into("<H", self.memory, at + 4 + 2 * (self.available[ring] % RING), head)
        self.available[ring] = (self.available[ring] + jump) % 65536
        store_word(self.memory, at + 2, self.available[ring])
        os.write(self.kicks[ring], struct.pack("<Q", 1))

    def used(self, ring):
        return struct.unpack_from("<H", self.memory, self.ring_at(ring) + 8192 + 2)[0]

    def waiting(self):
        """Frames to be sent that the switch has not used."""
        return (self.available[FROM_GUEST] - self.used(FROM_GUEST)) % 65536

    def send(self, data, header=None):
        index = self.available[FROM_GUEST] % RING
        at = self.buffer_at(FROM_GUEST, index)
        whole = (header or bytes(self.header)) + data
        self.memory[at:at + len(whole)] = whole
        self.describe(FROM_GUEST, index, GUEST_BASE + at, len(whole))
        self.make_available(FROM_GUEST, index)

    def give_buffers(self, count):
        for _ in range(count):
            index = self.available[TO_GUEST] % RING
            self.describe(TO_GUEST, index, GUEST_BASE + self.buffer_at(TO_GUEST, index), SLOT, WRITE)
            self.make_available(TO_GUEST, index)

    def received(self):
        """Frames that came since the last call."""
        frames = []
        while self.taken != self.used(TO_GUEST):
            at = self.ring_at(TO_GUEST) + 8192 + 4 + 8 * (self.taken % RING)
            index, length = struct.unpack_from("<II", self.memory, at)
            at = self.buffer_at(TO_GUEST, index)
            frames.append(bytes(self.memory[at + self.header:at + length]))
            self.taken = (self.taken + 1) % 65536
        return frames
