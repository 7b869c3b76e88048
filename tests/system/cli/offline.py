"""The verbs that need no daemon, and lines that nobody could obey."""

import pathlib

from streams_frame import frame_of
from told import DONE, FAILED, USAGE, expect, expect_cut_short, expect_json, tell

WRONG_LINES = (
    [], ["nosuch"], ["run"], ["check"], ["config"], ["show", "extra"], ["show", "--nosuch"], ["show", "--timeout", "0"],
    ["show", "--timeout", "nan"], ["fdb", "add", "zz", "1", "a/b"], ["fdb", "add", "02:00:00:00:00:01", "4095", "a/b"],
    ["fdb", "add", "02:00:00:00:00:01", "010", "a/b"], ["stats", "--watch", "x"], ["stats", "--watch", "nan"],
    ["show", "--control", ""], ["show", "--control", "/" + 107 * "x"])


def check_offline(scene):
    for line in WRONG_LINES:
        expect(scene, f"'{' '.join(line)}' is a usage error", tell(scene, *line), USAGE, "--help")
    reply = expect_json(scene, "a usage error as JSON", tell(scene, "--json", "fdb", "add", "zz", "1", "a/b"), USAGE)
    scene.check("which names the cause", "zz" in reply.get("error", ""))
    for line in (["version"], ["doctor"], ["demo"], ["bench", "--seconds", "0.1"], ["--help"]):
        expect_cut_short(scene, *line)
    expect(scene, "`--frame` is of a part", tell(scene, "run", "x", "--frame", "/d"), USAGE, "needs --as")
    expect(scene, "`--help` names the exit codes", tell(scene, "--help"), DONE, "3 no daemon")
    check_files(scene)
    check_bench(scene)
    expect(scene, "`version` names DPDK", tell(scene, "version"), DONE, "DPDK")
    reply = expect_json(scene, "`version --json`", tell(scene, "version", "--json"))
    scene.check("version has its fields", {"version", "dpdk", "isa", "checksums"} <= set(reply))
    expect(scene, "`doctor` finds that sealane can run here", tell(scene, "doctor"), DONE, "hugepages")
    expect_json(scene, "`doctor --json`", tell(scene, "doctor", "--json"))


def check_bench(scene):
    expect(scene, "`bench` says how fast it is", tell(scene, "bench", "--case", "switch", "--seconds", "0.1"), DONE,
           "MPPS")
    reply = expect_json(scene, "`bench --json`", tell(
        scene, "bench", "--seconds", "0.1", "--size", "512", "--macs", "16", "--json"))
    rows = {row["case"]: row for row in reply.get("rows", [])}
    scene.check("of the switch and across the SEA", set(rows) == {"switch", "sea"}, str(set(rows)))
    scene.check("frames went through, and none was lost",
                all(row["mpps"] > 0 and row["cycles"] > 0 and row["loss"] == 0 for row in rows.values()), str(rows))
    scene.check("of the size that was asked for", all(
        abs(row["gbps"] / row["mpps"] / 8e-3 - 508) < 0.01 for row in rows.values()), str(rows))
    expect(scene, "a case that there is not is a usage error", tell(scene, "bench", "--case", "nosuch"), USAGE, "--case")


