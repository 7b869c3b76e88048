#!/usr/bin/env python3
"""sealane under a service manager: service_test.py SEALANE_BINARY"""

import pathlib
import re
import signal
import sys

from manager import Manager
from processes import must, run_text
from scene import run_test
from stream_client import StreamClient, exchange, meet
from streams_frame import frame_of, mac_of
from switch import Switch

TEST_S = 120
MOST_EXPOSED = 3.0  # of 10, as systemd-analyze counts
PART = """\
system: {system}
vswitches:
  - {{name: ETHERNET0}}
partitions:
  - name: vios1
    type: vios
    adapters:
      - {{name: ent0, type: physical, port: {{type: qemu-stream, listen: {run}/wire.sock}}}}
      - {{name: ent3, type: virtual, vswitch: ETHERNET0, pvid: 1, trunk_priority: 1}}
    seas:
      - {{name: ent6, real_adapter: ent0, virt_adapters: [ent3], pvid_adapter: ent3, pvid: 1}}
  - name: lpar1
    type: client
    adapters:
      - {{name: ent0, type: virtual, vswitch: ETHERNET0, pvid: 1, port: {{type: qemu-stream, listen: {run}/lpar.sock}}}}
"""


def check_whole(scene, abstract):
    """A frame in one process: when it says that it is ready, clients are taken up and answers are given."""
    kind = "abstract" if abstract else "plain"
    with Manager(scene.run / f"{kind}.notify", abstract) as manager:
        switch = Switch(scene, frame_of(scene.run, 2), name=f"{kind}-sealane", wrap=manager.wrap)
        told = manager.hear(switch.process)
        scene.check(f"{kind} socket: it says that it is ready", "READY=1" in told, ", ".join(told))
        scene.check(f"{kind} socket: it answers then", switch.answers())
        with StreamClient(scene.run / "lpar1.sock", mac_of(1)) as one, StreamClient(scene.run / "lpar2.sock", mac_of(2)) as two:
            meet(one, two)
            scene.check(f"{kind} socket: frames are carried then", exchange(one, two, 100) == 100)
        scene.check(f"{kind} socket: it says nothing more while it runs", manager.pending() == [])
        switch.check_stops(signal.SIGTERM)
        told = manager.pending()
        scene.check(f"{kind} socket: it says that it stops", told == [["STOPPING=1"]], str(told))


def check_part(scene):
    """A VIOS whose hypervisor is not there carries nothing yet."""
    config, frame = scene.run / "part.yaml", scene.run / "frame"
    config.write_text(PART.format(system="frame1", run=scene.run))
    with Manager(scene.run / "part.notify") as manager:
        def start(name, wrap=()):
            return scene.start(name, [*wrap, scene.sealane, "run", config, "--as", name, "--frame", frame])
        vios = start("vios1", manager.wrap)
        scene.wait("the VIOS to wait", lambda: "waiting for the hypervisor" in vios.log.read_text(), alive=[vios])
        scene.check("a VIOS without its hypervisor is not ready", manager.pending() == [])
        hypervisor = start("hypervisor")
        scene.check("it is when that has come", "READY=1" in manager.hear(vios))
        vios.check_stops(scene.check, signal.SIGTERM, "the VIOS")
        hypervisor.check_stops(scene.check, signal.SIGTERM, "the hypervisor")


def check_wrong(scene):
    config = scene.run / "wrong.yaml"
    config.write_text("system: frame1\n")
    with Manager(scene.run / "wrong.notify") as manager:
        done = run_text([*manager.wrap, scene.sealane, "run", config, "--control", scene.run / "wrong.control"])
        scene.check("what can't be run is never ready", done.returncode == 1 and manager.pending() == [], done.stderr[-200:])


def check_nobody_hears(scene):
    """A manager that has gone costs a line of the log and no more."""
    switch = Switch(scene, frame_of(scene.run, 1), name="unheard", wrap=["env", f"NOTIFY_SOCKET={scene.run}/nobody"]).wait_ready()
    scene.check("it runs though nobody hears it", "can't tell the service manager" in switch.process.log.read_text())
    switch.check_stops(signal.SIGTERM)


def check_unit(scene):
    build = pathlib.Path(scene.sealane).resolve().parents[2]
    prefix = scene.run / "prefix"
    must("cmake", "--install", build, "--prefix", prefix, "--component", "sealane")
    unit = prefix / "lib/systemd/system/sealane@.service"
    done = run_text(["systemd-analyze", "verify", "--man=no", unit])
    scene.check("systemd takes the unit", done.returncode == 0 and not done.stderr.strip(), done.stderr[:300])
    broken = scene.run / "broken@.service"
    broken.write_text(unit.read_text().replace(str(prefix), "/nowhere"))
    scene.check("and not one whose program is missing", run_text(["systemd-analyze", "verify", "--man=no", broken]).returncode != 0)
    told = run_text(["systemd-analyze", "security", "--offline=yes", "--no-pager", unit]).stdout
    level = re.search(r"exposure level for \S+: ([\d.]+)", told)
    scene.check("it leaves little open", level and float(level[1]) <= MOST_EXPOSED, level[0] if level else told[-300:])


def check_memory(scene):
    """MemoryDenyWriteExecute of the unit: what it forbids is not asked for."""
    switch = Switch(scene, frame_of(scene.run, 1), name="memory").wait_ready()
    with open(f"/proc/{switch.process.pid}/maps", encoding="ascii") as lines:
        both = [line.strip() for line in lines if line.split()[1].startswith("rwx")]
    scene.check("no memory is both writable and executable", not both, "; ".join(both)[:300])
    switch.check_stops(signal.SIGTERM)


def play(scene):
    for abstract in (False, True):
        check_whole(scene, abstract)
    check_part(scene)
    check_wrong(scene)
    check_nobody_hears(scene)
    check_memory(scene)
    check_unit(scene)


sys.exit(run_test("service", play, TEST_S))
