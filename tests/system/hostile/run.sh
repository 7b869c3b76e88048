#!/usr/bin/env bash
# Bad input: what is broken costs its sender, and nobody else.
#
#   run.sh SEALANE_BINARY    exit 0: passed, 1: failed, 77: cannot run here, with the reason
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../support/prepare.sh"

need_tools
exec python3 "$here/hostile_test.py" "$sealane"
