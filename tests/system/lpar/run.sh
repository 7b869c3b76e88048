#!/usr/bin/env bash
# The real LPAR test: three unmodified Linux for POWER guests, our switch, our SEA, and an outside host.
#
#   run.sh SEALANE_BINARY    exit 0: passed, 1: failed, 77: cannot run here, with the reason
#
# Guests are kept in $SEALANE_LPAR_CACHE (default ~/.cache/sealane/lpar-guest).  Everything the test makes lives in
# network namespaces that no name refers to, so that they vanish with its processes.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${SEALANE_LPAR_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sealane/lpar-guest}

source "$here/../support/prepare.sh"

need_tools qemu-system-ppc64 ethtool busybox ping
need_taps
need_own_network

"$here/make_guest.sh" "$cache"
exec "${own_network[@]}" python3 "$here/lpar_test.py" "$sealane" "$cache"
