#!/usr/bin/env bash
# scripts/chaos --peer keepalived runs, and writes what it measured.
#
#   run.sh SEALANE_BINARY    exit 0: passed, 1: failed, 77: cannot run here, with the reason
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../support/prepare.sh"

# It is built beside the program.
probe=$(dirname "$sealane")/../../tests/system/chaos/chaos_probe
[[ -x $probe ]] || { echo "$probe is not built" >&2; exit 2; }
PATH=$PATH:/usr/sbin:/sbin
need_tools keepalived bridge ethtool
need_taps
need_own_network
exec "${own_network[@]}" python3 "$here/beside_test.py" "$sealane" "$probe"
