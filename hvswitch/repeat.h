// What the last frame's answer was: frames come in runs, since people talk in conversations.
#pragma once

#include <cstdint>
#include <utility>

#include <rte_mbuf.h>

#include "dataplane/base/mac.h"
#include "dataplane/wire/bytes.h"
#include "dataplane/wire/tag.h"
#include "hvswitch/rules/admit.h"

namespace sealane::hvswitch {

/// What was found out about the last frame, for the next one if that is of the same sender: both
/// without tag and offload, not too long, and alike from the source address on, 10 bytes.  Its
/// admission is the same then, unless its destination is reserved.
///
/// It has to be inlined to be worth anything: what it keeps lives in registers then.
class Repeat {
  public:
    struct Answer {
        bool same_sender = false;    ///< As the frame that was noted last, and no other since.
        bool same_receiver = false;  ///< Its destination address, too.
        MacAddress dst{};            ///< The frame's, if same_sender.
    };

    /// Asked once for each frame, in order.
    [[nodiscard, gnu::always_inline]] Answer ask(const rte_mbuf* mbuf) {
        const bool has_sender = std::exchange(has_sender_, false);
        is_plain_ = mbuf->ol_flags == 0 && mbuf->data_len >= 2 * sizeof(std::uint64_t) &&
                    mbuf->pkt_len <= kMaxVirtualFrame;
        if (!is_plain_) return {};

        constexpr std::uint64_t kOfSource = 0xffff;  // the last two of the first eight bytes
        const auto* const bytes = rte_pktmbuf_mtod(mbuf, const std::uint8_t*);
        const std::uint64_t first = wire::load_be64(bytes);
        const std::uint64_t second = wire::load_be64(bytes + sizeof first);
        const std::uint64_t difference = first ^ std::exchange(first_, first);
        const bool same_second = second == std::exchange(second_, second);
        const MacAddress dst{first >> 16};
        const bool same_sender = same_second && (difference & kOfSource) == 0;
        if (!has_sender || !same_sender || dst.is_reserved()) return {};

        has_sender_ = true;
        return {.same_sender = true, .same_receiver = difference == 0, .dst = dst};
    }
    /// The frame that was just asked about was looked at: whether it counts for the next, its TCI,
    /// and the number of its source address.
    [[gnu::always_inline]] void note(bool counts, wire::Tci tci, std::uint8_t source) {
        has_sender_ = is_plain_ && counts;
        tci_ = tci;
        source_ = source;
    }
    // Of the frame that was noted last.
    [[nodiscard]] wire::Tci tci() const { return tci_; }
    [[nodiscard]] std::uint8_t source() const { return source_; }

  private:
    bool has_sender_ = false;
    bool is_plain_ = false;
    wire::Tci tci_{};
    std::uint8_t source_ = 0;
    std::uint64_t first_ = 0, second_ = 0;
};

}  // namespace sealane::hvswitch
