#!/usr/bin/env bash
# `sealane demo`: it holds what it promises, says so when it does not, and leaves nothing behind.
#
#   run.sh SEALANE_BINARY    exit 0: passed, 1: failed, 77: cannot run here, with the reason
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../support/prepare.sh"

need_tools setpriv
exec python3 "$here/demo_test.py" "$sealane"
