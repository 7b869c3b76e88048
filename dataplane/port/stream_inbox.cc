#include "dataplane/port/stream_inbox.h"

#include <cstring>

#include "dataplane/port/frame_copy.h"

namespace sealane::port {
namespace {

constexpr std::size_t kLongestUnit = wire::kStreamLengthWord + wire::kStreamFrameLimit;
constexpr std::size_t kCapacity = 2 * kLongestUnit;

}  // namespace

StreamInbox::StreamInbox(std::uint32_t max_frame)
    : bytes_(std::make_unique_for_overwrite<std::uint8_t[]>(kCapacity)), max_frame_(max_frame) {}

std::span<std::uint8_t> StreamInbox::free_space() {
    if (begin_ == end_) begin_ = end_ = 0;
    // A unit that began here might not find its end behind it, so it moves to the front.
    if (kCapacity - begin_ < kLongestUnit) {
        std::memmove(bytes_.get(), bytes_.get() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    return {bytes_.get() + end_, kCapacity - end_};
}

std::uint16_t StreamInbox::take(rte_mbuf** frames,
                                std::uint16_t room,
                                rte_mempool* pool,
                                Tally& tally) {
    using Kind = wire::StreamUnit::Kind;
    std::uint16_t taken = 0;
    while (taken < room && !lost_) {
        const wire::StreamUnit unit = wire::first_unit(held(), max_frame_);
        if (unit.kind == Kind::Incomplete) break;
        if (unit.kind == Kind::Lost) {
            tally.refused(unit.why, 0);  // of what was announced nothing is believed
            lost_ = true;
            break;
        }
        const auto frame = held().subspan(wire::kStreamLengthWord, unit.length);
        begin_ += unit.size();
        if (unit.kind == Kind::Refused) {
            tally.refused(unit.why, unit.length);
        } else if (rte_mbuf* const made = frame_of(frame, pool); made != nullptr) {
            frames[taken++] = made;
        } else {
            tally.refused(Drop::NoBuffer, unit.length);
        }
    }
    return taken;
}

bool StreamInbox::has_unit() const {
    return !lost_ &&
           wire::first_unit(held(), max_frame_).kind != wire::StreamUnit::Kind::Incomplete;
}

void StreamInbox::clear() {
    begin_ = end_ = 0;
    lost_ = false;
}

}  // namespace sealane::port
