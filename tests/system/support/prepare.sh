# Sourced by every run.sh:  sets `sealane` and `own_network`, and says why a test can't run here.

skip() { echo "skipped: $*"; exit 77; }

[[ $# -eq 1 ]] || { echo "usage: run.sh SEALANE_BINARY" >&2; exit 2; }
sealane=$(realpath "$1")
[[ -x $sealane ]] || { echo "$1 is not a program" >&2; exit 2; }
support=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export PYTHONPATH=$support PYTHONDONTWRITEBYTECODE=1

need_tools() {
    for tool in python3 "$@"; do
        command -v "$tool" >/dev/null || skip "$tool is not installed"
    done
}

# An x86 Linux with virtio-net, kept in $virtio_guest once make_virtio_guest has made it.
virtio_guest=${SEALANE_VIRTIO_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sealane/virtio-guest}
need_virtio_guest() {
    need_tools qemu-system-x86_64 busybox apt-get dpkg flock
    [[ $(uname -m) == x86_64 ]] || skip "the guest is for x86-64"
}
make_virtio_guest() { "$support/../vhost/make_guest.sh" "$virtio_guest"; }

# Root makes namespaces; others do where the machine lets them be root in a user namespace of their own.
need_own_network() {
    need_tools ip unshare nsenter
    own_network=(unshare --net)
    [[ $EUID -eq 0 ]] || own_network=(unshare --user --map-root-user --net)
    local why
    why=$("${own_network[@]}" ip link set lo up 2>&1) || skip "network namespaces can't be made here: ${why:-no reason given}"
}

need_taps() {
    [[ -r /dev/net/tun && -w /dev/net/tun ]] || skip "/dev/net/tun can't be opened"
}
