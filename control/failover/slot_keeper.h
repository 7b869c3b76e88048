// The hypervisor's side of the trunk slots: who owns each, and who is told (design 5).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "control/ha/types.h"
#include "dataplane/base/ids.h"
#include "dataplane/base/slot_word.h"
#include "dataplane/base/time.h"
#include "hvswitch/rules/lease.h"
#include "hvswitch/rules/slot.h"

namespace sealane::failover {

/// A SEA with high availability, by its place in the hypervisor's list of them.
struct SeaIndex {
    std::size_t value = 0;
    constexpr auto operator<=>(const SeaIndex&) const = default;
};

/// A trunk adapter that competes for a slot.  A disabled one does not, and its SEA hears nothing of
/// its slot.
struct Contender {
    AdapterId adapter;
    hvswitch::SlotId slot;
    SeaIndex sea;
    std::uint8_t place = 0;  ///< Among the trunk adapters of its SEA, by rising PVID.
    Duration lease{};
};

/// What a SEA is to be told of one of its slots.
struct SlotNews {
    SeaIndex sea;
    ha::SlotChanged change;
    bool operator==(const SlotNews&) const = default;
};

/// What the hypervisor sees of frames under way.  Threads: the keeper's.
class Traffic {
  public:
    Traffic() = default;
    Traffic(const Traffic&) = delete;
    Traffic& operator=(const Traffic&) = delete;
    virtual ~Traffic() = default;

    /// A mark of this moment, and whether the switch's workers have all begun anew since.
    [[nodiscard]] virtual std::uint64_t mark() = 0;
    [[nodiscard]] virtual bool have_passed(std::uint64_t mark) = 0;
    /// The word of its slot that the SEA says it has done with.
    [[nodiscard]] virtual std::uint64_t answer(const Contender& of) = 0;
    /// How often the switch found nothing at the trunk adapter.
    [[nodiscard]] virtual std::uint64_t empty_polls(AdapterId trunk) = 0;
};

/// So much earlier than a hand-over the switch begins to note groups' frames: a frame for both SEAs
/// may come to one so much later than to the other, as two queues of a switch outside let it.
inline constexpr Duration kNoting = std::chrono::milliseconds{10};
/// Bounds of a hand-over: whoever does not answer loses frames, and holds up nobody for longer.
inline constexpr Duration kMostTurning = std::chrono::milliseconds{200};
/// From the new owner's first frame to the last that the old one brings in.
inline constexpr Duration kMostLingering = std::chrono::milliseconds{200};
inline constexpr Duration kMostClosing = std::chrono::milliseconds{200};
/// So long after the clients were announced the outside may still send to the old owner: what its
/// switch had queued there, and what it had decided on.
inline constexpr Duration kSettling = std::chrono::milliseconds{3};
/// So long after a hand-over the next of the slot does not begin: the new owner brings in what it
/// kept, and the switch compares that with what the one before brought in.
inline constexpr Duration kRest = std::chrono::milliseconds{100};

/// Keeps the leases of all slots that SEAs compete for, and shows workers their owners.  Every
/// change is news to each connected SEA that has an adapter there, in the order of the changes.
/// A call for a slot that is not the caller's to change changes nothing; the answer says how
/// things are.
///
/// What is offered changes hands in steps (SlotPhase), so that no frame is lost.  The owner stays
/// owner until what it had of outward frames is out; if the heir goes before, it stays so for good,
/// and if the owner goes, the heir owns at once.
///
/// No clock is read here: `now` is the hypervisor's.  Owned by one thread.
class SlotKeeper {
  public:
    using News = std::vector<SlotNews>;

    /// `shown` and `traffic` outlive it; the slots of contenders are written by it alone.
    SlotKeeper(std::vector<Contender> contenders,
               std::size_t seas,
               hvswitch::SlotTable& shown,
               Traffic& traffic);

