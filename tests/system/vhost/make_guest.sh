#!/usr/bin/env bash
# Makes a small Linux for x86-64 guest: Debian's own cloud kernel, its modules for virtio_net, 802.1Q and bonding, its busybox.
#
#   make_guest.sh OUTDIR    leaves OUTDIR/vmlinuz and OUTDIR/initramfs.cpio
#
# Packages are downloaded and unpacked, never installed.  Exit 77: they can't be had here.
set -euo pipefail

readonly kModules=(virtio_pci virtio_net 8021q bonding)
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../support/guest.sh"

main() {
    take_outdir "$@"
    make_workdir
    [[ -f $out/root/complete ]] || fetch
    copy_modules "$out/root/lib/modules" "$work/modules" "${kModules[@]}"
    pack_initramfs "$out/root/bin/busybox" "$work/modules" "$here/guest_init.sh"
    ln -sf root/vmlinuz "$out/vmlinuz"
}

fetch() {
    local kernel
    kernel=$({ apt-cache depends linux-image-cloud-amd64 2>/dev/null || true; } |
        sed -n 's/^ *Depends: \(linux-image-[0-9].*-cloud-amd64\)$/\1/p' | tail -n 1)
    [[ -n $kernel ]] || skip "this machine's Debian sources have no linux-image-cloud-amd64"
    (cd "$work" && timeout 300 apt-get -q -o APT::Sandbox::User= -o Acquire::Retries=2 download "$kernel" busybox-static) \
        >"$work/log" 2>&1 || skip "$kernel and busybox-static can't be downloaded: $(tail -n 1 "$work/log")"
    local deb
    for deb in "$work"/*.deb; do dpkg -x "$deb" "$work/root"; done
    cp "$work"/root/boot/vmlinuz-* "$work/root/vmlinuz"
    touch "$work/root/complete"
    rm -rf "$out/root"
    mv "$work/root" "$out/root"
}

main "$@"
