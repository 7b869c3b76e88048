#!/usr/bin/env python3
"""P02: the switch is killed, again and again, between two guests that go on sending numbered frames: restart_test.py SEALANE

One guest connects to the switch's socket, the other has its own.  Their rings go on where they stand: no frame comes twice, and lost
is only what the dead switch had taken in, and what the new one names.
"""

import signal
import socket
import sys

import driver as vhost
from driver import Driver, connected, frame
from processes import comes_true
from scene import run_test
from switch import Switch

TEST_S = 120
SOON_S = 15
KILLS = 5
BURST = 64  # frames that a poll takes of a guest
FRAMES_EACH = 500  # that arrive at either between two kills, at least

FRAME = """\
system: frame1
vswitches:
  - {{name: ETHERNET0, mode: veb}}
partitions:
  - name: lpars
    type: client
    adapters:
      - {{name: ent1, type: virtual, vswitch: ETHERNET0, pvid: 1, mac: "02:00:00:00:00:01",
         port: {{type: vhost-user, path: {run}/1.sock, mode: server}}}}
      - {{name: ent2, type: virtual, vswitch: ETHERNET0, pvid: 1, mac: "02:00:00:00:00:02",
         port: {{type: vhost-user, path: {run}/2.sock}}}}
"""


class Guest:
    def __init__(self, own, other, meet):
        self.own, self.other, self.meet = own, other, meet
        self.driver = Driver(None, connection=meet())
        self.driver.set_up()
        self.driver.give_buffers(200)
        self.sent = 0
        self.got = []

    def move(self):
        """Sends some, as long as few wait, and takes what is there."""
        for _ in range(min(16, BURST - self.driver.waiting())):
            self.driver.send(frame(self.other, self.own, self.sent))
            self.sent += 1
        self.take()

    def take(self):
        new = [int.from_bytes(data[14:18], "big") for data in self.driver.received()]
        self.got += new
        self.driver.give_buffers(len(new))
        return new


def met(path):
    """A connection to the switch's socket, once somebody listens there."""
    connection = []

    def try_it():
        try:
            connection.append(connected(path))
        except OSError:
            return False
        return True
    comes_true(try_it)
    return connection[0]


def all_up(switch):
    return all(adapter["port"]["up"] for adapter in switch.ask("show")["adapters"])


def talk(scene, guests, process):
    """Until frames that were sent from now on have come, enough of them, to both."""
    wanted = {guest: other.sent + FRAMES_EACH for guest, other in zip(guests, reversed(guests))}

    def enough():
        for _ in range(20):
            for guest in guests:
                guest.move()
        return all(guest.got and guest.got[-1] >= wanted[guest] for guest in guests)
    scene.wait("frames to arrive at both", enough, alive=[process])


def start(scene, name, guests):
    """The switch, and the guests on their rings as they stand."""
    switch = Switch(scene, FRAME.format(run=scene.run), name=name).wait_ready()
    for guest in guests:
        guest.driver.go_on(guest.meet())
    scene.wait("both guests", lambda: switch.answers() and all_up(switch), alive=[switch.process])
    return switch


def play(scene):
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(scene.run / "2.sock"))
    listener.listen()
    listener.settimeout(SOON_S)

    def accepted():
        connection = listener.accept()[0]
        connection.settimeout(vhost.ANSWER_S)
        return connection

    switch = Switch(scene, FRAME.format(run=scene.run)).wait_ready()
    guests = [Guest(1, 2, lambda: met(scene.run / "1.sock")), Guest(2, 1, accepted)]
    scene.wait("both guests", lambda: all_up(switch), alive=[switch.process])
    named = {guest: 0 for guest in guests}  # frames to it that were dropped under a name
    for kill in range(KILLS):
        talk(scene, guests, switch.process)
        switch.process.end()
        for guest in guests:
            guest.move()  # nobody is there, but they don't know
        switch = start(scene, f"again{kill}", guests)
        for guest in guests:
            named[guest] += switch.drops(f"lpars/ent{guest.own}", "out", "port_down")
    talk(scene, guests, switch.process)
    scene.check(f"after each of {KILLS} deaths both guests' frames go on", True)
    scene.wait("the rings to be empty", lambda: not any(guest.driver.waiting() for guest in guests), alive=[switch.process])
    switch.check_laws("at the end")
    for guest, other in zip(guests, reversed(guests)):
        guest.take()
        own = f"at guest {guest.own}"
        scene.check(f"{own} no frame arrives twice, and all in order",
                    all(before < after for before, after in zip(guest.got, guest.got[1:])))
        lost = other.sent - len(guest.got)
        scene.check(f"{own} each death has cost {BURST} frames at most, besides those that the next switch names",
                    0 <= lost - named[guest] <= KILLS * BURST,
                    f"{lost} of {other.sent} lost, {named[guest]} of them named")
    switch.check_stops(signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(run_test("vhost-restart", play, TEST_S))
