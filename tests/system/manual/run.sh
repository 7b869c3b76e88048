#!/usr/bin/env bash
# The manual pages name every verb, option and key there is, and mandoc has nothing to say of them.
#
#   run.sh SEALANE_BINARY    exit 0: passed, 1: failed, 77: cannot run here, with the reason
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../support/prepare.sh"

need_tools mandoc
exec python3 "$here/manual_test.py" "$sealane"
