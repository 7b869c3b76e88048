"""What a service manager hears: the far end of $NOTIFY_SOCKET."""

import select
import socket
import time

from processes import PATIENCE_S, NoProgress

LONGEST = 4096


class Manager:
    """Listens at `path`, or at a name in the abstract namespace made of it."""

    def __init__(self, path, abstract=False):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(f"\0{path}" if abstract else str(path))
        self.wrap = ["env", f"NOTIFY_SOCKET={'@' if abstract else ''}{path}"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def pending(self):
        """All messages that have come, each a list of lines."""
        messages = []
        while select.select([self.socket], [], [], 0)[0]:
            messages.append(self.socket.recv(LONGEST).decode().splitlines())
        return messages

    def hear(self, sender):
        """The next message, while `sender` runs."""
        end = time.monotonic() + PATIENCE_S
        while not select.select([self.socket], [], [], 0.05)[0]:
            if sender.exit_code() is not None or time.monotonic() > end:
                raise NoProgress(f"{sender.name} says nothing to its service manager")
        return self.socket.recv(LONGEST).decode().splitlines()