    /// The SEA is there and hears how each of its slots stands.
    [[nodiscard]] News connect(SeaIndex sea);
    /// It is gone: what it owned is free at once.
    [[nodiscard]] News disconnect(SeaIndex sea);

    /// What is free or expired is its own at once; what is offered to it when the hand-over has
    /// come so far (advance()).  While one is under way, or was just now, it has to ask again.
    [[nodiscard]] News acquire(SeaIndex sea, ha::TrunkSet trunks, Instant now);
    /// It has told the outside where the clients are.
    void announced(SeaIndex sea, ha::TrunkSet trunks, Instant now);
    /// Offers the slots to the other SEA there, connected or not.
    [[nodiscard]] News hand_over(SeaIndex sea, ha::TrunkSet trunks);
    [[nodiscard]] News withdraw(SeaIndex sea, ha::TrunkSet trunks);
    [[nodiscard]] News release(SeaIndex sea, ha::TrunkSet trunks);

    /// The hypervisor looked: `progress` is how far each SEA's dataplane has come, by SeaIndex.  To
    /// be called often within a lease, and before acquire() of the same turn.
    [[nodiscard]] News observe(std::span<const std::uint64_t> progress, Instant now);
    /// Goes on with hand-overs, as far as frames have gone.  To be called often while there is one.
    [[nodiscard]] News advance(Instant now);
    [[nodiscard]] bool is_handing_over() const;

  private:
    struct HandOver {
        hvswitch::Passage passage;
        Instant until{};                 ///< Of the phase.
        std::uint64_t mark = 0;          ///< Of Traffic.
        std::optional<Instant> settled;  ///< Lingering: the outside has turned by then.
        bool is_closed = false;          ///< Closing: the former owner said so, at `mark`.
        std::optional<std::uint64_t> empty_polls;  ///< Closing: when `mark` had passed.
        Instant rests_until{};                     ///< Settled: since the last one.
    };

    void begin(const Contender& heir, Instant now);
    void begin_turning(const Contender& owner, Instant now);
    void turn(const Contender& owner, Instant now, News& news);
    void close(const Contender& former, Instant now);
    [[nodiscard]] const Contender& contender(AdapterId adapter) const;
    [[nodiscard]] hvswitch::LeaseTerms terms_of(const Contender& one) const {
        return {.lease = one.lease, .progress = progress_[one.sea.value]};
    }
    [[nodiscard]] HandOver& hand_over_of(const Contender& one) {
        return hand_overs_[one.slot.index];
    }
    void enter(hvswitch::SlotId slot, SlotPhase phase, Instant until);
    void show(hvswitch::SlotId slot);

    [[nodiscard]] const Contender* find(SeaIndex sea, std::size_t place) const;
    [[nodiscard]] AdapterId other_than(const Contender& one) const;
    [[nodiscard]] hvswitch::SlotLease& lease_of(const Contender& one) {
        return leases_[one.slot.index];
    }
    [[nodiscard]] ha::SlotChanged as_seen_by(const Contender& one) const;
    /// `next`: of a new owner.
    void change(hvswitch::SlotId slot,
                const hvswitch::SlotLease& after,
                News& news,
                const HandOver& next);
    void change(hvswitch::SlotId slot, const hvswitch::SlotLease& after, News& news) {
        change(slot, after, news, {});
    }

    template <typename Deed>
    void for_each_of(SeaIndex sea, ha::TrunkSet trunks, Deed&& deed) const;

    std::vector<Contender> contenders_;
    std::vector<hvswitch::SlotLease> leases_;  ///< By SlotId; those without contenders stay free.
    std::vector<HandOver> hand_overs_;         ///< By SlotId.
    std::vector<bool> connected_;              ///< By SeaIndex.
    std::vector<std::uint64_t> progress_;      ///< By SeaIndex, when last observed.
    hvswitch::SlotTable& shown_;
    Traffic& traffic_;
    Instant now_{};  ///< When it was told last.
};

}  // namespace sealane::failover
