#!/usr/bin/env bash
# Resident memory: of a small frame, of 256 adapters, and of a million addresses.
#
#   run.sh SEALANE_BINARY    exit 0: passed, 1: failed, 77: cannot run here, with the reason
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../support/prepare.sh"

need_tools
exec python3 "$here/memory_test.py" "$sealane"
