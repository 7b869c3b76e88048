#!/usr/bin/env python3
"""Prints golden.h: control messages and digests as control/ha/message.h and digest.h describe them,
made without Sealane's code.  ./golden.py > golden.h"""

import hashlib
import hmac
import struct

KEY_1 = bytes(range(32))
KEY_2 = bytes(range(0xA0, 0xC0))


def vswitch_digest(name):
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")


def trunk_digest(trunks):
    form = struct.pack(">H", len(trunks))
    for pvid, vids in sorted(trunks):
        form += struct.pack(f">HH{len(vids)}H", pvid, len(vids), *sorted(vids))
    return int.from_bytes(hashlib.sha256(form).digest()[:8], "big")


def frame(kind, key_id, other, secret, trunks, role, mode, priority, refusal, sequence, echo, nonce, uplink):
    head = b"\xff" * 6 + bytes.fromhex("0200c0a86401") + struct.pack(">HH", 0x88B5, 0x5EA1)
    head += struct.pack(">BBBB", 1, kind, key_id, other)
    head += struct.pack(">IHH", vswitch_digest("ETHERNET0"), 100, trunks)
    head += struct.pack(">BBBB", role, mode, priority, refusal)
    head += struct.pack(">QQQ", 0x0A0B0C0D0E0F1011, 0x1122334455667788, sequence)
    head += struct.pack(">QQ", *echo)
    head += struct.pack(">QQQ", 0x0000DEADBEEF0001, trunk_digest([(99, [1, 2]), (98, [3, 4])]), nonce)
    head += struct.pack(">IIB", 7, 0xCAFE0001, uplink)
    assert len(head) == 105
    return head + (hmac.new(secret, head, hashlib.sha256).digest() if secret else bytes(32))


ECHO = (0x99AABBCCDDEEFF00, 41)
GOLDEN = {
    # KeepAlive of a PRIMARY, both trunks, sharing
    "kKeepAlive": frame(0, 1, 0, KEY_1, 3, 1, 2, 1, 0, 42, ECHO, 0, 1),
    # ShareRefusal OtherVlans of a PRIMARY that holds two keys, sealed with the second
    "kShareRefusal": frame(6, 2, 1, KEY_2, 0x8001, 1, 0, 1, 3, 0x0102030405060708, ECHO, 0, 1),
    # Response of an UNHEALTHY that hears nobody, standby, priority 15, uplink down
    "kResponse": frame(11, 1, 2, KEY_1, 0, 8, 1, 15, 0, 1, (0, 0), 0x5EED5EED5EED5EED, 0),
    # Hello without a key
    "kUnsealed": frame(8, 0, 0, None, 0, 0, 0, 2, 0, 1, (0, 0), 0, 1),
}

print("// Made by golden.py, without our own code.")
print("#pragma once\n\n#include <cstdint>\n\nnamespace sealane::ha::golden {\n")
for name, made in GOLDEN.items():
    text = made.hex()
    print(f"inline constexpr char {name}[] =")
    lines = [text[i:i + 80] for i in range(0, len(text), 80)]
    print("\n".join(f'    "{line}"' for line in lines) + ";")
print(f"\ninline constexpr std::uint32_t kVswitch = 0x{vswitch_digest('ETHERNET0'):08x};")
print(f"inline constexpr std::uint64_t kTrunks = 0x{trunk_digest([(99, [1, 2]), (98, [3, 4])]):016x};")
print(f"inline constexpr std::uint64_t kNoVids = 0x{trunk_digest([(1, [])]):016x};")
print("\n}  // namespace sealane::ha::golden")
