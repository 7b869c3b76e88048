# Sourced inside a mount namespace.

# make_copy: this machine's file system, written to in memory only, at $copy.
make_copy() {
    local memory=/mnt
    mount -t tmpfs -o size=512m none "$memory"
    mkdir "$memory/upper" "$memory/work" "$memory/copy"
    export copy=$memory/copy
    mount -t overlay overlay -o "lowerdir=/,upperdir=$memory/upper,workdir=$memory/work" "$copy"
    mount -t proc none "$copy/proc"
    mount --rbind /sys "$copy/sys"
    mount --rbind /dev "$copy/dev"
    mount -t tmpfs none "$copy/run"
    mount -t tmpfs none "$copy/tmp"
}
