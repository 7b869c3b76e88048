// Cuts an IPv4 packet into fragments.
#pragma once

#include <cstdint>
#include <span>

#include <rte_mbuf.h>

#include "dataplane/wire/fragment.h"

namespace sealane::port {

/// Cuts the frame as `plan`, which was made of it, says.  Each fragment is a buffer of `heads` with
/// headers of its own, followed by buffers that refer to the frame's payload.  `fragments` has
/// room for plan.count() frames.  Takes the frame.  False: `heads` ran empty, and the frame is
/// untouched.
[[nodiscard]] bool fragment(rte_mbuf* frame,
                            const wire::Fragmentation& plan,
                            rte_mempool* heads,
                            std::span<rte_mbuf*> fragments);

}  // namespace sealane::port
