"""Ethernet frames of the tests' own, which no kernel answers."""

import struct

ETHERTYPE_TEST = 0x88B6  # IEEE local experimental 2: no kernel speaks it
ETHERTYPE_VLAN = 0x8100
BROADCAST = "ff:ff:ff:ff:ff:ff"
SHORTEST = 60


def mac_bytes(text):
    return bytes.fromhex(text.replace(":", ""))


def make_frame(dst, src, payload=b"", size=SHORTEST, vlan=None):
    """Filled up to `size` bytes before it gets its tag."""
    head = mac_bytes(dst) + mac_bytes(src)
    body = struct.pack("!H", ETHERTYPE_TEST) + payload
    tag = b"" if vlan is None else struct.pack("!HH", ETHERTYPE_VLAN, vlan)
    return head + tag + body.ljust(size - len(head), b"\0")
