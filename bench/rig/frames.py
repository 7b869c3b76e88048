"""Frames for the generators, as pcap files: written once, replayed without end."""

import struct

SOURCE, SOURCE_2, LAST = "02:00:00:00:00:01", "02:00:00:00:00:02", "02:00:00:00:00:fe"
SHORTEST = 60  # bytes of a 64-byte frame without its checksum, which no virtual port carries
FIRST_DESTINATION = 0x0210 << 32


def mac_text(number):
    return ":".join(f"{octet:02x}" for octet in number.to_bytes(6, "big"))


def destination(index):
    """The address that frame number `index` goes to."""
    return mac_text(FIRST_DESTINATION + index)


def sum_of_words(header):
    """Internet checksum (RFC 1071)."""
    total = sum(struct.unpack(f"!{len(header) // 2}H", header))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def datagram(index, size):
    """IPv4 and UDP: to each destination its own host, so that peers which hash flows can tell them apart."""
    def header(checksum):
        return struct.pack("!BBHHHBBHII", 0x45, 0, size, 0, 0, 64, 17, checksum, 0x0A000001, 0x0B000000 + index)

    udp = struct.pack("!HHHH", 1024 + index % 60000, 9, size - 20, 0)
    return header(sum_of_words(header(0))) + udp + bytes(size - 28)


def frame(dst, src, index=0, vlan=None, size=SHORTEST):
    """`size` bytes before its tag."""
    tag = b"" if vlan is None else struct.pack("!HH", 0x8100, vlan)
    head = bytes.fromhex(dst.replace(":", "")) + bytes.fromhex(src.replace(":", ""))
    return head + tag + struct.pack("!H", 0x0800) + datagram(index, size - 14)


def write_pcap(path, frames):
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for content in frames:
            file.write(struct.pack("<IIII", 0, 0, len(content), len(content)) + content)


def to_destinations(macs, vlan=None, size=SHORTEST, source=SOURCE):
    """One frame to each of so many addresses."""
    return (frame(destination(index), source, index, vlan, size) for index in range(macs))


def from_sources(macs, dst):
    """To one address from each of so many."""
    return (frame(dst, destination(index), index) for index in range(macs))


def in_vlans(vlans):
    """One frame in each of so many, all to one address."""
    return (frame(destination(0), SOURCE, vlan, vlan) for vlan in vlans)
