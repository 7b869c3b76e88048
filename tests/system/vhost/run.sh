#!/usr/bin/env bash
# vhost-user ports against real peers: Linux guests with virtio-net, DPDK's testpmd, and drivers that mean ill.
#
#   run.sh SEALANE_BINARY    exit 0: passed, 1: failed, 77: cannot run here, with the reason
#
# The guest is kept in $SEALANE_VIRTIO_CACHE (default ~/.cache/sealane/virtio-guest).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../support/prepare.sh"

need_virtio_guest
need_tools dpdk-testpmd setpriv

if [[ $EUID -eq 0 ]]; then
    tap_guest=$(dirname "$sealane")/../../tests/support/tap_guest
    [[ -x $tap_guest ]] || skip "$tap_guest is not built"
    need_taps
    need_own_network
fi

failed=0
python3 "$here/driver_test.py" "$sealane" || failed=1
python3 "$here/attack_test.py" "$sealane" || failed=1
python3 "$here/restart_test.py" "$sealane" || failed=1
python3 "$here/pmd_test.py" "$sealane" || failed=1
if [[ $EUID -eq 0 ]]; then  # whoever isn't has shown with all of this that no right is needed
    "${own_network[@]}" python3 "$here/nobody_test.py" "$sealane" "$tap_guest" || failed=1
    python3 "$here/readme_test.py" "$sealane" || failed=1
fi
make_virtio_guest || exit $((failed == 1 ? 1 : $?))
python3 "$here/guest_test.py" "$sealane" "$virtio_guest" || failed=1
exit $failed
