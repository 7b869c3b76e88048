"""Raw frames on network devices: sent, and seen with their tags wherever they arrive."""

import time

from frames import ETHERTYPE_TEST, make_frame
from vlan_taps import open_wire, receive

SETTLE_S = 0.3  # how long nothing more must arrive before a capture is taken for complete


class Capture:
    """One device of one host; sees what arrives there."""

    def __init__(self, host, device):
        self.name = f"{host.name} {device}"
        with host.entered():
            self.wire = open_wire(device)
        self.wire.setblocking(False)

    def send(self, marker, src, vlan=None):
        self.wire.send(make_frame("ff:ff:ff:ff:ff:ff", src, marker, vlan=vlan))

    def frames_from(self, mac):
        """How many of the frames so far have the source address `mac` ("02:00:…")."""
        source = bytes.fromhex(mac.replace(":", ""))
        found = 0
        while True:
            try:
                frame, _ = receive(self.wire)
            except BlockingIOError:
                return found
            found += frame[6:12] == source

    def arrivals(self, marker):
        """VLANs (None: untagged) of the frames so far that carry `marker`, in order."""
        vlans = []
        while True:
            try:
                frame, vlan = receive(self.wire)
            except BlockingIOError:
                return vlans
            if frame[12:14] == ETHERTYPE_TEST.to_bytes(2, "big") and frame[14:].startswith(marker):
                vlans.append(vlan)


def seen_everywhere(captures, marker, expected, within_s=5):
    """What arrives where, as sorted [(name, VLAN), …]: waits for `expected`, then until no more comes."""
    seen = []
    end = time.monotonic() + within_s
    quiet_since = time.monotonic()
    while True:
        more = [(capture.name, vlan) for capture in captures for vlan in capture.arrivals(marker)]
        now = time.monotonic()
        if more:
            seen, quiet_since = seen + more, now
        complete = len(seen) >= len(expected) and now - quiet_since > SETTLE_S
        if complete or now > end:
            return sorted(seen, key=str)
        time.sleep(0.02)
