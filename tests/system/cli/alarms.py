"""What `sealane events` tells of a pair that is not as it should be, as text and as JSON."""

import signal

from processes import comes_true
from switch import Switch
from told import DONE, expect, expect_json

VIOS = """\
  - name: vios{own}
    type: vios
    adapters:
      - {{name: ent0, type: physical, impair: {{}}, port: {{type: ring}}}}
      - {{name: ent3, type: virtual, vswitch: ETHERNET0, pvid: 1, trunk_priority: {own}}}
      - {{name: ent5, type: virtual, vswitch: ETHERNET0, pvid: 100, impair: {{}}}}
    seas:
      - {{name: ent6, real_adapter: ent0, virt_adapters: [ent3], pvid_adapter: ent3, pvid: 1, ctl_chan: ent5,
         ha_mode: auto, health_time: 0, keepalive_ms: 100, lease_ms: 2000}}
"""
FRAME = "system: frame1\nvswitches: [{name: ETHERNET0}]\npartitions:\n" + "".join(VIOS.format(own=own) for own in (1, 2))
SEAS = ("vios1/ent6", "vios2/ent6")
NOT_HEARD = ("partner_unknown", "nothing is heard of a partner on the control channel")
HEARD_AGAIN = ("partner_unknown", "a partner is heard on the control channel")
NOBODY = ("nobody_bridges", "nobody bridges: no SEA of the pair can")


def check_alarms(scene):
    switch = Switch(scene, FRAME, "pair").wait_ready()
    comes_true(lambda: [sea["state"] for sea in switch.ask("sea")["seas"]] == ["PRIMARY", "BACKUP"])
    impair(scene, switch, "vios1/ent5", "down")
    check_told(scene, switch, "alarm", *NOT_HEARD)
    impair(scene, switch, "vios1/ent5", "up")
    check_told(scene, switch, "alarm_over", *HEARD_AGAIN)
    for own in (1, 2):
        impair(scene, switch, f"vios{own}/ent0", "down")
    check_told(scene, switch, "alarm", *NOBODY)
    number = switch.ask("events")["events"][-1]["number"]
    expect(scene, "`events --after` the last tells nothing more", switch.call("events", "--after", number + 1000), DONE,
           "nothing has happened")
    switch.check_stops(signal.SIGTERM)


def impair(scene, switch, adapter, link):
    expect(scene, f"the link of {adapter} goes {link}", switch.call("impair", adapter, "--link", link), DONE)


def check_told(scene, switch, kind, what, cause):
    def told():
        return {event["sea"] for event in switch.ask("events")["events"]
                if (event["kind"], event["what"], event["cause"]) == (kind, what, cause)}
    scene.check(f"both SEAs tell {kind} {what} with its cause, as JSON", comes_true(lambda: told() == set(SEAS)), told())
    expect_json(scene, "of the known schema", switch.call("events", "--json"))
    lines = expect(scene, "`events` prints text", switch.call("events"), DONE).stdout.splitlines()
    for sea in SEAS:
        scene.check(f"and as a line of text, of {sea}",
                    any(line.endswith(cause) and line.split()[3:6] == [sea, kind, what] for line in lines))
