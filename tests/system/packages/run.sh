#!/usr/bin/env bash
# The Debian packages, installed into a copy of this machine that is in memory and gone afterwards: they install, run, build
# an example, and leave nothing when they are purged.
#
#   run.sh SEALANE_BINARY    exit 0: passed, 1: failed, 77: cannot run here, with the reason
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../support/prepare.sh"

need_tools cpack dpkg dpkg-deb dpkg-shlibdeps unshare chroot cc pkg-config cmake
[[ $EUID -eq 0 ]] || skip "only root mounts a copy of this machine"
own_mounts=(unshare --mount --propagation private)
why=$("${own_mounts[@]}" bash -c "source '$here/copy.sh' && make_copy && chroot \"\$copy\" true" 2>&1) ||
    skip "no copy of this machine can be mounted: ${why:-no reason given}"
exec "${own_mounts[@]}" bash -c "source '$here/copy.sh' && make_copy && exec python3 '$here/packages_test.py' '$sealane'"
