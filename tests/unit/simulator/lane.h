// One trunk adapter's traffic in a simulated SEA: what dataplane/sea/bridge and handover do,
// without buffers, by the same Permit and Inlet.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>

#include "dataplane/base/ids.h"
#include "dataplane/base/slot_word.h"
#include "dataplane/sea/permit.h"

namespace sealane::simulator {

/// A numbered frame of a VLAN.
struct Probe {
    enum class Kind : std::uint8_t { Outward, OutwardToAll, Rarp, Inward, InwardToAll };
    static constexpr std::size_t kKinds = 5;
    Kind kind = Kind::Outward;
    std::uint64_t number = 0;
    bool is_flooded = false;  ///< The outside did not know where the client is.

    [[nodiscard]] bool is_from_client() const { return kind <= Kind::Rarp; }
    [[nodiscard]] bool is_to_all() const { return kind != Kind::Outward && kind != Kind::Inward; }
};

/// Where frames go from there.  Each frame that was put in comes out once, by one of these.
class Ways {
  public:
    Ways() = default;
    Ways(const Ways&) = delete;
    Ways& operator=(const Ways&) = delete;
    virtual ~Ways() = default;

    virtual void outward(const Probe& probe) = 0;
    virtual void inward(const Probe& probe) = 0;
    virtual void dropped(const Probe& probe) = 0;
};

class Lane {
  public:
    static constexpr std::size_t kRoom = 256;  ///< Of each queue; what is beyond is dropped.

    /// `word` is looked at where the product looks; it may be a mutant's.
    Lane(AdapterId adapter, const std::atomic<std::uint64_t>& word, Ways& ways)
        : ways_(ways),
          permit_{.word = &word, .mine = SlotWord::held_by(adapter), .answer = &answer_},
          inlet_(permit_) {}
    Lane(const Lane&) = delete;
    Lane& operator=(const Lane&) = delete;

    void from_switch(const Probe& probe) { put(link_, probe); }
    void from_wire(const Probe& probe) { put(wire_, probe); }
    /// The two halves of a worker's turn.
    void look_at_wire();
    void look_at_link();

    [[nodiscard]] std::uint64_t answer() const { return answer_.load(); }
    [[nodiscard]] std::size_t queued() const {
        return link_.size() + wire_.size() + outward_.size() + inward_.size();
    }

  private:
    enum class Way : std::uint8_t { Go, Wait, Refuse };
    using Queue = std::deque<Probe>;

    void put(Queue& queue, const Probe& probe);
    void let_in(const Probe& probe);
    void flush(Way way);
    void note_drained(std::uint64_t looked, sea::Right right);
    [[nodiscard]] Way way_of(sea::Right right) const;

    Ways& ways_;
    std::atomic<std::uint64_t> answer_{0};
    sea::Permit permit_;
    sea::Inlet inlet_;
    Queue link_, wire_;       ///< What has come.
    Queue outward_, inward_;  ///< What is held.
    std::uint64_t empty_at_ = 0;
};

}  // namespace sealane::simulator
