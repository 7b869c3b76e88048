"""Who makes files in a folder, even if they are gone again: inotify, which needs no rights."""

import contextlib
import ctypes
import os
import struct

from processes import LIBC, NoProgress

IN_MOVED_TO, IN_CREATE = 0x80, 0x100
EVENT = struct.Struct("iIII")


class FolderWatch:
    def __init__(self, folder):
        self.end = LIBC.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if self.end < 0 or LIBC.inotify_add_watch(self.end, os.fsencode(folder), IN_MOVED_TO | IN_CREATE) < 0:
            raise NoProgress(f"{folder} can't be watched: {os.strerror(ctypes.get_errno())}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.end)

    def made(self):
        """Names of what was made since the last call, each as often as it was made."""
        names = []
        with contextlib.suppress(BlockingIOError):
            while data := os.read(self.end, 1 << 16):
                while data:
                    size = EVENT.unpack_from(data)[3]
                    names.append(data[EVENT.size:EVENT.size + size].rstrip(b"\0").decode())
                    data = data[EVENT.size + size:]
        return names
