#!/usr/bin/env python3
"""vhost-user without a right and without hugepages: nobody_test.py SEALANE TAP_GUEST

The switch runs as nobody.  So does testpmd, first: two devices, their memory in a memfd.  Then two kernels behind TAPs,
their rings in memfds: TCP both ways, over IPv4 and IPv6, arrives as it was sent.
"""

import os
import pathlib
import signal
import sys

os.environ.setdefault("SEALANE_OFFLOADS_MIB", "32")  # of each of the two transfers
sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "offloads"))

import offloads_test as offloads
import pmd_test as pmd
from nobody import AS_NOBODY, is_nobody, own_folder, status_of
from scene import run_test
from switch import Switch

TEST_S = 100


def shared_files(pid):
    """Files that it shares by mapping them: inode and name."""
    with open(f"/proc/{pid}/maps", encoding="ascii") as lines:
        mapped = [line.split(maxsplit=5) for line in lines]
    return {(words[4], words[5].strip()) for words in mapped if len(words) == 6 and words[1] == "rw-s"}


def check_without_rights(scene, switch, guests):
    what = guests[0].name
    scene.check(f"{what}: the switch runs as nobody, without any right", is_nobody(switch.process.pid))
    scene.check(f"{what}: it uses no hugepage", status_of(switch.process.pid)["HugetlbPages"].split()[0] == "0")
    own = shared_files(switch.process.pid)
    for guest in guests:
        names = [name for _, name in shared_files(guest.pid) & own]
        scene.check(f"{guest.name}: its memory is a memfd's, and mapped by the switch",
                    names and all(name.startswith("/memfd:") for name in names), ", ".join(names))


def check_testpmd(scene):
    switch = Switch(scene, pmd.FRAME.format(run=scene.run), "for-testpmd", AS_NOBODY).wait_ready()
    guest = pmd.start_peer(scene, packed=False, wrap=AS_NOBODY)
    scene.check("testpmd: frames reach both devices", pmd.moves(switch) and all(
        row["tx_frames"] > 0 for row in switch.ask("stats")["adapters"].values()))
    scene.check("testpmd: it is nobody, too", is_nobody(guest.pid))
    check_without_rights(scene, switch, [guest])
    guest.end()
    switch.check_laws("without testpmd")
    switch.check_stops(signal.SIGTERM)


def check_kernels(scene, tap_guest):
    kernels = [offloads.Kernel(1, "both", True, True), offloads.Kernel(4, "neither", False, False)]
    switch = Switch(scene, offloads.FRAME + "".join(
        offloads.ADAPTER.format(own=kernel.own, path=kernel.path(scene)) for kernel in kernels),
        "for-kernels", AS_NOBODY).wait_ready()
    for kernel in kernels:
        kernel.start(scene, tap_guest)
    check_without_rights(scene, switch, [kernel.guest for kernel in kernels])
    alive = [switch.process, *(kernel.guest for kernel in kernels)]
    for port, (giver, taker) in enumerate((kernels, kernels[::-1]), 5000):
        offloads.check_transfer(scene, switch, giver, taker, port, alive)
    switch.check_laws("at the end")
    switch.check_stops(signal.SIGTERM)


def play(scene):
    scene.sealane = own_folder(scene.run, scene.sealane)
    check_testpmd(scene)
    check_kernels(scene, sys.argv[2])


if __name__ == "__main__":
    sys.exit(run_test("vhost-nobody", play, TEST_S))
