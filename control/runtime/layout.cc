#include "control/runtime/layout.h"

#include <algorithm>
#include <cctype>

#include "dataplane/base/check.h"

namespace sealane::runtime {
namespace {

const config::Sea* sea_around(const config::Partition& partition, const std::string& adapter) {
    for (const config::Sea& sea : partition.seas) {
        const bool is_trunk =
            std::ranges::find(sea.virt_adapters, adapter) != sea.virt_adapters.end();
        if (is_trunk || sea.real_adapter == adapter) return &sea;
    }
    return nullptr;
}

AdapterRole role_of(const config::Adapter& adapter) {
    if (adapter.kind == config::AdapterKind::Physical) return AdapterRole::Physical;
    return adapter.is_trunk() ? AdapterRole::Trunk : AdapterRole::Client;
}

}  // namespace

std::optional<AdapterId> Layout::find(std::string_view name) const {
    const auto found = std::ranges::find(seats, name, &Seat::name);
    if (found == seats.end()) return std::nullopt;
    return found->id;
}

const Seat& Layout::sibling(const Seat& of, const std::string& name) const {
    const auto id = find(config::qualified(*of.partition, name));
    SEALANE_CHECK(id.has_value(), "a SEA names an adapter that the loader did not see");
    return seat(*id);
}

Layout make_layout(const config::System& model) {
    Layout layout;
    std::uint32_t next_worker = 0;
    std::uint32_t next_sea_worker = 0;
    const std::uint32_t workers = model.runtime.workers;
    for (const config::Partition& partition : model.partitions) {
        std::vector<std::uint32_t> sea_workers;
        for (std::size_t i = 0; i < partition.seas.size(); ++i) {
            sea_workers.push_back(next_sea_worker++ % workers);
        }
        const auto worker_of = [&](const config::Sea* sea) {
            if (sea == nullptr) return next_worker++ % workers;
            return sea_workers[static_cast<std::size_t>(sea - partition.seas.data())];
        };
        const auto next_id = [&] {
            return AdapterId{static_cast<std::uint16_t>(layout.seats.size())};
        };
        for (const config::Adapter& adapter : partition.adapters) {
            const config::Sea* const sea = sea_around(partition, adapter.name);
            layout.seats.push_back({.id = next_id(),
                                    .name = config::qualified(partition, adapter.name),
                                    .role = role_of(adapter),
                                    .partition = &partition,
                                    .adapter = &adapter,
                                    .sea = sea,
                                    .worker = adapter.worker ? *adapter.worker : worker_of(sea)});
        }
        for (const config::Sea& sea : partition.seas) {
            const auto real = layout.find(config::qualified(partition, sea.real_adapter));
            layout.seats.push_back({.id = next_id(),
                                    .name = config::qualified(partition, sea.name),
                                    .role = AdapterRole::Sea,
                                    .partition = &partition,
                                    .sea = &sea,
                                    .worker = real ? layout.seat(*real).worker : 0});
        }
    }
    return layout;
}

std::optional<VswitchId> find_vswitch(const config::System& model, std::string_view name) {
    const auto found = std::ranges::find(model.vswitches, name, &config::Vswitch::name);
    if (found == model.vswitches.end()) return std::nullopt;
    return VswitchId{static_cast<std::uint8_t>(found - model.vswitches.begin())};
}

}  // namespace sealane::runtime
