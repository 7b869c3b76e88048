// The address tables, read and changed by control.  Changes run on a worker, as a table has one
// writer.
#include <algorithm>

#include "control/runtime/clock.h"
#include "control/runtime/fixed_addresses.h"
#include "control/runtime/parts.h"
#include "control/runtime/system.h"

namespace sealane::runtime {
namespace {

using hvswitch::AddressEntry;
using hvswitch::AddressKey;
using hvswitch::AddressKind;

std::string name_of(AddressKind kind) {
    switch (kind) {
        case AddressKind::Learned:
            return "learned";
        case AddressKind::Static:
            return "static";
        case AddressKind::Configured:
            return "configured";
    }
    return "";
}

/// The request as the table takes it, or why it can't.
Result<FixedAddress> resolve(const System::Parts& parts, const AddressRequest& request) {
    const auto id = parts.layout.find(request.adapter);
    if (!id) return Error{"no adapter is called '" + request.adapter + "'; see `sealane show`"};
    const hvswitch::PortRules& port = parts.shared->rules().port(*id);
    if (!port.present)
        return Error{request.adapter +
                     " is no adapter of a virtual switch, so it has no addresses"};
    if (!port.is_member(request.vlan)) {
        return Error{request.adapter + " is no member of VLAN " +
                     std::to_string(request.vlan.value) + "; see `sealane vlan`"};
    }
    if (request.mac.is_zero() || request.mac.is_multicast()) {
        return Error{to_string(request.mac) + " is no unicast address"};
    }
    return FixedAddress{AddressKey(port.vswitch, request.vlan, request.mac), *id};
}

/// Runs `change` on a worker, with no other writer at work.
template <typename Change>
void change_tables(const System::Parts& parts, Change&& change) {
    hvswitch::Switch& shared = *parts.shared;
    parts.workers.front()->call([&] { shared.write_tables([&] { change(shared); }); });
}

}  // namespace

std::vector<AddressTableReport> System::address_tables() const {
    std::vector<AddressTableReport> reports;
    if (!has_switch(parts_->part, "addresses")) return reports;
    for (std::uint8_t index = 0; index < parts_->shared->vswitches(); ++index) {
        const hvswitch::AddressTable& table = parts_->shared->table({index});
        const hvswitch::AddressTable::Counts counts = table.counts();
        reports.push_back({.vswitch = parts_->model.vswitches[index].name,
                           .size = table.size(),
                           .capacity = table.capacity(),
                           .added = counts.added,
                           .moved = counts.moved,
                           .aged = counts.aged,
                           .evicted = counts.evicted,
                           .refused = counts.refused});
    }
    return reports;
}

std::vector<AddressReport> System::addresses(const std::string& vswitch, std::size_t limit) const {
    std::vector<std::pair<AddressKey, AddressEntry>> found;
    for (std::uint8_t index = 0; index < parts_->shared->vswitches(); ++index) {
        if (!vswitch.empty() && parts_->model.vswitches[index].name != vswitch) continue;
        parts_->shared->table({index}).for_each(
            [&](AddressKey key, const AddressEntry& entry) { found.emplace_back(key, entry); });
    }
    const auto in_order = [](const auto& a, const auto& b) { return a.first.word < b.first.word; };
    const auto kept = static_cast<std::ptrdiff_t>(std::min(limit, found.size()));
    std::partial_sort(found.begin(), found.begin() + kept, found.end(), in_order);
    found.erase(found.begin() + kept, found.end());

    std::vector<AddressReport> reports;
    reports.reserve(found.size());
    for (const auto& [key, entry] : found) {
        reports.push_back({.vswitch = parts_->model.vswitches[key.vswitch().index].name,
                           .vlan = key.vlan(),
                           .mac = key.mac(),
                           .adapter = parts_->layout.seat(entry.adapter).name,
                           .kind = name_of(entry.kind),
                           .age_s = entry.kind == AddressKind::Learned
                                        ? ((hvswitch::coarse_s(parts_->time()) - entry.seen_s) &
                                           hvswitch::kSeenMask)
                                        : 0});
    }
    return reports;
}

Status System::add_addresses(const std::vector<AddressRequest>& requests) {
    if (Status has = has_switch(parts_->part, "addresses"); !has) return has;
    FixFaults faults(requests.size());
    std::vector<FixedAddress> wanted;
    wanted.reserve(requests.size());
    for (std::size_t i = 0; i < requests.size(); ++i) {
        const auto one = resolve(*parts_, requests[i]);
        if (one) {
            wanted.push_back(*one);
        } else {
            faults.add(i, one.error().text);
        }
    }
    if (faults.none()) look_for_faults(wanted, *parts_->shared, parts_->layout, faults);
    if (!faults.none()) return faults.error();

    // In small pieces: forwarding goes on between them.
    constexpr std::size_t kPiece = 512;
    Status outcome = done();
    std::size_t fixed = 0;
    while (fixed < wanted.size() && outcome.ok()) {
        change_tables(*parts_, [&](hvswitch::Switch& shared) {
            const std::size_t end = std::min(fixed + kPiece, wanted.size());
            while (fixed < end && outcome.ok()) {
                const auto& [key, id] = wanted[fixed];
                outcome = shared.table(key.vswitch()).fix(key, id, AddressKind::Static);
                if (outcome.ok()) ++fixed;
            }
        });
    }
    return outcome;
}

Result<bool> System::remove_address(const std::string& vswitch, VlanId vlan, MacAddress mac) {
    if (Status has = has_switch(parts_->part, "addresses"); !has) return has.error();
    const auto id = find_vswitch(parts_->model, vswitch);
    if (!id) return Error{"no virtual switch is called '" + vswitch + "'"};
    const AddressKey key(*id, vlan, mac);
    hvswitch::Switch& shared = *parts_->shared;
    const auto found = shared.table(*id).find(key);
    if (found && found->kind == AddressKind::Configured) {
        return Error{to_string(mac) + " is " + parts_->layout.seat(found->adapter).name +
                     "'s own address: it goes only with the adapter"};
    }
    bool removed = false;
    change_tables(*parts_,
                  [&](hvswitch::Switch& tables) { removed = tables.table(*id).forget(key); });
    return removed;
}

Result<std::size_t> System::flush_addresses(const FlushRequest& request) {
    if (Status has = has_switch(parts_->part, "addresses"); !has) return has.error();
    std::optional<AdapterId> adapter;
    if (!request.adapter.empty()) {
        adapter = parts_->layout.find(request.adapter);
        if (!adapter)
            return Error{"no adapter is called '" + request.adapter + "'; see `sealane show`"};
    }
    std::optional<VswitchId> vswitch;
    if (!request.vswitch.empty()) {
        vswitch = find_vswitch(parts_->model, request.vswitch);
        if (!vswitch) return Error{"no virtual switch is called '" + request.vswitch + "'"};
    }
    const auto matches = [&](AddressKey key, const AddressEntry& entry) {
        if (entry.kind == AddressKind::Configured) return false;
        return (!adapter || entry.adapter == *adapter) && (!vswitch || key.vswitch() == *vswitch) &&
               (!request.vlan || key.vlan() == *request.vlan);
    };
    std::size_t gone = 0;
    change_tables(*parts_, [&](hvswitch::Switch& shared) {
        for (std::uint8_t index = 0; index < shared.vswitches(); ++index) {
            gone += shared.table({index}).flush(matches, request.fixed_too);
        }
    });
    return gone;
}

}  // namespace sealane::runtime
