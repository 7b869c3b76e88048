#!/usr/bin/env bash
# A pair of SEAs in one process, each with a wire to a learning bridge, and a host beyond it.
#
#   run.sh SEALANE_BINARY    exit 0: passed, 1: failed, 77: cannot run here, with the reason
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../support/prepare.sh"

need_tools ethtool ping bridge
need_taps
need_own_network
exec "${own_network[@]}" python3 "$here/failover_test.py" "$sealane"