def check_files(scene):
    good, bad, dumped = (scene.run / name for name in ("good.yaml", "bad.yaml", "dumped.yaml"))
    good.write_text(frame_of(scene.run, 2))
    bad.write_text(good.read_text().replace("pvid: 1,", "pvid: 4095,") + "nosuch: 1\n")

    expect(scene, "`run --as` says which parts there are", tell(scene, "run", good, "--as", "nosuch"), FAILED,
           "it can run as: hypervisor, ")
    shared = scene.run / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    expect(scene, "a directory that others write to is no place for parts to meet",
           tell(scene, "run", good, "--as", "hypervisor", "--frame", shared), FAILED, "could play hypervisor")
    own = scene.run / "own"
    own.mkdir(mode=0o700)
    link = scene.run / "link"
    link.symlink_to(own)
    for tail in ("", "/", "/.", "//./"):
        expect(scene, f"nor is a link, with '{tail}' behind it",
               tell(scene, "run", good, "--as", "hypervisor", "--frame", f"{link}{tail}"), FAILED, "it is no directory")
    expect(scene, "nor is a file", tell(scene, "run", good, "--as", "hypervisor", "--frame", good), FAILED,
           "it is no directory")
    expect(scene, "`check` sums up a good file", tell(scene, "check", good), DONE,
           f"{good}: ok: 1 vswitch, 3 partitions, 4 adapters, 1 SEA\n")
    done = expect(scene, "`check` tells where a bad file is wrong", tell(scene, "check", bad), FAILED, f"{bad}:")
    scene.check("all faults at once", done.stdout.count(f"{bad}:") >= 4, f"{done.stdout.count(chr(10))} lines")
    both = expect(scene, "`check` of several files fails for one of them", tell(scene, "check", bad, good), FAILED,
                  f"\n{good}: ok: ")
    scene.check("and says whose each fault is", both.stdout.startswith(done.stdout) and done.stdout != "")
    expect(scene, "several good ones are done", tell(scene, "check", good, good), DONE)
    absent = scene.run / "absent.yaml"
    absent.write_text(good.read_text().replace(f"type: qemu-stream, listen: {scene.run}/lpar1.sock",
                                               'type: ethdev, devargs: "net_af_packet0,iface=nosuch0"'))
    expect(scene, "an interface that is not here is a notice", tell(scene, "check", absent), DONE,
           "notice: lpar1/ent0: there is no network interface nosuch0 on this machine")
    samples = sorted((pathlib.Path(__file__).parents[3] / "configs").glob("*.yaml"))
    expect(scene, f"the {len(samples)} files of configs/ have no fault", tell(scene, "check", *samples), DONE,
           f"{samples[0]}: ok: ")
    for line in (["check", good], ["check", bad], ["config", "dump", good]):
        expect_cut_short(scene, *line)
    reply = expect_json(scene, "`check --json` of a bad file", tell(scene, "check", "--json", bad), FAILED)
    scene.check("the same faults as JSON", len(reply.get("faults", [])) == done.stdout.count(f"{bad}:"))
    reply = expect_json(scene, "`config dump --json` of it", tell(scene, "config", "dump", "--json", bad), FAILED)
    scene.check("has the same faults too", len(reply.get("faults", [])) == done.stdout.count(f"{bad}:"))
    expect(scene, "`check` of a file that is not there", tell(scene, "check", "/nonexistent"), FAILED, "/nonexistent")

    dumped.write_text(tell(scene, "config", "dump", good).stdout)
    expect(scene, "what `config dump FILE` prints loads", tell(scene, "check", dumped), DONE)
    again = tell(scene, "config", "dump", dumped).stdout
    scene.check("and dumps to the same", again == dumped.read_text() != "")

    control = scene.run / "never.control"
    expect(scene, "`run` of a bad file fails with the faults", tell(scene, "run", bad, "--control", control),
           FAILED, f"{bad}:")
    reply = expect_json(scene, "`run --json` of it", tell(scene, "run", "--json", bad, "--control", control), FAILED)
    scene.check("has the same faults as `check`", len(reply.get("faults", [])) == done.stdout.count(f"{bad}:"))
    scene.check("and leaves no socket", not control.exists() and not list(scene.run.glob("*.sock")))
    control.write_text("precious")
    expect(scene, "`run` leaves a file that is no socket alone", tell(scene, "run", good, "--control", control),
           FAILED, "no socket")
    scene.check("it is still there", control.read_text() == "precious")
    nowhere = scene.run / "nowhere"
    expect(scene, "`run` names the folder that the control socket lacks",
           tell(scene, "run", good, "--control", nowhere / "control"), FAILED, f"mkdir -p {nowhere}\n")
    for port in (f"type: qemu-stream, listen: {nowhere}/port", f"type: vhost-user, path: {nowhere}/port, mode: server"):
        lacking = scene.run / "lacking.yaml"
        lacking.write_text(good.read_text().replace(f"type: qemu-stream, listen: {scene.run}/lpar1.sock", port))
        expect(scene, f"and the one that a port lacks ({port.split(',')[0]})",
               tell(scene, "run", lacking, "--control", scene.run / "c"), FAILED, f"mkdir -p {nowhere}\n")
    reply = expect_json(scene, "`run --json` says it in JSON",
                        tell(scene, "run", "--json", lacking, "--control", scene.run / "c"), FAILED)
    scene.check("with the cause", f"mkdir -p {nowhere}" in reply.get("error", ""), str(reply))
    expect(scene, "`run` refuses a path that is too long",
           tell(scene, "run", good, "--control", f"/tmp/{'x' * 110}"), USAGE, "107")
