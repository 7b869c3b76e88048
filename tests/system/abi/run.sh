#!/usr/bin/env bash
# What both libraries show to their users is what packaging/abi says; and the check notices what it should.
#
#   run.sh SEALANE_BINARY    exit 0: passed, 1: failed, 77: cannot run here, with the reason
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../support/prepare.sh"

need_tools abidw abidiff
exec python3 "$here/abi_test.py" "$sealane"
