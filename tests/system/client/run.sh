#!/usr/bin/env bash
# libsealane-port against the running switch: frames both ways, counters that agree, and a switch that goes
# and comes back; the same by datagrams, and through QEMU's own `-netdev dgram`
# and `-netdev vde`.
#
#   run.sh SEALANE_BINARY    exit 0: passed, 1: failed, 77: cannot run here, with the reason
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../support/prepare.sh"

need_tools
python3 "$here/client_test.py" "$sealane"
python3 "$here/dgram_test.py" "$sealane"
python3 "$here/shm_test.py" "$sealane"
python3 "$here/ends_test.py" "$sealane"
exec python3 "$here/vde_test.py" "$sealane"
