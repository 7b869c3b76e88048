"""A frame whose hypervisor and two VIOSes are processes; the VIOSes' wires are TAPs, up1 and up2, that end at a bridge outside."""

from network import Namespace
from processes import must, run_text


class Vioses:
    """Of the frame that `text` describes; the bridge's own address is the host's, which `outside` is."""

    def __init__(self, scene, text, host):
        self.scene = scene
        self.folder = scene.run / "frame"
        self.config = scene.run / "frame.yaml"
        self.config.write_text(text)
        self.outside = Namespace(scene, "outside")
        # An address of its own, which does not go with a wire that does.
        must(*self.outside.inside("ip", "link", "add", "br0", "address", "0a:00:00:00:00:01", "type", "bridge"))
        self.outside.set_up("br0", f"{host}/24", mtu=1500)
        self.processes = {}
        self.start("hypervisor")
        for own in (1, 2):
            self.start_vios(own)

    def start(self, part):
        self.processes[part] = self.scene.start(
            part, [self.scene.sealane, "run", self.config, "--as", part, "--frame", self.folder])
        self.scene.wait(f"{part} to answer", lambda: self.call(part, "show").returncode == 0, alive=[self.processes[part]])

    def start_vios(self, own):
        self.start(f"vios{own}")
        self.outside.adopt(f"up{own}")
        must(*self.outside.inside("ip", "link", "set", f"up{own}", "master", "br0", "up"))

    def kill(self, own):
        self.processes.pop(f"vios{own}").end()

    def call(self, part, *words):
        return run_text([self.scene.sealane, *words, "--control", self.folder / f"{part}.control"])
