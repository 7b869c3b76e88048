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
