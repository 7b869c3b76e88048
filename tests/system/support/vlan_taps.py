#!/usr/bin/env python3
"""Gives a network device tagged ends: vlan_taps.py IFACE VLAN:TAP [VLAN:TAP...]

Does what the kernel's 8021q module does, for kernels that lack it: frames that arrive on IFACE with a tag of VLAN
come out of TAP without it, and what the kernel sends into TAP leaves IFACE tagged.  The addresses on the taps are thus
answered by a real kernel.  Prints "ready" when frames are carried; runs until it is killed.
"""

import fcntl
import os
import select
import socket
import struct
import sys

ETH_P_ALL = 0x0003
SOL_PACKET = 263
PACKET_AUXDATA = 8
PACKET_IGNORE_OUTGOING = 23
AUXDATA = struct.Struct("=IIIHHHH")  # struct tpacket_auxdata: status, len, snaplen, mac, net, vlan_tci, vlan_tpid
TP_STATUS_VLAN_VALID = 1 << 4
TUNSETIFF = 0x400454CA
IFF_TAP, IFF_NO_PI = 0x0002, 0x1000
MAX_FRAME = 65536


def open_tap(name):
    tap = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
    return tap


def open_wire(iface):
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    wire.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    wire.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    wire.bind((iface, 0))
    return wire


def receive(wire):
    """The next frame without its outermost tag, and that tag's VLAN; None for untagged frames."""
    frame, control, _, _ = wire.recvmsg(MAX_FRAME, socket.CMSG_SPACE(AUXDATA.size))
    for level, kind, data in control:
        if (level, kind) == (SOL_PACKET, PACKET_AUXDATA):
            status, _, _, _, _, tci, _ = AUXDATA.unpack(data[: AUXDATA.size])
            if status & TP_STATUS_VLAN_VALID:  # the kernel has taken the tag out of the bytes
                return frame, tci & 0x0FFF
    return frame, None


def send(link, frame):
    """A device that is down or full loses the frame, as a wire would."""
    try:
        os.write(link, frame)
    except OSError as error:
        print(f"lost a frame of {len(frame)} bytes: {error}", file=sys.stderr, flush=True)


def main():
    wire = open_wire(sys.argv[1])
    tap_of_vlan = {int(vlan): open_tap(tap) for vlan, tap in (arg.split(":") for arg in sys.argv[2:])}
    tag_of_tap = {tap: struct.pack("!HH", 0x8100, vlan) for vlan, tap in tap_of_vlan.items()}
    print("ready", flush=True)
    while True:
        readable, _, _ = select.select([wire, *tag_of_tap], [], [])
        for source in readable:
            if source is wire:
                frame, vlan = receive(wire)
                if vlan in tap_of_vlan:
                    send(tap_of_vlan[vlan], frame)
            else:
                frame = os.read(source, MAX_FRAME)
                send(wire.fileno(), frame[:12] + tag_of_tap[source] + frame[12:])


if __name__ == "__main__":
    main()
