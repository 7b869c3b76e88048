#include "embed/client.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <rte_mbuf.h>

#include "dataplane/port/frame_copy.h"
#include "dataplane/port/tally.h"

namespace sealane::embed {
namespace {

bool fits(const sealane_frame& frame) {
    return frame.bytes != nullptr && frame.length > 0 && frame.length <= SEALANE_MAX_FRAME;
}

}  // namespace

Client::Client(Instance& of, port::RingEnd& end, rte_mempool* frames)
    : of_(of), end_(end), pool_(frames) {
    end_.set_open(true);
}

Client::~Client() {
    end_.set_open(false);
    do {
        give_back();
        port::Tally tally(counters_);
        lent_count_ = end_.receive(lent_.data(), kBurst, tally);
    } while (lent_count_ > 0);
}

int Client::send(const sealane_frame* frames, unsigned count) {
    const auto* const wrong =
        std::find_if_not(frames, frames + count, [](const auto& one) { return fits(one); });
    const auto good = static_cast<unsigned>(wrong - frames);
    if (good == 0 && count > 0) return -EMSGSIZE;
    unsigned sent = 0;
    while (sent < good) {
        const unsigned wanted = std::min(good - sent, kBurst);
        const unsigned taken = send_burst(frames + sent, wanted);
        sent += taken;
        if (taken < wanted) break;
    }
    return static_cast<int>(sent);
}

unsigned Client::send_burst(const sealane_frame* frames, unsigned count) {
    std::array<rte_mbuf*, kBurst> burst;
    unsigned made = 0;
    for (; made < count; ++made) {
        const sealane_frame& frame = frames[made];
        burst[made] =
            port::frame_of({static_cast<const std::uint8_t*>(frame.bytes), frame.length}, pool_);
        if (burst[made] == nullptr) break;
    }
    const std::uint64_t before = counters_.tx_frames.read();
    port::Tally tally(counters_);
    end_.send(burst.data(), static_cast<std::uint16_t>(made), tally);
    return static_cast<unsigned>(counters_.tx_frames.read() - before);
}

int Client::receive(sealane_frame* frames, unsigned count) {
    give_back();
    end_.awake();
    port::Tally tally(counters_);
    const auto room = static_cast<std::uint16_t>(std::min(count, kBurst));
    lent_count_ = end_.receive(lent_.data(), room, tally);
    if (lent_count_ == 0 && room > 0 && !end_.prepare_to_sleep())
        lent_count_ = end_.receive(lent_.data(), room, tally);
    for (unsigned i = 0; i < lent_count_; ++i) {
        const rte_mbuf* const frame = lent_[i];
        frames[i] = {rte_pktmbuf_mtod(frame, const void*), frame->pkt_len};
        if (frame->nb_segs == 1) continue;
        joined_[i].resize(frame->pkt_len);
        port::copy_bytes(frame, joined_[i].data());
        frames[i].bytes = joined_[i].data();
    }
    return static_cast<int>(lent_count_);
}

void Client::give_back() { rte_pktmbuf_free_bulk(lent_.data(), std::exchange(lent_count_, 0)); }

}  // namespace sealane::embed
