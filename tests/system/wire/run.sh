#!/usr/bin/env bash
# Two kernels as clients of a SEA, and one on its wire: what is too long, and what is merged.
#
#   run.sh SEALANE_BINARY    exit 0: passed, 1: failed, 77: cannot run here, with the reason
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../support/prepare.sh"

tap_guest=$(dirname "$sealane")/../../tests/support/tap_guest
[[ -x $tap_guest ]] || skip "$tap_guest is not built"
need_taps
need_own_network
exec "${own_network[@]}" python3 "$here/wire_test.py" "$sealane" "$tap_guest"
