#!/usr/bin/env bash
# V34 against a Linux bridge: access, trunk and hybrid members of both get the same frames, byte for byte.
#
#   run.sh SEALANE_BINARY    exit 0: passed, 1: failed, 77: cannot run here, with the reason
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../support/prepare.sh"

need_tools bridge
need_taps
need_own_network
why=$("${own_network[@]}" ip link add probe type bridge vlan_filtering 1 2>&1) ||
    skip "this kernel has no bridge with VLAN filtering: ${why:-no reason given}"
exec "${own_network[@]}" python3 "$here/bridge_test.py" "$sealane"
