"""A frame that needs no rights: stream ports everywhere, the outside host's among them."""

from stream_client import StreamClient

HEAD = """\
system: frame1
vswitches:
  - {{name: ETHERNET0, mode: veb{table}}}
partitions:
  - name: vios1
    type: vios
    adapters:
      - {{name: ent0, type: physical, port: {{type: qemu-stream, listen: {run}/outside.sock}}}}
      - {{name: ent3, type: virtual, vswitch: ETHERNET0, pvid: 1, vids: [10], trunk_priority: 1}}
    seas:
      - {{name: ent6, real_adapter: ent0, virt_adapters: [ent3], pvid_adapter: ent3, pvid: 1}}
"""
CLIENT = """\
  - name: lpar{number}
    type: client
    adapters:
      - {{name: ent0, type: virtual, vswitch: ETHERNET0, pvid: 1, vids: [10], mac: "{mac}",
         port: {{type: {port}}}}}
"""
OUTSIDE_MAC = "0a:00:00:00:00:01"


def mac_of(number):
    return f"02:00:00:00:{number >> 8:02x}:{number & 0xff:02x}"


def frame_of(run, clients, table=""):
    """One VIOS with a SEA, and lpar1 to lparN; sockets are in `run`."""
    return HEAD.format(run=run, table=table) + "".join(
        CLIENT.format(number=number, mac=mac_of(number), port=f"qemu-stream, listen: {run}/lpar{number}.sock")
        for number in range(1, clients + 1))


def ring_clients(first, last):
    """Further clients of such a frame, on rings within the process."""
    return "".join(CLIENT.format(number=number, mac=mac_of(number), port="ring") for number in range(first, last + 1))


def client_text(run, number):
    """What `adapter add` takes for another such client."""
    return (f'{{name: ent0, type: virtual, vswitch: ETHERNET0, pvid: 1, mac: "{mac_of(number)}", '
            f"port: {{type: qemu-stream, listen: {socket_of(run, number)}}}}}")


def socket_of(run, number):
    return run / f"lpar{number}.sock"


def client(run, number):
    return StreamClient(socket_of(run, number), mac_of(number))


def outside(run):
    return StreamClient(run / "outside.sock", OUTSIDE_MAC)
