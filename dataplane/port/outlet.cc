#include "dataplane/port/outlet.h"

#include <algorithm>

namespace sealane::port {

Outlet::Outlet(Port& port, rte_mempool* heads, Settings settings)
    : port_(port), heads_(heads), tpid_(settings.tpid), shared_(settings.shared) {
    const PortTraits traits = port.traits();
    const std::uint32_t untagged = settings.mtu + std::uint32_t{wire::kHeaderLength};
    max_untagged_ = std::min(untagged, traits.max_frame);
    max_tagged_ = std::min(untagged + std::uint32_t{wire::kTagLength}, traits.max_frame);
    tag_beside_ = traits.tag_beside;
}

void Outlet::emit(rte_mbuf** frames, std::uint16_t count, Tally& tally) {
    tally.offered(count);
    std::uint16_t ready = 0;
    for (std::uint16_t i = 0; i < count; ++i) {
        rte_mbuf* const frame = make_ready(frames[i], tally);
        if (frame != nullptr) [[likely]]
            frames[ready++] = frame;
    }
    if (ready == 0) return;

    if (shared_) rte_spinlock_lock(&lock_);
    port_.send(frames, ready, tally);
    if (shared_) rte_spinlock_unlock(&lock_);
}

void Outlet::service(Instant now, Tally& tally) {
    if (shared_) rte_spinlock_lock(&lock_);
    port_.service(now, tally);
    if (shared_) rte_spinlock_unlock(&lock_);
}

rte_mbuf* Outlet::make_ready(rte_mbuf* frame, Tally& tally) const {
    const bool tagged = has_tag_beside(frame);
    if (length_of(frame) > (tagged ? max_tagged_ : max_untagged_)) [[unlikely]] {
        tally.drop(frame, Direction::Out, Drop::Oversize);
        return nullptr;
    }
    if (!tagged || tag_beside_) return frame;

    const wire::Tci tci = tag_beside(frame);
    clear_tag_beside(frame);
    rte_mbuf* const ready = put_tag(frame, tpid_, tci, heads_);
    if (ready == nullptr) [[unlikely]]
        tally.drop(frame, Direction::Out, Drop::NoBuffer);
    return ready;
}

}  // namespace sealane::port
