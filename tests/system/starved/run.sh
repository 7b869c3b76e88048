#!/usr/bin/env bash
# A VIOS that gets a twentieth of a processor, as under a quota of the kernel: its partner takes over once, not again and again.
#
#   run.sh SEALANE_BINARY    exit 0: passed, 1: failed, 77: cannot run here, with the reason
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../support/prepare.sh"

# It is built beside the program.
probe=$(dirname "$sealane")/../../tests/system/chaos/chaos_probe
[[ -x $probe ]] || { echo "$probe is not built" >&2; exit 2; }
need_taps
need_own_network
export PYTHONPATH=$PYTHONPATH:$here/../chaos
exec "${own_network[@]}" python3 "$here/starved_test.py" "$sealane" "$probe"
