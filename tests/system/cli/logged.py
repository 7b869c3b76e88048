"""What the log says of clients that come and go."""

import re
import time

from stream_client import StreamClient
from streams_frame import frame_of, socket_of
from switch import Switch

STAMP = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z sealane: ")
FLAP_S = 4  # in which control looks 16 times
LINES_AT_ONCE = 6


def flap(path):
    """Comes and goes as fast as it is taken up; how often."""
    end = time.monotonic() + FLAP_S
    flaps = 0
    while time.monotonic() < end:
        try:
            StreamClient(path).close()
            flaps += 1
        except BlockingIOError:  # too many wait already
            time.sleep(0.001)
    return flaps


def check_log(scene):
    switch = Switch(scene, frame_of(scene.run, 2), "logging").wait_ready()

    def lines(about):
        said = switch.process.log.read_text().splitlines()
        return [line for line in said if f" {about}: " in line]

    def told(adapter, what):
        scene.wait(f"the log to say '{what}'", lambda: any(what in line for line in lines(adapter)),
                   alive=[switch.process])

    peer = StreamClient(socket_of(scene.run, 1))
    told("lpar1/ent0", "a peer has connected and is ready; peer at ")
    second = StreamClient(socket_of(scene.run, 1))
    told("lpar1/ent0", "1 turned away, since one is connected")
    second.close()
    peer.close()
    told("lpar1/ent0", "its peer has gone (it closed the connection); listening at ")
    scene.check("the log tells of a peer that comes, is turned away, and goes", len(lines("lpar1/ent0")) == 3,
                f"{len(lines('lpar1/ent0'))} lines")

    flaps = flap(socket_of(scene.run, 2))
    said = lines("lpar2/ent0")
    scene.check("one that flaps gets a few lines only", 0 < len(said) <= LINES_AT_ONCE + 1,
                f"{len(said)} lines for {flaps} connections in {FLAP_S} s")
    stray = [line for line in switch.process.log.read_text().splitlines() if not STAMP.match(line)]
    scene.check("every line begins with the time, to the millisecond", not stray, "; ".join(stray[:3]))
    switch.process.end()
