#!/usr/bin/env bash
# Two guests that talk, while one of them is reset or killed, and the switch too, again and again.
#
#   run.sh SEALANE_BINARY    exit 0: passed, 1: failed, 77: cannot run here, with the reason
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../support/prepare.sh"

need_virtio_guest

make_virtio_guest
exec python3 "$here/recover_test.py" "$sealane" "$virtio_guest"
