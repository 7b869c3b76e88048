"""`port args`: the lines that it prints are run as they are, from another directory than the switch's."""

import re
import shutil
import signal

from client_test import library_of
from frames import make_frame
from port import Library
from streams_frame import mac_of
from switch import Switch
from told import DONE, FAILED, NO_DAEMON, USAGE, expect, expect_json, tell

FRAME = """\
system: frame1
vswitches:
  - {name: ETHERNET0, mode: veb}
partitions:
"""
CLIENT = """\
  - name: lpar{number}
    type: client
    adapters:
      - {{name: ent0, type: virtual, vswitch: ETHERNET0, pvid: 1, mac: "{mac}",
         port: {{{port}}}}}
"""
PORTS = ("type: qemu-stream, listen: here/1.sock", "type: qemu-dgram, local: here/2.sock, remote: here/peer2.sock",
         "type: vhost-user, path: here/3.sock", "type: ring",
         "type: shm, listen: here/5.sock")


def frame():
    return FRAME + "".join(CLIENT.format(number=number, mac=mac_of(number), port=port) for number, port in enumerate(PORTS, 1))


def line_for(switch, number, whom, what=""):
    lines = switch.ask("port", "args", f"lpar{number}/ent0", "--for", whom)["lines"]
    return next(line for line in lines if what in line["what"])


class Host:
    """A client by the URL that was printed."""

    def __init__(self, library, switch, number):
        self.number = number
        text = line_for(switch, number, "library")["text"]
        self.port = library.open(re.fullmatch(r'sealane_port_open\("(.*)", NULL, error, sizeof error\)', text)[1])

    def is_connected(self):
        return self.port.service()

    def reaches(self, scene, other, mark):
        """A frame that it sends comes to `other`."""
        frame = make_frame(mac_of(other.number), mac_of(self.number), mark, 60)
        self.port.send([frame])
        got = []

        def came():
            self.port.service()
            other.port.service()
            got.extend(other.port.receive())
            return frame in got
        scene.wait(f"the frame of {self.number} to come", came)
        return True


def is_up(switch, number):
    return next(row["port"]["up"] for row in switch.ask("show")["adapters"] if row["name"] == f"lpar{number}/ent0")


def start_qemu(scene, switch, link):
    """Its netdev as printed; a hub in the guest's place leads to another netdev, which stands for the guest."""
    words = line_for(switch, 1, "qemu", "x86")["args"]
    scene.check("the line has a netdev and the adapter's address at its device",
                words[0] == "-netdev" and words[2] == "-device" and words[3].endswith(f"mac={mac_of(1)}"), str(words))
    qemu = scene.start("qemu", [
        shutil.which("qemu-system-x86_64"), "-M", "none", "-display", "none", "-nodefaults", "-accel", "tcg", *words[:2],
        "-netdev", f"stream,id=s,server=on,addr.type=unix,addr.path={link}", "-netdev", "hubport,id=h0,hubid=0,netdev=lpar1-ent0",
        "-netdev", "hubport,id=h1,hubid=0,netdev=s"])
    scene.wait("QEMU to listen", link.is_socket, alive=[qemu])
    return qemu


def check_library(scene, switch, library):
    """By datagrams and by shared memory; gives the former, which stays."""
    beside, shared = Host(library, switch, 2), Host(library, switch, 5)
    for host in (beside, shared):
        scene.wait(f"the library to connect to lpar{host.number} by the printed URL", host.is_connected)
    scene.wait("the switch to find both", lambda: is_up(switch, 2) and is_up(switch, 5))
    scene.check("a frame goes by shared memory at the printed URL", shared.reaches(scene, beside, b"over"))
    scene.check("and one comes by it", beside.reaches(scene, shared, b"back over"))
    shared.port.close()
    return beside


def check_qemu(scene, switch, library, beside):
    if not shutil.which("qemu-system-x86_64"):
        scene.note("QEMU is not installed: its line is not run")
        return
    link = scene.run / "behind.sock"
    qemu = start_qemu(scene, switch, link)
    behind = Host(library, switch, 1)  # its own URL is the port's, which QEMU has now
    behind.port.close()
    behind.port = library.open(f"unix:{link}")
    scene.wait("the client behind QEMU to connect", behind.is_connected, alive=[qemu])
    scene.wait("the switch to find both", lambda: is_up(switch, 1) and is_up(switch, 2), alive=[qemu])
    scene.check("a frame goes through QEMU started with the printed netdev", behind.reaches(scene, beside, b"out"))
    scene.check("and one comes through it", beside.reaches(scene, behind, b"back"))
    qemu.end()


