"""The members of V34 (UNH-IOL's interoperability groups), and the two switches that they are members of."""

import os
import select

from frames import ETHERTYPE_TEST
from processes import must
from stream_client import StreamClient
from vlan_taps import open_tap

MAX_FRAME = 65536
TYPE_AND_LABEL = ETHERTYPE_TEST.to_bytes(2, "big")


class Member:
    """Carries the VLAN of its PVID untagged and those of `vids` tagged."""

    def __init__(self, number, pvid, vids):
        self.number, self.pvid, self.vids = number, pvid, vids
        self.mac = f"02:00:00:00:00:{number:02x}"
        self.name = f"{'-'.join(str(vid) for vid in (pvid, *vids))}"


def members():
    """Access to each of three VLANs; trunks with each of the seven sets; hybrids with each as the native one."""
    vlans = (10, 20, 30)
    spare = 40  # of trunks, whose PVID is in no other use
    kinds = [(vlan, ()) for vlan in vlans]
    kinds += [(spare + bits, tuple(vlan for place, vlan in enumerate(vlans) if bits >> place & 1)) for bits in range(1, 8)]
    kinds += [(vlan, tuple(other for other in vlans if other != vlan)) for vlan in vlans]
    return [Member(number, pvid, vids) for number, (pvid, vids) in enumerate(kinds, 1)]


def frame_of(run, everyone):
    head = "system: v34\nvswitches:\n  - {name: ETHERNET0}\npartitions:\n"
    return head + "".join(
        f"  - name: lpar{one.number}\n    type: client\n    adapters:\n"
        f"      - {{name: ent0, type: virtual, vswitch: ETHERNET0, pvid: {one.pvid}, vids: {list(one.vids)},"
        f' mac: "{one.mac}", port: {{type: qemu-stream, listen: {run}/lpar{one.number}.sock}}}}\n' for one in everyone)


class Ours:
    """Stream clients of one sealane."""

    def __init__(self, run, everyone):
        self.clients = {one: StreamClient(run / f"lpar{one.number}.sock", one.mac) for one in everyone}

    def send(self, member, frame):
        self.clients[member].send(frame)

    def take(self, member):
        """A frame that has come out to `member`, or None."""
        return self.clients[member].receive(within_s=0)


class LinuxBridge:
    """TAPs in a bridge of this network namespace."""

    def __init__(self, everyone):
        must("ip", "link", "add", "br0", "type", "bridge", "vlan_filtering", "1", "vlan_default_pvid", "0")
        self.taps = {one: self.join(one) for one in everyone}
        must("ip", "link", "set", "br0", "up")

    @staticmethod
    def join(member):
        tap = open_tap(f"tap{member.number}")
        must("ip", "link", "set", f"tap{member.number}", "master", "br0", "up")
        must("bridge", "vlan", "add", "dev", f"tap{member.number}", "vid", member.pvid, "pvid", "untagged")
        for vid in member.vids:
            must("bridge", "vlan", "add", "dev", f"tap{member.number}", "vid", vid)
        return tap

    def send(self, member, frame):
        os.write(self.taps[member], frame)

    def take(self, member):
        """What the kernel says of its own (multicast reports, say) is no frame of ours."""
        while select.select([self.taps[member]], [], [], 0)[0]:
            frame = os.read(self.taps[member], MAX_FRAME)
            if TYPE_AND_LABEL in (frame[12:14], frame[16:18]):
                return frame
        return None
