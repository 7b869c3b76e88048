#!/usr/bin/env bash
# What `cmake --install` puts into a folder is enough: the examples are built against it, by pkg-config and
# by CMake, and run; the libraries show what they should and no more.
#
#   run.sh SEALANE_BINARY    exit 0: passed, 1: failed, 77: cannot run here, with the reason
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../support/prepare.sh"

need_tools cc cmake pkg-config nm readelf
exec python3 "$here/installed_test.py" "$sealane"
