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

/// What was found out about the last frame, for the next one if that has the same header: both
/// without tag and offload, and the first 16 bytes alike.  Its admission is the same then.
///
/// Borrows the last frame, which stays where it was noted.
template <typename Frame>
class Repeat {
  public:
    /// Fills in what is known, if it is the same; the mbuf is the frame's own.
    [[nodiscard]] bool answers(Frame& frame) {
        const rte_mbuf* const mbuf = frame.mbuf;
        const Frame* const known = std::exchange(known_, nullptr);
        is_plain_ = mbuf->ol_flags == 0 && mbuf->data_len >= 2 * sizeof(std::uint64_t);
        if (!is_plain_) return false;
        const auto* const bytes = rte_pktmbuf_mtod(mbuf, const std::uint8_t*);
        const std::uint64_t first = std::exchange(first_, wire::load_be64(bytes));
        const std::uint64_t second = std::exchange(second_, wire::load_be64(bytes + sizeof first));
        if (known == nullptr || first != first_ || second != second_) return false;
        known_ = known;
        frame.tci = known->tci;
        frame.source = known->source;
        frame.destination = known->destination;
        return true;
    }
    /// The frame that answers() was just asked about has this head, and was admitted.
    void note(const Frame& frame, const wire::FrameHead& head) {
        if (is_plain_ && !head.is_tagged()) known_ = &frame;
    }

  private:
    const Frame* known_ = nullptr;
    bool is_plain_ = false;
    std::uint64_t first_ = 0, second_ = 0;
};

}  // namespace sealane::hvswitch
