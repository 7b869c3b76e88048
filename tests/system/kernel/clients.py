"""The frame of the kernel test, and its clients: each is a kernel of its own."""

from network import JUMBO_MTU, Namespace, counted_on_wire
from processes import must

FRAME = """\
system: frame1
vswitches:
  - {name: ETHERNET0, mode: veb}
partitions:
  - name: vios1
    type: vios
    adapters:
      - {name: ent0, type: physical,
         port: {type: ethdev, devargs: "net_af_packet0,iface=up0,blocksz=65536,framesz=16384,framecnt=128"}}
      - {name: ent3, type: virtual, vswitch: ETHERNET0, pvid: 1, vids: [10, 20], trunk_priority: 1}
    seas:
      - {name: ent6, real_adapter: ent0, virt_adapters: [ent3], pvid_adapter: ent3, pvid: 1,
         ha_mode: disabled, jumbo_frames: true}
"""
CLIENT = """\
  - name: {name}
    type: client
    adapters:
      - {{name: ent0, type: virtual, vswitch: ETHERNET0, pvid: {pvid}, vids: [{vids}], mtu: {mtu},
         port: {{type: ethdev, devargs: "{devargs}"}}}}
"""


class Client(Namespace):
    """On the VLAN of its PVID, or with tags of its own making on VLAN `tagged`.

    `link` is the device that has its address, `device` the one that its frames come in from.
    """

    def __init__(self, scene, name, pvid, net, tagged=None, mtu=JUMBO_MTU):
        super().__init__(scene, name)
        self.number = int(name[1:])
        self.mtu = mtu
        self.pvid = pvid
        self.net = net
        self.tagged = tagged
        self.address = f"10.0.{net}.{10 + self.number}"
        self.device = name
        self.link = f"{name}v{tagged}" if tagged else name

    def description(self):
        """Its part of the frame."""
        return CLIENT.format(name=self.name, pvid=self.pvid, vids=self.tagged or "", mtu=self.mtu, devargs=self.devargs())

    def set_up_link(self):
        if self.tagged:
            must(*self.inside("ip", "link", "set", self.device, "mtu", self.mtu, "up"))
            self.tag(self.device, f"{self.tagged}:{self.link}")
        self.set_up(self.link, f"{self.address}/24", self.mtu)


class TapClient(Client):
    """On a TAP that sealane makes and that then moves into this namespace."""

    may_lose = False

    def devargs(self):
        return f"net_tap{self.number},iface={self.device}"

    def move_in(self):
        self.adopt(self.device)
        self.set_up_link()

    def counted_by_kernel(self):
        """Frames that it sent and received."""
        counters = self.link_counters(self.device)
        return counters["tx"]["packets"], counters["rx"]["packets"]


class VethClient(Client):
    """On a veth, whose other end sealane takes with a packet socket."""

    may_lose = True  # where the kernel finds the socket's ring full

    def __init__(self, scene, name, pvid, net, tagged=None):
        super().__init__(scene, name, pvid, net, tagged)
        self.plug_in(f"up{self.number}", self.device)

    def devargs(self):
        return f"net_af_packet{self.number},iface=up{self.number},blocksz=65536,framesz=16384,framecnt=32"

    def move_in(self):
        self.set_up_link()

    def counted_by_kernel(self):
        return counted_on_wire(f"up{self.number}")


def make_clients(scene):
    return [
        TapClient(scene, "c1", pvid=1, net=1),
        TapClient(scene, "c2", pvid=1, net=1, mtu=1500),
        TapClient(scene, "c3", pvid=10, net=10),
        TapClient(scene, "c4", pvid=30, net=20, tagged=20),
        VethClient(scene, "c5", pvid=1, net=1),
        VethClient(scene, "c6", pvid=40, net=10, tagged=10),
    ]


def frame_of(clients):
    return FRAME + "".join(client.description() for client in clients)
