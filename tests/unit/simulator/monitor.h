// Holds what happens against the invariants (reference reliability.md 3.5), after every event.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "dataplane/base/slot_word.h"
#include "dataplane/base/time.h"
#include "tests/unit/simulator/lane.h"

namespace sealane::simulator {

inline constexpr std::size_t kNodes = 2, kTrunks = 2;

[[nodiscard]] inline AdapterId adapter_of(std::size_t node, std::size_t trunk) {
    return {static_cast<std::uint16_t>(node * 16 + trunk)};
}
/// kNodes: of none.
[[nodiscard]] inline std::size_t node_of(AdapterId adapter) {
    return adapter == kNoAdapter ? kNodes : adapter.index / std::size_t{16};
}

/// Unicast frames of each direction, over all trunk adapters.
struct Delivered {
    std::uint64_t outward = 0, inward = 0;
    bool operator==(const Delivered&) const = default;
};

/// Keeps the first invariant that is broken, in words.
class Monitor {
  public:
    /// Two pre-emptions of a slot closer together than `hold_down` are too many, unless commanded
    /// (I9).
    explicit Monitor(Duration hold_down) : hold_down_(hold_down) {}

    [[nodiscard]] const std::string& broken() const { return broken_; }
    void fail(std::string what) {
        if (broken_.empty()) broken_ = std::move(what);
    }

    /// The slot's word, whenever it has changed (I3, I5, I9).
    void saw_word(std::size_t trunk, const SlotWord& word, Instant now);
    /// The nodes' modes ask for a change of owner that does not wait for a hold-down.
    void commanded(Instant now) { commanded_ = now; }

    /// A node sends a client's frame to the wire, under the word as it is (I1, I2).
    void carried_out(std::size_t node, std::size_t trunk, const SlotWord& word);
    /// The switch takes a frame from a node (I1, I12).
    void brought_in(std::size_t node, std::size_t trunk, const SlotWord& word, const Probe& probe);
    /// A dataplane or a link is not there: the order of frames is kept only by a hand-over that
    /// meets no fault.
    void disturbed(Instant now);
    /// The host outside, or a client, got a frame (I11, I12).
    void delivered(std::size_t trunk, const Probe& probe);

    /// Which nodes could bridge, as bits, and whether the trunk's slot is owned (I10).
    void saw_fit(std::size_t trunk, unsigned fit, bool owned, Duration bound, Instant now);

    [[nodiscard]] const Delivered& delivered() const { return delivered_; }
    /// Of an owner by another, in all slots.
    [[nodiscard]] std::uint64_t changes() const { return changes_; }

  private:
    struct Trunk {
        SlotWord word;
        Instant preempted{};
        std::uint32_t carried_epoch = 0, inward_epoch = 0;
        std::size_t carrier = kNodes, bringer = kNodes;
        std::array<std::uint64_t, Probe::kKinds> last{};  ///< Number delivered, by kind.
        bool was_handed_over = false;                     ///< To its owner as it is.
        bool is_disturbed = false;                        ///< The hand-over.
        unsigned fit = 0;                                 ///< All the time that it has been free.
        Instant free_since{};
    };

    void saw_owner_change(std::size_t trunk, const SlotWord& before, Instant now);
    void saw_step(std::size_t trunk, const SlotWord& before, Instant now);

    Duration hold_down_;
    std::string broken_;
    std::array<Trunk, kTrunks> trunks_;
    Delivered delivered_;
    std::vector<bool> came_;  ///< By a frame's number.
    Instant commanded_{}, disturbed_{};
    std::uint64_t changes_ = 0;
};

}  // namespace sealane::simulator
