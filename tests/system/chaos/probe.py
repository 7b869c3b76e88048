"""The probe, as a child of the test: windows of numbered frames, and what became of them."""

import dataclasses
import json
import subprocess

from processes import NoProgress, die_with_parent

BROADCAST = "ff:ff:ff:ff:ff:ff"


@dataclasses.dataclass(frozen=True)
class Stream:
    """`source` and each of `to` are "DEVICE" or "DEVICE@VLAN"."""

    name: str
    src: str
    dst: str
    source: str
    to: tuple
    rate: int = 10_000
    ip: str = ""  # "FROM>TO": its frames are IPv4 packets

    def words(self):
        ip = f" ip={self.ip}" if self.ip else ""
        return f"{self.name} rate={self.rate} src={self.src} dst={self.dst} from={self.source} to={','.join(self.to)}{ip}"


class Probe:
    """Frames flow from now on; those between begin() and end() are counted."""

    def __init__(self, program, streams):
        command = [str(program), *(stream.words() for stream in streams)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        preexec_fn=die_with_parent)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def begin(self):
        self.say("begin")

    def end(self):
        """What the probe says of the window: see probe.cc."""
        return self.say("end")

    def say(self, command):
        try:
            self.process.stdin.write(command + "\n")
            self.process.stdin.flush()
            return json.loads(self.process.stdout.readline())
        except (OSError, ValueError):
            raise NoProgress(f"the probe has ended: exit {self.process.wait()}") from None
