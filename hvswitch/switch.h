// The hypervisor's virtual switches as shared state: settings, slots and address tables.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "dataplane/worker/quiescence.h"
#include "hvswitch/rules/address_table.h"
#include "hvswitch/rules/brought_in.h"
#include "hvswitch/rules/slot.h"
#include "hvswitch/rules/switch_rules.h"

namespace sealane::hvswitch {

/// What all workers share.  Frames are moved by Forwarder, one a worker.
///
/// Threads: rules(), slots(), brought_in() and table().find() from any worker; publish() from
/// control; whatever writes to a table, adapt_tables() included, from a worker (Worker::call)
/// through write_tables().
class Switch {
  public:
    struct Settings {
        SwitchRules::Settings rules;
        std::size_t slots = 0;
        /// Where the slots are kept for others to look at: one word a slot, which outlives the
        /// switch (SlotTable).  Empty: the switch has its own.
        std::span<std::atomic<std::uint64_t>> slot_words;
        std::vector<AddressTable::Limits> tables;  ///< One for each vswitch, by VswitchId.
        std::uint32_t workers = 1;
        std::uint64_t seed = 0;
    };

    explicit Switch(Settings settings);
    ~Switch();
    Switch(const Switch&) = delete;
    Switch& operator=(const Switch&) = delete;

    /// Valid until the calling worker's next quiescent point.
    [[nodiscard]] const SwitchRules& rules() const {
        return *rules_.load(std::memory_order_acquire);
    }

    /// Replaces the settings: workers see them from their next burst on; returns when none uses the
    /// old ones any more.  Never call it from a worker.  adapt_tables() belongs after it.
    void publish(SwitchRules::Settings settings);

    /// Brings the tables in line with the settings: forgets the addresses that these don't allow,
    /// and fixes each adapter's own address in its VLANs.  On a worker, as every writer, and so are
    /// fix_own_address() and forget().
    void adapt_tables();

    /// Of one adapter only.  What is kept of who had its number before goes with forget().
    void fix_own_address(AdapterId own);
    /// All addresses of the adapter, fixed ones too.
    void forget(AdapterId adapter);

    [[nodiscard]] SlotTable& slots() { return slots_; }
    [[nodiscard]] const SlotTable& slots() const { return slots_; }
    [[nodiscard]] BroughtIn& brought_in(SlotId slot) { return *brought_in_[slot.index]; }
    [[nodiscard]] std::uint8_t vswitches() const {
        return static_cast<std::uint8_t>(tables_.size());
    }
    [[nodiscard]] AddressTable& table(VswitchId id) { return *tables_[id.index]; }
    [[nodiscard]] const AddressTable& table(VswitchId id) const { return *tables_[id.index]; }

    /// Runs `write` with no other writer of any table at work.  Locks only where there are several
    /// workers: a single one is the only writer (design 4).
    template <typename Write>
    auto write_tables(Write&& write) {
        std::unique_lock lock(writing_, std::defer_lock);
        if (several_workers_) lock.lock();
        return write();
    }

    [[nodiscard]] worker::Quiescence& quiescence() { return quiescence_; }

  private:
    void fix_own_addresses();

    worker::Quiescence quiescence_;
    std::unique_ptr<const SwitchRules> owned_rules_;
    std::atomic<const SwitchRules*> rules_;
    SlotTable slots_;
    std::vector<std::unique_ptr<BroughtIn>> brought_in_;  ///< By SlotId.
    std::vector<std::unique_ptr<AddressTable>> tables_;
    bool several_workers_;
    std::mutex writing_;
};

}  // namespace sealane::hvswitch
