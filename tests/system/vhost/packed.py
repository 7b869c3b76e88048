"""A driver with packed rings (virtio 1.1, 2.7) that lays out single buffers, good ones and bad ones."""

import os
import struct

import driver as vhost
from driver import GUEST_BASE, HAS_PROTOCOL_FEATURES, HEADER, VERSION_1, Driver

RING_PACKED = 1 << 34
WRAP = 1 << 15  # of a ring's base: its first lap
AVAILABLE, USED = 1 << 7, 1 << 15  # flags, on the first lap


class PackedDriver(Driver):
    """Never more than one lap."""

    def set_up(self, features=VERSION_1 | HAS_PROTOCOL_FEATURES | RING_PACKED):
        return super().set_up(features)

    def base_of(self, ring):
        return WRAP | self.available[ring]

    def put(self, data):
        """A frame behind its header, in a buffer of its own: address and length."""
        at = self.buffer_at(vhost.FROM_GUEST, self.available[vhost.FROM_GUEST])
        self.memory[at:at + HEADER + len(data)] = bytes(HEADER) + data
        return GUEST_BASE + at, HEADER + len(data)

    def describe_packed(self, ring, place, address, length, flags=0):
        at = self.ring_at(ring) + 16 * place
        struct.pack_into("<QIH", self.memory, at, address & (2**64 - 1), length, place)
        vhost.store_word(self.memory, at + 14, flags)

    def offer(self, buffers):
        """All buffers, pairs of address and length, at once: the first is told last."""
        first = self.available[vhost.FROM_GUEST]
        for number in reversed(range(len(buffers))):
            self.describe_packed(vhost.FROM_GUEST, first + number, *buffers[number], AVAILABLE)
        self.available[vhost.FROM_GUEST] += len(buffers)
        os.write(self.kicks[vhost.FROM_GUEST], struct.pack("<Q", 1))
