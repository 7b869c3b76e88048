#!/usr/bin/env bash
# Starting and ending: signals, SIGKILL, running without rights, and what an idle frame costs.
#
#   run.sh SEALANE_BINARY    exit 0: passed, 1: failed, 77: cannot run here, with the reason
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../support/prepare.sh"

need_tools setpriv
exec python3 "$here/life_test.py" "$sealane"
