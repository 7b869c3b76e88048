#!/usr/bin/env bash
# Resident memory: of a small frame, of 256 adapters, and of a million addresses.
#
#   run.sh SEALANE_BINARY    exit 0: passed, 1: failed, 77: cannot run here, with the reason
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../support/prepare.sh"

need_tools
free=$(awk '/^HugePages_Free:/ { print $2 }' /proc/meminfo)
[[ ${free:-0} -eq 0 ]] || skip "$free hugepages are free, and sealane would use them, which is not what is measured: sysctl vm.nr_hugepages=0"
exec python3 "$here/memory_test.py" "$sealane"
