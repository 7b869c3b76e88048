#!/usr/bin/env bash
# Small clients of every kind come back by themselves, whatever ends.
#
#   run.sh SEALANE_BINARY    exit 0: passed, 1: failed, 77: cannot run here, with the reason
#
# $SEALANE_COMEBACKS: how often each end comes (30); $SEALANE_SEED: of the order (1).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../support/prepare.sh"

need_tools
plugins=$(cd "$(dirname "$sealane")/../../client" && pwd)
export PYTHONPATH=$PYTHONPATH:$here/../client:$here/../vhost VDEPLUGIN_PATH=$plugins
exec python3 "$here/comeback_test.py" "$sealane"
