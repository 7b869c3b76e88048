#!/usr/bin/env python3
"""VDE's library with our module, and QEMU's netdev over it: vde_test.py SEALANE_BINARY"""

import ctypes
import errno
import os
import select
import shutil
import signal
import sys

from client_test import library_of
from dgram_test import Host, exchange
from frames import make_frame
from port import Library
from scene import run_test
from streams_frame import frame_of, mac_of, socket_of
from switch import Switch

TEST_S = 150
FRAMES = 500


class Vde:
    """A program of VDE: one descriptor, a frame at a time."""

    def __init__(self):
        self.c = ctypes.CDLL("libvdeplug.so.2", use_errno=True)
        self.c.vde_open_real.restype = ctypes.c_void_p
        self.c.vde_recv.restype = self.c.vde_send.restype = ctypes.c_ssize_t
        self.c.vde_recv.argtypes = self.c.vde_send.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int]
        self.c.vde_datafd.argtypes = self.c.vde_close.argtypes = [ctypes.c_void_p]

    def open(self, url):
        return self.c.vde_open_real(url.encode(), b"test", 1, None)

    def receive(self, conn, within_s=5):
        """The next frame; None if none comes."""
        room = ctypes.create_string_buffer(1 << 16)
        while select.select([self.c.vde_datafd(conn)], [], [], within_s)[0]:
            length = self.c.vde_recv(conn, room, len(room), 0)
            if length > 1:
                return room.raw[:length]
        return None

    def receive_into(self, conn, room, within_s=5):
        """What vde_recv gives for a buffer of so many bytes once something is there, and errno."""
        if not select.select([self.c.vde_datafd(conn)], [], [], within_s)[0]:
            return None
        return self.c.vde_recv(conn, ctypes.create_string_buffer(room), room, 0), ctypes.get_errno()

    def too_long(self, conn, module):
        count = ctypes.CDLL(str(module)).sealane_vde_too_long
        count.argtypes, count.restype = [ctypes.c_void_p], ctypes.c_uint64
        return count(conn)

    def send(self, conn, frame):
        return self.c.vde_send(conn, frame, len(frame), 0) == len(frame)


def numbered(to, own, number):
    return make_frame(mac_of(to), mac_of(own), number.to_bytes(4, "big"), 60 + number % 1400)


def check_program(scene, library):
    vde = Vde()
    url = f"sealane://{socket_of(scene.run, 1)}"
    opened = vde.open(url)
    scene.check("without a switch it can't be opened", not opened and ctypes.get_errno() == errno.ENOENT,
                os.strerror(ctypes.get_errno()))
    switch = Switch(scene, frame_of(scene.run, 2)).wait_ready()
    conn = vde.open(url)
    if not scene.check("vde_open finds the module and the switch", bool(conn)):
        return
    other = Host(library.open(f"unix:{socket_of(scene.run, 2)}"), 2)
    scene.wait("the other client to connect", other.is_connected)
    sent = [numbered(1, 2, number) for number in range(100)]
    scene.check("the other sends a hundred frames at once", other.port.send(sent) == len(sent))
    got = [vde.receive(conn) for _ in sent]
    scene.check("each comes, one at a time, in order", got == sent)
    scene.check("and no more", vde.receive(conn, 0.2) is None)
    other.port.send([numbered(1, 2, 1300), numbered(1, 2, 0)])
    scene.check("a frame longer than the program's buffer is an error to it", vde.receive_into(conn, 100) == (-1, errno.EMSGSIZE))
    scene.check("and counted", vde.too_long(conn, library_of(scene.sealane).parent / "libvdeplug_sealane.so") == 1)
    scene.check("and the next one comes", vde.receive(conn) == numbered(1, 2, 0))
    scene.check("a frame goes out", vde.send(conn, numbered(2, 1, 7)))
    scene.wait("it to come", lambda: other.collect() or other.numbers == [7])
    switch.process.end()
    scene.wait("the end to be noticed", lambda: vde.receive(conn, 0) is None and not vde.send(conn, numbered(2, 1, 8)))
    switch = Switch(scene, frame_of(scene.run, 2), "again").wait_ready()
    scene.wait("the program to send again by itself", lambda: vde.receive(conn, 0.05) is None and vde.send(conn, numbered(2, 1, 9)))
    vde.c.vde_close(conn)
    other.port.close()
    switch.check_stops(signal.SIGTERM)


def check_qemu(scene, library):
    """QEMU stands between the switch and a client, as a hub between two netdevs; it has no guest."""
    qemu = shutil.which("qemu-system-x86_64")
    if not qemu:
        scene.note("QEMU is not installed: its netdev is not tried")
        return
    switch = Switch(scene, frame_of(scene.run, 2), "beside-qemu").wait_ready()
    link = scene.run / "behind-qemu.sock"
    process = scene.start("qemu", [
        qemu, "-M", "none", "-display", "none", "-nodefaults", "-accel", "tcg",
        "-netdev", f"vde,id=v,sock=sealane://{socket_of(scene.run, 1)}",
        "-netdev", f"stream,id=s,server=on,addr.type=unix,addr.path={link}",
        "-netdev", "hubport,id=h0,hubid=0,netdev=v", "-netdev", "hubport,id=h1,hubid=0,netdev=s"])
    scene.wait("QEMU to listen", link.is_socket, alive=[process])
    behind = Host(library.open(f"unix:{link}"), 1)
    beside = Host(library.open(f"unix:{socket_of(scene.run, 2)}"), 2)
    for host in (behind, beside):
        scene.wait(f"port {host.number} to connect", host.is_connected, alive=[process])
    scene.check(f"{FRAMES} frames go through QEMU's netdev vde into the switch", exchange(behind, beside, FRAMES))
    scene.check("and out of it", exchange(beside, behind, FRAMES))
    switch.check_laws("behind QEMU")
    process.end()
    switch.check_stops(signal.SIGTERM)


def play(scene):
    os.environ["VDEPLUGIN_PATH"] = str(library_of(scene.sealane).parent)
    library = Library(library_of(scene.sealane))
    check_program(scene, library)
    check_qemu(scene, library)


if __name__ == "__main__":
    sys.exit(run_test("vde", play, TEST_S))
