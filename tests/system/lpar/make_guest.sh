#!/usr/bin/env bash
# Makes an unmodified Linux for POWER guest: Debian's own kernel, its ibmveth and 8021q modules, its busybox.
#
#   make_guest.sh OUTDIR    leaves OUTDIR/vmlinux, OUTDIR/initramfs.cpio and OUTDIR/versions
#
# The packages come from the machine's own Debian sources through an apt of our own (own state, own architecture),
# so the host's dpkg never hears of ppc64el and no root is needed.  Exit 77: the packages can't be had here.
set -euo pipefail

readonly kModules=(ibmveth 8021q)
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../support/guest.sh"

main() {
    need apt-get; need dpkg; need flock
    need busybox
    take_outdir "$@"

    local stamp
    stamp=$(cat "$here"/{make_guest,guest_init}.sh "$guest_support"/{guest,guest_base}.sh | sha256sum)
    if [[ -f $out/stamp && $(<"$out/stamp") == "$stamp" ]]; then
        echo "guest is ready: $(tr '\n' ' ' <"$out/versions")"
        return
    fi
    rm -f "$out/stamp"
    make_workdir
    [[ -f $out/parts/complete ]] || fetch_parts
    pack_initramfs "$out/parts/busybox" "$out/parts/modules" "$here/guest_init.sh"
    ln -sf parts/vmlinux "$out/vmlinux"
    cp "$out/parts/versions" "$out/versions"
    echo "$stamp" >"$out/stamp"
    echo "guest is made: $(tr '\n' ' ' <"$out/versions")"
}

need() { command -v "$1" >/dev/null || skip "$1 is not installed"; }

# apt for ppc64el with a state of its own; reads the machine's sources and keyrings only.
apt_power() {
    local tool=$1
    shift
    timeout 300 "$tool" -q -o APT::Architecture=ppc64el -o APT::Architectures=ppc64el \
        -o Dir::State="$work/state" -o Dir::State::status="$work/state/status" -o Dir::Cache="$work/cache" \
        -o APT::Sandbox::User= -o Acquire::Languages=none \
        -o Acquire::Retries=2 -o Acquire::http::Timeout=20 "$@"
}

# Downloads the two packages and keeps of them what a guest needs.
fetch_parts() {
    mkdir -p "$work"/{state/lists/partial,cache/archives/partial,debs,root,parts}
    : >"$work/state/status"

    # One index of many may fail (a third party's, a mirror in mid-update); what counts is what can then be had.
    apt_power apt-get update >"$work/update.log" 2>&1 || true
    local kernel
    kernel=$(newest_kernel)
    [[ -n $kernel ]] || skip "Debian's ppc64el packages can't be had: $(why_not "$work/update.log")"

    (cd "$work/debs" && apt_power apt-get download "$kernel" busybox-static) >"$work/download.log" 2>&1 ||
        skip "$kernel and busybox-static for ppc64el can't be downloaded: $(why_not "$work/download.log")"
    local deb
    for deb in "$work"/debs/*.deb; do
        dpkg -x "$deb" "$work/root"
        basename "$deb" .deb
    done >"$work/parts/versions"

    cp "$work"/root/boot/vmlinux-* "$work/parts/vmlinux"
    cp "$work/root/bin/busybox" "$work/parts/busybox"
    copy_modules "$work/root/lib/modules" "$work/parts/modules" "${kModules[@]}"
    touch "$work/parts/complete"
    rm -rf "$out/parts"
    mv "$work/parts" "$out/parts"
}

# The package that the meta package stands for; nothing where the indexes don't know it.
newest_kernel() {
    { apt_power apt-cache depends linux-image-powerpc64le 2>/dev/null || true; } |
        sed -n 's/^ *Depends: \(linux-image-[0-9].*-powerpc64le\)$/\1/p' | tail -n 1
}

why_not() { grep -m 1 -E 'Failed to fetch|^E:' "$1" || echo "these sources have none"; }

main "$@"