def check_machines(scene, switch):
    """The whole line, device and all, on a machine that stands still: QEMU takes it and attaches."""
    for program, machine, number, what in (("qemu-system-x86_64", "q35", 1, "x86"), ("qemu-system-ppc64", "pseries", 1, "pseries"),
                                           ("qemu-system-x86_64", "q35", 3, "x86")):
        if not shutil.which(program):
            scene.note(f"{program} is not installed: its line is not run")
            continue
        text = line_for(switch, number, "qemu", what)["text"]
        started = scene.start(f"{program}-{number}", [
            "sh", "-c", f"exec {program} -M {machine} -nodefaults -display none -accel tcg -S {text}"])
        made = switch.control.parent / "here/3.sock"
        scene.wait(f"{program} to attach", made.is_socket if number == 3 else lambda: is_up(switch, 1), alive=[started])
        scene.check(f"{program} takes the whole line of lpar{number} for {what} and attaches", started.exit_code() is None)
        started.end()
        scene.wait("the switch to notice its end", lambda: not is_up(switch, number))
        made.unlink(missing_ok=True)


def check_testpmd(scene, switch):
    if not shutil.which("dpdk-testpmd"):
        scene.note("dpdk-testpmd is not installed: its line is not run")
        return
    text = line_for(switch, 3, "testpmd")["text"]
    # It is interactive, and ends with its input.
    started = scene.start("testpmd", ["sh", "-c", f"mkfifo {scene.run}/stdin; exec {text} <> {scene.run}/stdin"])
    scene.wait("testpmd to attach by the printed line", lambda: is_up(switch, 3), alive=[started])
    scene.check("testpmd attaches by the printed line", True)
    started.end()


def check_refusals(scene, switch):
    expect(scene, "a ring is said to be one", switch.call("port", "args", "lpar4/ent0"), FAILED, "is a ring within")
    expect(scene, "nobody but the library attaches by shared memory",
           switch.call("port", "args", "lpar5/ent0", "--for", "qemu"), FAILED, "use library")
    expect(scene, "VDE can't speak vhost-user", switch.call("port", "args", "lpar3/ent0", "--for", "vde"), FAILED,
           "use qemu, libvirt, testpmd")
    expect(scene, "an adapter that there is not", switch.call("port", "args", "lpar9/ent0"), FAILED, "no adapter is called")
    expect(scene, "a QEMU before its streams", switch.call("port", "args", "lpar1/ent0", "--for", "qemu", "--qemu", "7.1"),
           FAILED, "7.2 is the first")
    expect(scene, "what is no version", switch.call("port", "args", "lpar1/ent0", "--qemu", "new"), USAGE, "one is 7.2")


def check_files(scene, switch):
    file = switch.control.with_suffix(".yaml")
    reply = expect_json(scene, "a file needs no daemon", tell(
        scene, "port", "args", "lpar1/ent0", "--config", file, "--for", "library", "--json", "--control", scene.run / "none"))
    scene.check("its sockets are in the working directory", f"unix:{scene.run}/" not in reply["lines"][0]["text"]
                and '("unix:/' in reply["lines"][0]["text"], reply["lines"][0]["text"])
    expect(scene, "without either there is no answer", tell(
        scene, "port", "args", "lpar1/ent0", "--control", scene.run / "none"), NO_DAEMON, "sealane run FILE")


def check_port_args(scene):
    (scene.run / "here").mkdir()
    switch = Switch(scene, frame(), "lines", wrap=["env", f"--chdir={scene.run}"]).wait_ready()
    library = Library(library_of(scene.sealane))
    expect(scene, "`port args` prints text", switch.call("port", "args", "lpar1/ent0"), DONE, f"addr.path={scene.run}/here/1.sock")
    check_qemu(scene, switch, library, check_library(scene, switch, library))
    check_machines(scene, switch)
    check_testpmd(scene, switch)
    check_refusals(scene, switch)
    check_files(scene, switch)
    switch.check_stops(signal.SIGTERM)
