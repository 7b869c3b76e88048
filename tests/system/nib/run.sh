#!/usr/bin/env bash
# Network Interface Backup, done by the client: a guest with an adapter on each of two virtual switches, each behind a VIOS of its own.
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
exec "${own_network[@]}" python3 "$here/nib_test.py" "$sealane" "$virtio_guest"
