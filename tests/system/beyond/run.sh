#!/usr/bin/env bash
# A guest and a host beyond a pair of SEAs, each VIOS a process: TCP goes on while VIOSes are killed.
#
#   run.sh SEALANE_BINARY    exit 0: passed, 1: failed, 77: cannot run here, with the reason
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${SEALANE_VIRTIO_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sealane/virtio-guest}

source "$here/../support/prepare.sh"

need_tools qemu-system-x86_64 busybox apt-get dpkg flock ping bridge
[[ $(uname -m) == x86_64 ]] || skip "the guest is for x86-64"
need_taps
need_own_network

"$here/../vhost/make_guest.sh" "$cache"
exec "${own_network[@]}" python3 "$here/beyond_test.py" "$sealane" "$cache"
