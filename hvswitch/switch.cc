#include "hvswitch/switch.h"

#include <utility>

#include "dataplane/base/check.h"

namespace sealane::hvswitch {
namespace {

/// The settings leave the entry where it is.  What they don't change must not go for a moment
/// either: frames to it would be lost.
bool allows(const SwitchRules& rules, AddressKey key, const AddressEntry& entry) {
    if (entry.adapter.index >= rules.adapters()) return false;
    const PortRules& port = rules.port(entry.adapter);
    if (!port.present || port.vswitch != key.vswitch() || !port.is_member(key.vlan())) return false;
    switch (entry.kind) {
        case AddressKind::Learned:
            return !port.is_trunk;
        case AddressKind::Configured:
            return port.mac == key.mac();
        case AddressKind::Static:
            return true;
    }
    return false;
}

}  // namespace

Switch::Switch(Settings settings)
    : quiescence_(settings.workers),
      owned_rules_(std::make_unique<const SwitchRules>(std::move(settings.rules))),
      rules_(owned_rules_.get()),
      slots_(settings.slot_words.empty() ? SlotTable(settings.slots)
                                         : SlotTable(settings.slot_words)),
      several_workers_(settings.workers > 1) {
    SEALANE_CHECK(slots_.size() == settings.slots, "a trunk slot has no word, or a word no slot");
    for (std::size_t slot = 0; slot < settings.slots; ++slot) {
        brought_in_.push_back(std::make_unique<BroughtIn>());
    }
    for (const AddressTable::Limits& limits : settings.tables) {
        // Another seed for each table: what collides in one doesn't in the next.
        const std::uint64_t seed = settings.seed + tables_.size() * 0x9e37'79b9'7f4a'7c15;
        tables_.push_back(std::make_unique<AddressTable>(limits, seed));
    }
    fix_own_addresses();
}

Switch::~Switch() = default;

void Switch::publish(SwitchRules::Settings settings) {
    auto fresh = std::make_unique<const SwitchRules>(std::move(settings));
    rules_.store(fresh.get(), std::memory_order_release);
    quiescence_.wait();
    owned_rules_ = std::move(fresh);
}

void Switch::adapt_tables() {
    const SwitchRules& now = rules();
    write_tables([&] {
        for (const auto& table : tables_) {
            table->flush(
                [&](AddressKey key, const AddressEntry& entry) { return !allows(now, key, entry); },
                true);
        }
    });
    fix_own_addresses();
}

void Switch::fix_own_addresses() {
    for (std::size_t index = 0; index < rules().adapters(); ++index) {
        fix_own_address({static_cast<std::uint16_t>(index)});
    }
}

void Switch::fix_own_address(AdapterId own) {
    const PortRules& port = rules().port(own);
    if (!port.present || port.mac.is_zero()) return;
    for (std::uint16_t vlan = 1; vlan < kVlanCount - 1; ++vlan) {
        if (!port.is_member({vlan})) continue;
        // Refused only where the table is full of fixed addresses, by command that is (the
        // loader sees to it that all own ones fit), or another adapter has the same one, which
        // the loader refuses; a learned entry would do as well.
        write_tables([&] {
            [[maybe_unused]] const Status fixed =
                table(port.vswitch)
                    .fix(AddressKey(port.vswitch, {vlan}, port.mac), own, AddressKind::Configured);
        });
    }
}

void Switch::forget(AdapterId adapter) {
    write_tables([&] {
        for (const auto& table : tables_) {
            table->flush(
                [&](AddressKey, const AddressEntry& entry) { return entry.adapter == adapter; },
                true);
        }
    });
}

}  // namespace sealane::hvswitch
