#!/usr/bin/env bash
# Real kernels in namespaces: an outside host and four clients talk TCP through our switch and our SEA.
#
#   run.sh SEALANE_BINARY    exit 0: passed, 1: failed, 77: cannot run here, with the reason
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../support/prepare.sh"

need_tools ethtool iperf3 ping
need_taps
need_own_network
exec "${own_network[@]}" python3 "$here/kernel_test.py" "$sealane"
