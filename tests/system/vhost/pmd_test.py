#!/usr/bin/env python3
"""DPDK's testpmd with two virtio-user devices that send to each other: pmd_test.py SEALANE

The peer is killed and another comes in its place; between them the switch sleeps.  Then the switch is killed, and another comes.
"""

import signal
import sys
import time

from processes import comes_true
from scene import run_test
from switch import Switch

TEST_S = 150
IDLE_SHARE = 0.10

FRAME = """\
system: frame1
vswitches:
  - {{name: ETHERNET0, mode: veb, unknown_unicast: flood}}
partitions:
  - name: lpars
    type: client
    adapters:
      - {{name: ent1, type: virtual, vswitch: ETHERNET0, pvid: 1, mac: "02:00:00:00:00:01",
         port: {{type: vhost-user, path: {run}/1.sock}}}}
      - {{name: ent2, type: virtual, vswitch: ETHERNET0, pvid: 1, mac: "02:00:00:00:00:02",
         port: {{type: vhost-user, path: {run}/2.sock}}}}
"""


def start_peer(scene, packed, wrap=()):
    for own in (1, 2):
        (scene.run / f"{own}.sock").unlink(missing_ok=True)
    ring = f",packed_vq={packed:d},queue_size=256"
    return scene.start("testpmd", [
        *wrap, "dpdk-testpmd", "--no-huge", "--no-shconf", "--no-pci", "-m", "128", "--lcores", "0@0,1@1",
        *(f"--vdev=net_virtio_user{own},path={scene.run}/{own}.sock,server=1,mac=02:00:00:00:00:0{own}{ring}"
          for own in (1, 2)),
        "--", "--forward-mode=flowgen",
        "--total-num-mbufs=4096", "--stats-period=600"])


def frames(switch):
    return sum(row["tx_frames"] for row in switch.ask("stats")["adapters"].values())


def moves(switch):
    """Frames reach their guests, more and more of them."""
    def more():
        before = frames(switch)
        time.sleep(0.05)
        return before > 0 and frames(switch) > before
    return comes_true(more)


def check_idle(scene, switch):
    begin, used = time.monotonic(), switch.cpu_s()
    comes_true(lambda: False, 2)
    share = (switch.cpu_s() - used) / (time.monotonic() - begin)
    scene.check("a switch whose guests are silent sleeps", share < IDLE_SHARE, f"{100 * share:.1f} % of a processor")


def play(scene):
    switch = Switch(scene, FRAME.format(run=scene.run)).wait_ready()  # before anything moves
    peer = start_peer(scene, packed=False)
    scene.check("frames reach their guests", moves(switch))

    peer.end()
    down = comes_true(lambda: not any(a["port"]["up"] for a in switch.ask("show")["adapters"]))
    scene.check("a guest that is killed is noticed", down)
    check_idle(scene, switch)
    start_peer(scene, packed=True)
    scene.check("another guest in its place is served, with packed rings", moves(switch))
    packed = [line["acked"] for a in switch.ask("show")["adapters"] for line in a["port"]["features"]
              if line["name"] == "packed"]
    scene.check("and show says so", packed == [True, True])
    switch.process.end()
    again = Switch(scene, FRAME.format(run=scene.run), name="again")
    scene.wait("the new switch to answer", again.answers, alive=[again.process])  # its counters don't rest
    scene.check("after SIGKILL and a new start of the switch its guest is back", moves(again))
    again.check_stops(signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(run_test("vhost-pmd", play, TEST_S))
