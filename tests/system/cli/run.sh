#!/usr/bin/env bash
# The command line as a user meets it: exit codes, messages, JSON, and what is left behind.
#
#   run.sh SEALANE_BINARY    exit 0: passed, 1: failed, 77: cannot run here, with the reason
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../support/prepare.sh"

need_tools
export PYTHONPATH=$PYTHONPATH:$here/../client  # libsealane-port, by which clients attach
exec python3 "$here/cli_test.py" "$sealane"
