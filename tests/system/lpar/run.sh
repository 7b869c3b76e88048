#!/usr/bin/env bash
# The real LPAR test: two unmodified Linux for POWER guests, our switch, our SEA, and an outside host.
#
#   run.sh SEALANE_BINARY    exit 0: passed, 1: failed, 77: cannot run here, with the reason
#
# Guests are kept in $SEALANE_LPAR_CACHE (default ~/.cache/sealane/lpar-guest).  Everything the test makes lives in
# network namespaces that no name refers to, so that they vanish with its processes.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${SEALANE_LPAR_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sealane/lpar-guest}

skip() { echo "skipped: $*"; exit 77; }

[[ $# -eq 1 ]] || { echo "usage: run.sh SEALANE_BINARY" >&2; exit 2; }
sealane=$(realpath "$1")
[[ -x $sealane ]] || { echo "$1 is not a program" >&2; exit 2; }

for tool in qemu-system-ppc64 ip ethtool busybox unshare nsenter python3; do
    command -v "$tool" >/dev/null || skip "$tool is not installed"
done
[[ -r /dev/net/tun && -w /dev/net/tun ]] || skip "/dev/net/tun can't be opened"

# Root makes namespaces; others do where the machine lets them be root in a user namespace of their own.
own_network=(unshare --net)
[[ $EUID -eq 0 ]] || own_network=(unshare --user --map-root-user --net)
why=$("${own_network[@]}" ip link set lo up 2>&1) || skip "network namespaces can't be made here: ${why:-no reason given}"

"$here/make_guest.sh" "$cache"
exec "${own_network[@]}" python3 -B "$here/lpar_test.py" "$sealane" "$cache"
