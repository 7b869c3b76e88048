// What the last frame's answer was: frames come in runs, since people talk in conversations.
#pragma once

#include <cstdint>
#include <utility>

#include <rte_mbuf.h>

#include "dataplane/wire/bytes.h"
#include "dataplane/wire/head.h"
#include "hvswitch/rules/address_entry.h"

namespace sealane::hvswitch {

/// The answer for the last key.  It has to be inlined to be worth anything.
template <typename Answer>
class Last {
  public:
    template <typename Ask>
    const Answer& of(AddressKey key, Ask&& ask) {
        if (key != key_) {
            answer_ = ask();
            key_ = key;
        }
        return answer_;
    }

  private:
    AddressKey key_{0};  // no frame's: there is no VLAN 0
    Answer answer_{};
};

/// What was found out about the last frame, for the next one if that is of the same sender: both
/// without tag and offload, and alike from the source address on, 10 bytes.  Its admission is the
/// same then, unless its destination is reserved.
///
/// Borrows frames of the burst, which stay where they were noted.
template <typename Frame>
class Repeat {
  public:
    /// Fills in what is known, if it is of the same sender; the mbuf is the frame's own.
    /// `probe(dst, vlan)` is asked for another destination.
    template <typename Probe>
    [[nodiscard, gnu::always_inline]] bool answers(Frame& frame, Probe&& probe) {
        const rte_mbuf* const mbuf = frame.mbuf;
        const Frame* const sender = std::exchange(sender_, nullptr);
        is_plain_ = mbuf->ol_flags == 0 && mbuf->data_len >= 2 * sizeof(std::uint64_t);
        if (!is_plain_) return false;

        constexpr std::uint64_t kOfSource = 0xffff;  // the last two of the first eight bytes
        const auto* const bytes = rte_pktmbuf_mtod(mbuf, const std::uint8_t*);
        const std::uint64_t first = wire::load_be64(bytes);
        const std::uint64_t second = wire::load_be64(bytes + sizeof first);
        const std::uint64_t difference = first ^ std::exchange(first_, first);
        const bool same_second = second == std::exchange(second_, second);
        const MacAddress dst{first >> 16};
        const bool same_sender = same_second && (difference & kOfSource) == 0;
        if (sender == nullptr || !same_sender || dst.is_reserved()) return false;

        sender_ = sender;
        frame.tci = sender->tci;
        frame.source = sender->source;
        if (difference == 0) {
            frame.destination = receiver_->destination;
        } else {
            frame.destination = probe(dst, sender->tci.vid());
            receiver_ = &frame;
        }
        return true;
    }
    /// The frame that answers() was just asked about has this head, and was admitted.
    void note(const Frame& frame, const wire::FrameHead& head) {
        if (is_plain_ && !head.is_tagged()) sender_ = receiver_ = &frame;
    }

  private:
    const Frame* sender_ = nullptr;    // the first of this sender; null: none that counts
    const Frame* receiver_ = nullptr;  // the first of these to this destination
    bool is_plain_ = false;
    std::uint64_t first_ = 0, second_ = 0;
};

}  // namespace sealane::hvswitch
