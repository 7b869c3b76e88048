"""QEMU as the x86 guests of `vhost/make_guest.sh` want it; what they are ordered to do is told in `vhost/guest_init.sh`."""


def nic(path, ends, mac, number=0, queues=1, properties=""):
    """A virtio-net device whose vhost-user socket is `path`; `ends` says who makes it, as QEMU's chardev does."""
    return ["-chardev", f"socket,id=c{number},path={path},{ends}",
            "-netdev", f"vhost-user,id=n{number},chardev=c{number},queues={queues}",
            # QEMU 7.2 without KVM crashes where vhost and MSI-X meet.
            "-device", f"virtio-net-pci,netdev=n{number},romfile=,vectors=0,mq={'on' if queues > 1 else 'off'},"
                       f"mac={mac}{properties}"]


def start_guest(scene, name, guest_dir, orders, nics, more=()):
    """`orders`: by name, those that are empty left out.  Ends with its kernel unless `more` says otherwise."""
    words = " ".join(f"sealane.{order}={value}" for order, value in orders.items() if value)
    return scene.start(name, [
        "qemu-system-x86_64", "-M", "q35", "-accel", "tcg", "-nodefaults", "-nographic", "-serial", "stdio",
        "-m", "192", "-object", "memory-backend-memfd,id=m,size=192M,share=on", "-machine", "memory-backend=m",
        "-kernel", guest_dir / "vmlinuz", "-initrd", guest_dir / "initramfs.cpio",
        "-append", f"console=ttyS0 loglevel=3 panic=1 {words}", *(more or ["-no-reboot"]),
        *(word for one in nics for word in one)])
