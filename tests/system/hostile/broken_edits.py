"""A good frame of a pair of VIOSes, and edits that each break one rule of the file."""

GOOD = """\
system: frame1
vswitches:
  - {name: ETHERNET0, mode: veb}
partitions:
  - name: vios1
    type: vios
    adapters:
      - {name: ent0, type: physical, port: {type: qemu-stream, listen: RUN/wire1}}
      - {name: ent3, type: virtual, vswitch: ETHERNET0, pvid: 99, vids: [1, 2], trunk_priority: 1}
      - {name: ent4, type: virtual, vswitch: ETHERNET0, pvid: 98, vids: [3, 4], trunk_priority: 1}
      - {name: ent5, type: virtual, vswitch: ETHERNET0, pvid: 100}
    seas:
      - {name: ent6, real_adapter: ent0, virt_adapters: [ent3, ent4], pvid_adapter: ent3, pvid: 99,
         ctl_chan: ent5, ha_mode: sharing}
  - name: vios2
    type: vios
    adapters:
      - {name: ent0, type: physical, port: {type: qemu-stream, connect: PEER}}
      - {name: ent3, type: virtual, vswitch: ETHERNET0, pvid: 99, vids: [1, 2], trunk_priority: 2}
      - {name: ent4, type: virtual, vswitch: ETHERNET0, pvid: 98, vids: [3, 4], trunk_priority: 2}
      - {name: ent5, type: virtual, vswitch: ETHERNET0, pvid: 100}
    seas:
      - {name: ent6, real_adapter: ent0, virt_adapters: [ent3, ent4], pvid_adapter: ent3, pvid: 99,
         ctl_chan: ent5, ha_mode: sharing}
  - name: lpar1
    type: client
    adapters:
      - {name: ent0, type: virtual, vswitch: ETHERNET0, pvid: 1, mac: auto,
         port: {type: qemu-stream, listen: RUN/lpar1}}
"""

TWENTY_ONE = ", ".join(str(vid) for vid in range(200, 221))
VSWITCHES = "\n".join(f"  - {{name: V{number}}}" for number in range(17))

# What the file then says wrongly, the text that is there once, and what stands in its place.
EDITS = [
    ("PVID 0", "pvid: 1,", "pvid: 0,"),
    ("PVID 4095", "pvid: 1,", "pvid: 4095,"),
    ("PVID 3358", "pvid: 1,", "pvid: 3358,"),
    ("PVID 70000", "pvid: 1,", "pvid: 70000,"),
    ("a negative PVID", "pvid: 1,", "pvid: -1,"),
    ("an octal PVID", "pvid: 1,", "pvid: 010,"),
    ("a PVID in words", "pvid: 1,", "pvid: one,"),
    ("no PVID", "pvid: 1, ", ""),
    ("VID 0", "pvid: 1,", "pvid: 1, vids: [0],"),
    ("VID 4095", "pvid: 1,", "pvid: 1, vids: [4095],"),
    ("a VID twice", "pvid: 1,", "pvid: 1, vids: [5, 5],"),
    ("a VID that is the PVID", "pvid: 1,", "pvid: 1, vids: [1],"),
    ("21 VIDs", "pvid: 1,", f"pvid: 1, vids: [{TWENTY_ONE}],"),
    ("a trunk's PVID at a client", "pvid: 1,", "pvid: 98,"),
    ("the control channel's VLAN at a client", "pvid: 1,", "pvid: 100,"),
    ("a key twice", "mac: auto,", "mac: auto, mac: auto,"),
    ("an unknown key", "mac: auto,", "mca: auto,"),
    ("a group address", "mac: auto,", 'mac: "01:00:5e:00:00:01",'),
    ("half an address", "mac: auto,", 'mac: "02:00:00",'),
    ("an unknown switch", "vswitch: ETHERNET0, pvid: 1,", "vswitch: ETHERNET9, pvid: 1,"),
    ("mode vepa", "mode: veb", "mode: vepa"),
    ("17 virtual switches", "  - {name: ETHERNET0, mode: veb}", "  - {name: ETHERNET0}\n" + VSWITCHES),
    ("two switches of one name", "mode: veb}", "mode: veb}\n  - {name: ETHERNET0}"),
    ("two partitions of one name", "name: lpar1", "name: vios1"),
    ("an unknown kind of partition", "type: client", "type: customer"),
    ("a port that is not built", "{type: qemu-stream, listen: RUN/lpar1}", "{type: vde, path: RUN/lpar1}"),
    ("an unknown port", "{type: qemu-stream, listen: RUN/lpar1}", "{type: carrier-pigeon}"),
    ("a port that listens and connects", "listen: RUN/lpar1", "listen: RUN/lpar1, connect: RUN/lpar2"),
    ("one socket for two ports", "listen: RUN/lpar1", "listen: RUN/wire1"),
    ("a datagram port without a peer", "{type: qemu-stream, listen: RUN/lpar1}", "{type: qemu-dgram, local: RUN/lpar1}"),
    ("a datagram port with itself", "{type: qemu-stream, listen: RUN/lpar1}",
     "{type: qemu-dgram, local: RUN/lpar1, remote: RUN/lpar1}"),
    ("a datagram port on another's socket", "{type: qemu-stream, listen: RUN/lpar1}",
     "{type: qemu-dgram, local: RUN/lpar1, remote: RUN/wire1}"),
    ("a socket's path of 200 bytes", "listen: RUN/lpar1", "listen: /tmp/" + 195 * "x"),
    ("a SEA at a client", "  - name: lpar1\n    type: client",
     "  - name: lpar1\n    type: client\n    seas: [{name: ent9, real_adapter: ent0, virt_adapters: [ent0],"
     " pvid_adapter: ent0, pvid: 1}]"),
    ("trunks of different priority", "pvid: 98, vids: [3, 4], trunk_priority: 1", "pvid: 98, vids: [3, 4], trunk_priority: 3"),
    ("a pair of one priority", "pvid: 99, vids: [1, 2], trunk_priority: 2", "pvid: 99, vids: [1, 2], trunk_priority: 1"),
    ("a pair with different VLANs", "pvid: 99, vids: [1, 2], trunk_priority: 2", "pvid: 99, vids: [1, 7], trunk_priority: 2"),
    ("no list where one belongs", "partitions:\n", "partitions: none\nmore:\n"),
    ("a tab", "    type: client", "\ttype: client"),
    ("an open bracket", "mode: veb}", "mode: veb"),
    ("an open string", "system: frame1", 'system: "frame1'),
    ("an alias to nothing", "mac: auto,", "mac: *none,"),
    ("a hundred thousand workers", "system: frame1", "system: frame1\nruntime: {workers: 100000}"),
    ("no frame's name", "system: frame1\n", ""),
]

# Whole files that are no configuration.
FILES = {
    "nothing at all": b"",
    "bytes of no text": b"\x00\x01\x02\x7f\xff\xfe" * 100,
    "a list": b"- system: frame1\n",
    "5 000 open brackets": b"system: " + b"[" * 5000,
    "a line of a million bytes": b"system: " + b"x" * 1_000_000 + b"\n",
    "aliases that grow without end": b"a: &a [x, x, x]\n" + b"".join(
        b"%c: &%c [*%c, *%c, *%c, *%c]\n" % (c, c, c - 1, c - 1, c - 1, c - 1) for c in range(ord("b"), ord("z"))),
}
