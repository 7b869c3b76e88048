# Sourced by every make_guest.sh: what a test guest is packed from.

guest_support=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

skip() { echo "skipped: $*"; exit 77; }

# Sets `out` to that folder, for this script alone until it ends: two builds' tests may share one.
take_outdir() {
    [[ $# -eq 1 ]] || { echo "usage: make_guest.sh OUTDIR" >&2; exit 2; }
    mkdir -p "$1"
    out=$(cd "$1" && pwd)
    exec 9>"$out/.lock"
    flock 9
}

# Sets `work` to a folder in `out` that goes when the script ends.
make_workdir() {
    work=$(mktemp -d "$out/work.XXXXXX")
    trap 'rm -rf "$work"' EXIT
}

# copy_modules TREE INTO NAME...: modules and all they depend on, written down in the order in which insmod takes them.
copy_modules() {
    local tree=$1 into=$2 name
    shift 2
    mkdir -p "$into"
    for name in "$@"; do copy_module "$tree" "$into" "$name"; done
}

copy_module() {
    local tree=$1 into=$2 name=$3 file needed
    [[ ! -f $into/$name.ko ]] || return 0
    file=$(find "$tree" -name "$name.ko" | head -n 1)
    [[ -n $file ]] || { echo "the kernel package has no module $name.ko" >&2; exit 1; }
    for needed in $(tr '\0' '\n' <"$file" | sed -n 's/^depends=//p' | tr ',' ' '); do
        copy_module "$tree" "$into" "$needed"
    done
    cp "$file" "$into/"
    echo "$name" >>"$into/order"
}

# pack_initramfs BUSYBOX MODULES INIT: makes $out/initramfs.cpio of them and of guest_base.sh.
pack_initramfs() {
    local root=$work/initramfs
    mkdir -p "$root"/{bin,dev,proc,sys,tmp}
    cp "$1" "$root/bin/busybox"
    cp -r "$2" "$root/modules"
    install -m 755 "$3" "$root/init"
    cp "$guest_support/guest_base.sh" "$root/base"
    (cd "$root" && find . | busybox cpio -o -H newc >"$work/initramfs.cpio" 2>/dev/null)
    mv "$work/initramfs.cpio" "$out/initramfs.cpio"
}
