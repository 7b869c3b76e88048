#!/usr/bin/env bash
# Makes a small Linux for x86-64 guest: Debian's own cloud kernel, its virtio_net module, its busybox.
#
#   make_guest.sh OUTDIR    leaves OUTDIR/vmlinuz and OUTDIR/initramfs.cpio
#
# Packages are downloaded and unpacked, never installed.  Exit 77: they can't be had here.
set -euo pipefail

readonly kModules=(virtio_pci virtio_net)
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

skip() { echo "skipped: $*"; exit 77; }

main() {
    [[ $# -eq 1 ]] || { echo "usage: make_guest.sh OUTDIR" >&2; exit 2; }
    mkdir -p "$1"
    out=$(cd "$1" && pwd)
    exec 9>"$out/.lock"
    flock 9  # two builds' tests may share one OUTDIR
    work=$(mktemp -d "$out/work.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    [[ -f $out/root/complete ]] || fetch
    pack_initramfs
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

# Copies a module and all it depends on, and writes them down in the order in which insmod can take them.
copy_module() {
    local into=$1 name=$2 file needed
    [[ ! -f $into/$name.ko ]] || return 0
    file=$(find "$out/root/lib/modules" -name "$name.ko" | head -n 1)
    [[ -n $file ]] || { echo "the kernel package has no module $name.ko" >&2; exit 1; }
    for needed in $(tr '\0' '\n' <"$file" | sed -n 's/^depends=//p' | tr ',' ' '); do
        copy_module "$into" "$needed"
    done
    cp "$file" "$into/"
    echo "$name" >>"$into/order"
}

pack_initramfs() {
    local tree=$work/initramfs name
    mkdir -p "$tree"/{bin,dev,proc,sys,tmp,modules}
    for name in "${kModules[@]}"; do copy_module "$tree/modules" "$name"; done
    cp "$out/root/bin/busybox" "$tree/bin/"
    install -m 755 "$here/guest_init.sh" "$tree/init"
    (cd "$tree" && find . | busybox cpio -o -H newc >"$work/initramfs.cpio" 2>/dev/null)
    mv "$work/initramfs.cpio" "$out/initramfs.cpio"
    ln -sf root/vmlinuz "$out/vmlinuz"
}

main "$@"
