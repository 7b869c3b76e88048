#!/usr/bin/env bash
# Two kernels on TAPs, and the wire of one of them is bad, as `sealane impair` says.
#
#   run.sh SEALANE_BINARY    exit 0: passed, 1: failed, 77: cannot run here, with the reason
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../support/prepare.sh"

need_tools ethtool ping
need_taps
need_own_network
exec "${own_network[@]}" python3 "$here/impair_test.py" "$sealane"
