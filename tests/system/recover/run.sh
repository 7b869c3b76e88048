#!/usr/bin/env bash
# Two guests that talk, while one of them is reset or killed, and the switch too, again and again.
#
#   run.sh SEALANE_BINARY    exit 0: passed, 1: failed, 77: cannot run here, with the reason
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${SEALANE_VIRTIO_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sealane/virtio-guest}

source "$here/../support/prepare.sh"

need_tools qemu-system-x86_64 busybox apt-get dpkg flock
[[ $(uname -m) == x86_64 ]] || skip "the guest is for x86-64"

"$here/../vhost/make_guest.sh" "$cache"
exec python3 "$here/recover_test.py" "$sealane" "$cache"
