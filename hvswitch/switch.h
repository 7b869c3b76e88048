// The hypervisor's virtual switches as shared state: settings, slots and address tables.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "dataplane/worker/quiescence.h"
#include "hvswitch/rules/address_table.h"
#include "hvswitch/rules/slot.h"
#include "hvswitch/rules/switch_rules.h"

namespace sealane::hvswitch {

/// What all workers share.  Frames are moved by Forwarder, one a worker.
///
/// Threads: rules(), slots() and table().find() from any worker; publish() from control; the
/// tables' writers, control among them, through write_tables().
class Switch {
  public:
    struct Settings {
        SwitchRules::Settings rules;
        std::size_t slots = 0;
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
    /// old ones any more.  Then forgets the learned addresses that the new settings don't allow,
    /// and fixes each adapter's own address in its VLANs.  Never call it from a worker.
    void publish(SwitchRules::Settings settings);

    [[nodiscard]] SlotTable& slots() { return slots_; }
    [[nodiscard]] const SlotTable& slots() const { return slots_; }
    [[nodiscard]] std::size_t vswitches() const { return tables_.size(); }
    [[nodiscard]] AddressTable& table(VswitchId id) { return *tables_[id.index]; }
    [[nodiscard]] const AddressTable& table(VswitchId id) const { return *tables_[id.index]; }

    /// Runs `write` with no other writer of any table at work.  It locks, but no frame needs it
    /// whose source the table knows: an address is written once a second at most.
    template <typename Write>
    auto write_tables(Write&& write) {
        const std::lock_guard lock(writing_);
        return write();
    }

    [[nodiscard]] worker::Quiescence& quiescence() { return quiescence_; }

  private:
    void fix_own_addresses();

    worker::Quiescence quiescence_;
    std::unique_ptr<const SwitchRules> owned_rules_;
    std::atomic<const SwitchRules*> rules_;
    SlotTable slots_;
    std::vector<std::unique_ptr<AddressTable>> tables_;
    std::mutex writing_;
};

}  // namespace sealane::hvswitch
