#!/usr/bin/env bash
# A guest and a host beyond a pair of SEAs, each VIOS a process: TCP goes on while VIOSes are killed.
#
#   run.sh SEALANE_BINARY    exit 0: passed, 1: failed, 77: cannot run here, with the reason
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../support/prepare.sh"

need_virtio_guest
need_tools ping bridge
need_taps
need_own_network

make_virtio_guest
exec "${own_network[@]}" python3 "$here/beyond_test.py" "$sealane" "$virtio_guest"
