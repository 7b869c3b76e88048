#include "dataplane/port/fragmenter.h"

#include <algorithm>

#include "dataplane/port/pieces.h"

namespace sealane::port {
namespace {

/// As fragment(), but the frame stays, and of fragments that were not made the rest is null.
bool make_fragments(rte_mbuf* frame,
                    const wire::Fragmentation& plan,
                    rte_mempool* heads,
                    std::span<rte_mbuf*> fragments) {
    Supply supply(heads);
    Payload payload(frame, plan.headers(0), false);
    for (std::uint32_t i = 0; i < plan.count(); ++i) {
        const std::uint32_t expected = 2 * (plan.count() - i);
        rte_mbuf* const made = supply.take(expected);
        if (made == nullptr) return false;
        fragments[i] = made;
        dress(made, frame, plan.headers(i));
        if (!append_payload(made, payload, plan.length(i), supply, expected - 1)) return false;
        plan.write(rte_pktmbuf_mtod(made, std::uint8_t*), i);
    }
    return true;
}

}  // namespace

bool fragment(rte_mbuf* frame,
              const wire::Fragmentation& plan,
              rte_mempool* heads,
              std::span<rte_mbuf*> fragments) {
    fragments = fragments.first(plan.count());
    std::ranges::fill(fragments, nullptr);
    if (!make_fragments(frame, plan, heads, fragments)) {
        rte_pktmbuf_free_bulk(fragments.data(), plan.count());
        return false;
    }
    rte_pktmbuf_free(frame);
    return true;
}

}  // namespace sealane::port
