"""One guest of the LPAR test."""

import re


class Guest:
    """An unmodified Linux for POWER on a `spapr-vlan` adapter; its console is its log.

    QEMU's small firmware (x-vof) starts the kernel 9 s sooner than SLOF does; the network is the kernel's alone.
    """

    def __init__(self, scene, name, guest_dir, netdev, mac, orders):
        self.name = name
        self.orders = orders
        words = " ".join(f"sealane.{key}={value}" for key, value in orders.items())
        self.qemu = scene.start(name, [
            "qemu-system-ppc64", "-M", "pseries,x-vof=on", "-accel", "tcg", "-nodefaults", "-nographic", "-no-reboot",
            "-serial", "stdio", "-m", "512", "-kernel", guest_dir / "vmlinux",
            "-initrd", guest_dir / "initramfs.cpio", "-append", f"console=hvc0 loglevel=4 panic=1 {words}",
            "-device", f"spapr-vlan,netdev=n0,mac={mac}",
            "-netdev", netdev])

    def said(self):
        console = self.qemu.log.read_text(errors="replace")
        return [line.strip() for line in re.findall(r"LPAR-TEST (.*)", console)]

    def is_done(self):
        return "done" in self.said()
