"""Every verb that asks a daemon."""

import json
import subprocess

from frames import BROADCAST, make_frame
from stream_client import exchange, meet
from streams_frame import client, mac_of
from told import DONE, FAILED, USAGE, expect, expect_cut_short, expect_json

STATS_KEYS = {"rx_frames", "rx_bytes", "tx_frames", "tx_bytes", "copies", "merged", "drops"}
TEXTS = {
    "show": "lpar1/ent0", "stats": "RX FRAMES", "drops": "no frame was dropped", "vlan": "U leaves untagged",
    "sea": "vios1/ent6", "fdb": "addresses;", "config dump": "system: frame1"}


def check_verbs(scene, switch):
    replies = {}
    for verb, text in TEXTS.items():
        expect(scene, f"`{verb}` prints text", switch.call(*verb.split()), DONE, text)
        replies[verb] = expect_json(scene, f"`{verb} --json` prints JSON", switch.call(*verb.split(), "--json"))
        for form in ([], ["--json"]):
            expect_cut_short(scene, *verb.split(), *form, "--control", switch.control)
    adapters = replies["stats"]["adapters"]
    scene.check("stats lists every adapter",
                set(adapters) == {"vios1/ent0", "vios1/ent3", "vios1/ent6", "lpar1/ent0", "lpar2/ent0"}, str(set(adapters)))
    scene.check("with all that is promised", all(STATS_KEYS <= set(row) for row in adapters.values()))
    scene.check("vlan tells tagged from untagged",
                replies["vlan"]["vswitches"]["ETHERNET0"]["adapters"]["lpar1/ent0"] == {"1": "U", "10": "T"})
    scene.check("no colour in a pipe", all("\x1b" not in switch.call(*verb.split()).stdout for verb in TEXTS))
    running = scene.run / "running.yaml"
    running.write_text(switch.call("config", "dump").stdout)
    expect(scene, "the running configuration loads", switch.call("check", running), DONE)
    scene.check("the control socket is its owner's only", switch.control.stat().st_mode & 0o777 == 0o600)


def check_addresses(scene, switch):
    new = "02:00:00:00:77:01"
    expect(scene, "`fdb add`", switch.call("fdb", "add", new, "10", "lpar1/ent0"), DONE, "added 1")
    entries = switch.ask("fdb")["entries"]
    scene.check("it is there", {"vswitch": "ETHERNET0", "vlan": 10, "mac": new, "adapter": "lpar1/ent0",
                                "kind": "static", "age_s": 0} in entries)
    expect(scene, "`fdb del`", switch.call("fdb", "del", new, "10"), DONE, "removed 1")
    expect(scene, "`fdb del` of what is not there", switch.call("fdb", "del", new, "10"), FAILED, "is not in VLAN 10")
    expect(scene, "an adapter's own address stays", switch.call("fdb", "del", mac_of(1), "1"), FAILED, "own address")
    expect(scene, "a VLAN that the adapter is not in", switch.call("fdb", "add", new, "20", "lpar1/ent0"),
           FAILED, "no member of VLAN 20")

    many = scene.run / "many"
    rows = [f"02:00:00:01:{number >> 8:02x}:{number & 255:02x} 1 lpar2/ent0" for number in range(2000)]
    many.write_text("# two thousand\n" + "\n".join(rows) + "\n")
    expect(scene, "`fdb load`", switch.call("fdb", "load", many), DONE, "added 2000")
    size = switch.ask("fdb")["tables"][0]["size"]
    text = expect(scene, "`fdb` leaves the rest out, and says so", switch.call("fdb", "--limit", "10"), DONE, "--limit")
    scene.check("ten and no more", text.stdout.count("lpar") == 10, text.stdout[:200])
    many.write_text("\n".join(row.replace("02:00:00:01", "02:00:00:02") for row in rows) + "\n" + f"{new} 1 lpar9/ent0\n")
    expect(scene, "`fdb load` names the line that is wrong", switch.call("fdb", "load", many), FAILED, f"{many}:2001: ")
    many.write_text(f"{new} 1 lpar9/ent0\n{new} 1 lpar1/ent0\n{new} 99 lpar1/ent0\n")
    text = expect(scene, "`fdb load` names each line that is wrong", switch.call("fdb", "load", many), FAILED, "nothing was loaded")
    scene.check("with its number", [line for line in (1, 2, 3) if f"{many}:{line}: " in text.stderr] == [1, 3], text.stderr)
    scene.check("and then loads nothing", switch.ask("fdb")["tables"][0]["size"] == size)
    many.write_text(f"{new} 1 lpar1/ent0\n# elsewhere\n{new} 1 lpar2/ent0\n")
    expect(scene, "`fdb load` names both lines that contradict each other", switch.call("fdb", "load", many), FAILED,
           f"{many}:3: {new} in VLAN 1 is for lpar2/ent0 here and for lpar1/ent0 in line 1; keep one of them")
    scene.check("and keeps neither", switch.ask("fdb")["tables"][0]["size"] == size)
    check_failed_load_keeps_learned(scene, switch, many)
    expect(scene, "`fdb flush --static`", switch.call("fdb", "flush", "--static", "--vlan", "1"), DONE, "removed 2000")


