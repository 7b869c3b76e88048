#!/usr/bin/env bash
# libsealane-port against the running switch: frames both ways, counters that agree, and a switch that goes
# and comes back.
#
#   run.sh SEALANE_BINARY    exit 0: passed, 1: failed, 77: cannot run here, with the reason
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../support/prepare.sh"

need_tools
exec python3 "$here/client_test.py" "$sealane"
