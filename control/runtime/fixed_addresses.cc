#include "control/runtime/fixed_addresses.h"

#include <map>
#include <unordered_map>

namespace sealane::runtime {

namespace {

using hvswitch::AddressEntry;
using hvswitch::AddressKey;
using hvswitch::AddressKind;
using hvswitch::AddressTable;

constexpr std::size_t kMostLines = 20;  // a wrong list is wrong in every entry

std::string name_of(AddressKey key) {
    return to_string(key.mac()) + " in VLAN " + std::to_string(key.vlan().value);
}

std::size_t fixed_in(const AddressTable& table) {
    std::size_t fixed = 0;
    table.for_each([&](AddressKey, const AddressEntry& entry) {
        fixed += entry.kind != AddressKind::Learned ? 1 : 0;
    });
    return fixed;
}

}  // namespace

void FixFaults::add(std::size_t index, const std::string& text) {
    add(of_ == 1 ? text : "entry " + std::to_string(index + 1) + ": " + text);
}

void FixFaults::add(const std::string& text) {
    if (++count_ <= kMostLines) lines_ += (lines_.empty() ? "" : "\n") + text;
}

Error FixFaults::error() const {
    if (count_ <= kMostLines) return Error{lines_};
    return Error{lines_ + "\nand " + std::to_string(count_ - kMostLines) + " more"};
}

void look_for_faults(std::span<const FixedAddress> wanted,
                     const hvswitch::Switch& shared,
                     const Layout& layout,
                     FixFaults& faults) {
    std::unordered_map<std::uint64_t, std::size_t> first;  // by key, which entry has it
    first.reserve(wanted.size());
    std::map<std::uint8_t, std::size_t> added;  // by virtual switch, how many more it will hold
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const auto& [key, adapter] = wanted[i];
        const auto [earlier, is_new] = first.emplace(key.word, i);
        if (!is_new) {
            const AdapterId other = wanted[earlier->second].adapter;
            if (other == adapter) continue;
            faults.add(i,
                       name_of(key) + " is for " + layout.seat(adapter).name + " here and for " +
                           layout.seat(other).name + " in entry " +
                           std::to_string(earlier->second + 1) + "; keep one of them");
            continue;
        }
        const auto there = shared.table(key.vswitch()).find(key);
        if (!there || there->kind == AddressKind::Learned) {
            ++added[key.vswitch().index];
        } else if (there->adapter != adapter) {
            const std::string& owner = layout.seat(there->adapter).name;
            faults.add(i,
                       there->kind == AddressKind::Configured
                           ? name_of(key) + " is " + owner + "'s own address"
                           : name_of(key) + " is fixed to " + owner + "; remove it there first");
        }
    }
    for (const auto& [vswitch, more] : added) {
        const AddressTable& table = shared.table({vswitch});
        if (table.size() + more <= table.capacity()) continue;  // without looking at each
        const std::size_t fixed = fixed_in(table);
        if (fixed + more <= table.capacity()) continue;
        faults.add("the address table has " + std::to_string(table.capacity()) + " entries, " +
                   std::to_string(fixed) + " of them fixed: no room for " + std::to_string(more) +
                   " more; give its virtual switch an address_table with a larger capacity");
    }
}

}  // namespace sealane::runtime
