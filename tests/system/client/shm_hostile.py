"""A client of a shared-memory port that writes nonsense into the memory while the switch reads it."""

import contextlib
import mmap
import os
import random
import socket
import struct
import threading

MAGIC = b"sealshm\n"
HELLO = struct.pack("=8sIIQ", MAGIC, 1, 24, 0)
WELCOME = struct.Struct("=8sIIQIIQQ")
PRODUCED, CONSUMED = 0, 512 + 128  # of the ring to the switch, of the ring from it


class Hostile:
    """One connection; the memory is mapped as it comes."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(5)
        self.socket.connect(str(path))
        self.socket.sendall(HELLO)
        answer, files, _, _ = socket.recv_fds(self.socket, WELCOME.size, 1)
        said = WELCOME.unpack(answer)
        self.status = said[4]
        self.control_bytes = said[6]
        self.memory = mmap.mmap(files[0], 0)
        self.file = files[0]

    def write_index(self, at, value):
        self.memory[at:at + 8] = struct.pack("=Q", value & (1 << 64) - 1)

    def write_length(self, at, value):
        self.memory[self.control_bytes + at:self.control_bytes + at + 4] = struct.pack("=I", value)

    def is_closed(self):
        """The switch has closed the connection, within a few seconds."""
        with contextlib.suppress(ConnectionError):
            while self.socket.recv(4096):
                pass
        return True

    def can_be_cut_off(self):
        with contextlib.suppress(OSError):
            os.ftruncate(self.file, 4096)
            return True
        return False

    def close(self):
        self.socket.close()
        self.memory.close()
        os.close(self.file)


class Storm:
    """A thread whose clients write what they like, one after the other."""

    def __init__(self, path, seed):
        self.path = path
        self.random = random.Random(seed)
        self.connections = 0
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()

    def run(self):
        while not self.stop.is_set():
            with contextlib.suppress(OSError, IndexError, struct.error):
                hostile = Hostile(self.path)
                self.connections += 1
                with contextlib.closing(hostile):
                    for _ in range(500):
                        self.strike(hostile)

    def strike(self, hostile):
        draw = self.random
        for _ in range(8):
            wild = draw.random() < 0.1
            hostile.write_length(draw.randrange(0, 4096, 8), draw.getrandbits(32) if wild else draw.randrange(2000))
        wild = draw.random() < 0.01
        hostile.write_index(PRODUCED, draw.getrandbits(64) if wild else draw.randrange(0, 4096, 8))
        if draw.random() < 0.01:
            hostile.write_index(CONSUMED, draw.getrandbits(64))
        hostile.socket.send(b"\0", socket.MSG_DONTWAIT)