def check_failed_load_keeps_learned(scene, switch, rows):
    """An address that lpar1 has shown, then fixed elsewhere by a file whose next row can't be."""
    shown = "02:00:00:00:66:01"

    def entries():
        return [(row["adapter"], row["kind"]) for row in switch.ask("fdb")["entries"] if row["mac"] == shown]
    with client(scene.run, 1) as one:
        one.send(make_frame(BROADCAST, shown))
        scene.wait("the address to be learned", entries)
    rows.write_text(f"{shown} 1 lpar2/ent0\n{mac_of(1)} 1 lpar2/ent0\n")
    expect(scene, "`fdb load` of an address that is an adapter's own", switch.call("fdb", "load", rows), FAILED, f"{rows}:2: ")
    scene.check("leaves what was learned where it was", entries() == [("lpar1/ent0", "learned")], str(entries()))
    expect(scene, "`fdb flush` takes it", switch.call("fdb", "flush"), DONE, "removed 1")


def check_mtu(scene, switch):
    def oversize():
        return switch.drops("lpar2/ent0", "out", "oversize")

    before = next(row["mtu"] for row in switch.ask("show")["adapters"] if row["name"] == "lpar2/ent0")
    expect(scene, "`mtu` of an adapter", switch.call("mtu", "lpar2/ent0", "1500"), DONE, "lpar2/ent0: mtu 1500")
    expect(scene, "is what `show` says then", switch.call("show"), DONE, " 1500 ")
    expect(scene, "and what a dump says", switch.call("config", "dump"), DONE, "mtu: 1500")
    with client(scene.run, 1) as one, client(scene.run, 2) as two:
        meet(one, two)
        scene.check("a frame as long goes out", exchange(one, two, 1, 1514) == 1)
        dropped = oversize()
        one.send_to(two, b"longer", 1515)
        scene.wait("a longer one to be dropped for its length", lambda: oversize() == dropped + 1)
        switch.call("mtu", "lpar2/ent0", str(before))
        scene.check("and after another `mtu` it goes out", exchange(one, two, 1, 1515) == 1)
    expect(scene, "an MTU that no adapter can have", switch.call("mtu", "lpar2/ent0", "65395"), USAGE, "68 to 65394")
    expect(scene, "an adapter that there is not", switch.call("mtu", "lpar9/ent0", "1500"), FAILED, "no adapter is called")
    expect(scene, "a SEA has none of its own", switch.call("mtu", "vios1/ent6", "1500"), FAILED, "its real adapter")


def check_watch(scene, switch):
    """Two looks at the rates, then it is ended."""
    command = [scene.sealane, "stats", "--watch", "0.1", "--json", "--control", switch.control]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as watching:
        looks = [json.loads(watching.stdout.readline()) for _ in range(2)]
        watching.kill()
    expect_cut_short(scene, "stats", "--watch", "0.1", "--control", switch.control)
    scene.check("`stats --watch` looks again and again", looks[1]["uptime_s"] > looks[0]["uptime_s"])
