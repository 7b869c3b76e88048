"""Clients that send back all that they get, one for each way to attach, each a process of its own that can be killed."""

import contextlib
import os
import select
import signal
import socket
import struct

from driver import FROM_GUEST, GET_VRING_BASE, RING, TO_GUEST, Driver, message
from port import Library
from processes import LIBC, PR_SET_PDEATHSIG
from vde_test import Vde

LENGTH = struct.Struct("!I")
IDLE_S = 0.02


def turned(frame):
    """To where it came from."""
    return frame[6:12] + frame[:6] + frame[12:]


class OfLibrary:
    """unix:, dgram: and shm: of libsealane-port, which connects again by itself."""

    def __init__(self, library, url):
        self.library, self.url = library, url
        self.port = library.open(url)

    def drop(self):
        self.port.close()
        self.port = self.library.open(self.url)

    def turn(self):
        self.port.service()
        if frames := self.port.receive():
            self.port.send([turned(frame) for frame in frames])
        self.port.wait(IDLE_S)


class Listener:
    """As QEMU with server=on: the switch connects to our socket and, when it has gone, again."""

    def __init__(self, path):
        path.unlink(missing_ok=True)
        self.listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listening.bind(str(path))
        self.listening.listen(1)
        self.peer, self.held = None, b""

    def drop(self):
        if self.peer:
            self.peer.close()
        self.peer, self.held = None, b""

    def accepted(self):
        if not select.select([self.listening], [], [], IDLE_S)[0]:
            return None
        return self.listening.accept()[0]

    def turn(self):
        self.peer = self.peer or self.accepted()
        if not self.peer or not select.select([self.peer], [], [], IDLE_S)[0]:
            return
        try:
            data = self.peer.recv(1 << 16)
            self.held += data
            while len(self.held) >= 4 and len(self.held) >= 4 + LENGTH.unpack_from(self.held)[0]:
                end = 4 + LENGTH.unpack_from(self.held)[0]
                frame, self.held = self.held[4:end], self.held[end:]
                self.peer.sendall(LENGTH.pack(len(frame)) + turned(frame))
        except OSError:
            data = b""
        if not data:
            self.drop()


class Guest:
    """A driver of virtio-net at a socket of the switch's, or of its own; a drop is a reset of the device, as of a guest that boots."""

    def __init__(self, path, is_server):
        self.path, self.is_server = path, is_server
        if is_server:
            self.listener = Listener(path)
        self.driver = None

    def connection(self):
        if self.is_server:
            return self.listener.accepted()
        made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            made.connect(str(self.path))
            return made
        except OSError:
            made.close()
            select.select([], [], [], IDLE_S)
            return None

    def come(self):
        connection = self.connection()
        if connection:
            connection.settimeout(2)
            self.driver = Driver(None, connection)
            self.driver.set_up()
            self.driver.give_buffers(RING)

    def go(self):
        self.driver.close()
        self.driver = None

    def drop(self):
        """Stops the rings, forgets them, and makes others in the same connection."""
        if not self.driver:
            return
        with contextlib.suppress(OSError):
            for ring in (TO_GUEST, FROM_GUEST):
                self.driver.ask(GET_VRING_BASE, struct.pack("<II", ring, 0))
            old, connection = self.driver, self.driver.socket
            self.driver = Driver(None, connection)
            for fd in (*old.kicks, *old.calls, old.memory_fd):
                os.close(fd)
            self.driver.set_up()
            self.driver.give_buffers(RING)

    def turn(self):
        try:
            if not self.driver:
                return self.come()
            readable = select.select([self.driver.calls[TO_GUEST], self.driver.socket], [], [], IDLE_S)[0]
            if self.driver.socket in readable and not self.driver.socket.recv(1):
                return self.go()
            if self.driver.calls[TO_GUEST] in readable:
                os.read(self.driver.calls[TO_GUEST], 8)
            if frames := self.driver.received():
                self.driver.give_buffers(len(frames))
                for frame in frames:
                    self.driver.send(turned(frame))
        except OSError:
            if self.driver:
                self.go()
        return None


class Program:
    """Of VDE, by our module."""

    def __init__(self, path):
        self.vde, self.url = Vde(), f"sealane://{path}"
        self.plug = None

    def drop(self):
        if self.plug:
            self.vde.c.vde_close(self.plug)
        self.plug = None

    def turn(self):
        self.plug = self.plug or self.vde.open(self.url)
        if not self.plug:
            select.select([], [], [], IDLE_S)
        elif frame := self.vde.receive(self.plug, IDLE_S):
            self.vde.send(self.plug, turned(frame))


class Ways:
    """Of each: the port in the configuration, and what makes its client."""

    def __init__(self, run, library_path):
        library = Library(library_path)
        at = {name: run / f"{name}.sock" for name in ("unix", "listener", "theirs", "ours", "shm", "vhost", "guest", "vde")}
        self.ports = {
            "unix": (f"{{type: qemu-stream, listen: {at['unix']}}}", lambda: OfLibrary(library, f"unix:{at['unix']}")),
            "listener": (f"{{type: qemu-stream, connect: {at['listener']}}}", lambda: Listener(at["listener"])),
            "dgram": (f"{{type: qemu-dgram, local: {at['ours']}, remote: {at['theirs']}}}",
                      lambda: OfLibrary(library, f"dgram:{at['theirs']},{at['ours']}")),
            "shm": (f"{{type: shm, listen: {at['shm']}}}", lambda: OfLibrary(library, f"shm:{at['shm']}")),
            "vhost server": (f"{{type: vhost-user, path: {at['vhost']}, mode: server}}", lambda: Guest(at["vhost"], False)),
            "vhost client": (f"{{type: vhost-user, path: {at['guest']}}}", lambda: Guest(at["guest"], True)),
            "vde": (f"{{type: qemu-stream, listen: {at['vde']}}}", lambda: Program(at["vde"]))}

    def names(self):
        return list(self.ports)

    def port(self, way):
        return self.ports[way][0]

    def client(self, way):
        return self.ports[way][1]()


class Child:
    """A client in a process of its own: ends on SIGTERM, drops its connection (or resets its device) on SIGUSR1."""

    def __init__(self, ways, way):
        self.pid = os.fork()
        if self.pid == 0:
            self.live(ways, way)

    @staticmethod
    def live(ways, way):
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        asked = {signal.SIGTERM: False, signal.SIGUSR1: False}
        for number in asked:
            signal.signal(number, lambda received, _: asked.__setitem__(received, True))
        try:
            client = ways.client(way)
            while not asked[signal.SIGTERM]:
                if asked[signal.SIGUSR1]:
                    asked[signal.SIGUSR1] = False
                    client.drop()
                client.turn()
            client.drop()
        finally:
            os._exit(0)

    def drop(self):
        os.kill(self.pid, signal.SIGUSR1)

    def end(self, number):
        os.kill(self.pid, number)
        os.waitpid(self.pid, 0)
