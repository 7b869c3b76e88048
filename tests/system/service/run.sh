#!/usr/bin/env bash
# As a service: the manager hears READY=1 when frames are carried and STOPPING=1 when the end begins; the unit is one that systemd
# takes, and leaves little open.
#
#   run.sh SEALANE_BINARY    exit 0: passed, 1: failed, 77: cannot run here, with the reason
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../support/prepare.sh"

need_tools systemd-analyze cmake
exec python3 "$here/service_test.py" "$sealane"
