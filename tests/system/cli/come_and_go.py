"""Adapters that come and go while others' frames flow."""

from stream_client import exchange, meet
from streams_frame import client, client_text, mac_of, socket_of
from told import DONE, FAILED, expect, expect_json

NUMBER = 9
NAME = f"lpar{NUMBER}/ent0"


def check_come_and_go(scene, switch):
    before = switch.call("config", "dump").stdout
    expect(scene, "`adapter add` tells the name and the address",
           switch.call("adapter", "add", f"lpar{NUMBER}", client_text(scene.run, NUMBER)), DONE, f"{NAME}: added, address {mac_of(NUMBER)}")
    with client(scene.run, 1) as one, client(scene.run, NUMBER) as new:
        meet(one, new)
        scene.check("frames pass between it and one of the file", exchange(new, one, 200) == 200)
        expect_json(scene, "`adapter remove --json`, with its client there", switch.call("adapter", "remove", NAME, "--json"))
        scene.check("whose connection ends", new.is_closed())
        scene.check("its socket goes, too", not socket_of(scene.run, NUMBER).exists())
    scene.check("the configuration is as before", switch.call("config", "dump").stdout == before)
    scene.check("what it had come to is kept", switch.ask("stats")["adapters"]["(removed)"]["rx_frames"] >= 200)
    expect(scene, "what is not there can't be removed", switch.call("adapter", "remove", NAME), FAILED, "no adapter is called")
    expect(scene, "nor what a SEA needs", switch.call("adapter", "remove", "vios1/ent3"), FAILED, "a trunk adapter")
    expect(scene, "a bad adapter is refused with its place",
           switch.call("adapter", "add", "lpar8", client_text(scene.run, NUMBER).replace("pvid: 1", "pvid: 4095")), FAILED, "1:")
    switch.check_laws("after that")
