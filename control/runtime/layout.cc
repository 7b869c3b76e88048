#include "control/runtime/layout.h"

#include <algorithm>
#include <cctype>

#include "control/runtime/switch_settings.h"
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

const config::Sea* spoken_for(const config::Partition& partition, const config::Adapter& adapter) {
    const auto found = std::ranges::find_if(partition.seas, [&](const config::Sea& sea) {
        return is_paired(sea) && sea.ctl_chan == adapter.name;
    });
    return found == partition.seas.end() ? nullptr : &*found;
}

/// A plain adapter beside the SEA's default trunk adapter, with its address.  A trunk adapter could
/// not say what discovery needs: the switch takes nothing from one that does not hold its slot.
config::Adapter discovery_adapter(const config::System& model, const Seat& pvid_adapter) {
    return {.name = pvid_adapter.adapter->name + "." + std::to_string(kDiscoveryVlan.value),
            .vswitch = pvid_adapter.adapter->vswitch,
            .pvid = kDiscoveryVlan,
            .mac = mac_of(model, pvid_adapter)};
}

Standing standing_of(const Seat& seat) {
    return {.role = seat.role,
            .is_control_channel = seat.speaks_for != nullptr,
            .of_sea = seat.sea != nullptr,
            .partition = seat.partition};
}

}  // namespace

bool is_paired(const config::Sea& sea) { return sea.ha_mode != config::HaMode::Disabled; }

std::optional<AdapterId> Layout::find(std::string_view name) const {
    if (name.empty()) return std::nullopt;
    const auto found = std::ranges::find(seats, name, &Seat::name);
    if (found == seats.end()) return std::nullopt;
    return found->id;
}

const Seat& Layout::sibling(const Seat& of, const std::string& name) const {
    const auto id = find(config::qualified(*of.partition, name));
    SEALANE_CHECK(id.has_value(), "a SEA names an adapter that the loader did not see");
    return seat(*id);
}

const Seat& Layout::control_channel(const Seat& sea) const {
    const auto found = std::ranges::find(seats, sea.sea, &Seat::speaks_for);
    SEALANE_CHECK(found != seats.end(), "a SEA of a pair has no control channel");
    return *found;
}

void Layout::follow(const config::System& model) {
    const auto same = [](const auto& there, const auto* here) {
        using Thing = std::remove_cvref_t<decltype(*here)>;
        const auto found = std::ranges::find(there, here->name, &Thing::name);
        return found == there.end() ? here : &*found;
    };
    for (Seat& seat : seats) {
        if (seat.is_free()) continue;
        seat.partition = same(model.partitions, seat.partition);
        if (seat.adapter != nullptr) seat.adapter = same(seat.partition->adapters, seat.adapter);
        if (seat.sea != nullptr) seat.sea = same(seat.partition->seas, seat.sea);
        if (seat.speaks_for != nullptr)
            seat.speaks_for = same(seat.partition->seas, seat.speaks_for);
    }
}

void Layout::take(Seat& seat, const config::Partition& partition, const config::Adapter& adapter) {
    seat.name = config::qualified(partition, adapter.name);
    seat.partition = &partition;
    seat.adapter = &adapter;
    seat.attachment = Attachment::Port;
}

void Layout::leave(Seat& seat) {
    seat.name.clear();
    seat.partition = nullptr;
    seat.adapter = nullptr;
    seat.attachment = Attachment::Absent;
}

std::uint32_t Layout::least_worker(std::uint32_t workers) const {
    std::vector<std::uint32_t> clients(workers);
    for (const Seat& seat : seats) {
        if (!seat.is_free() && seat.role == AdapterRole::Client) ++clients[seat.worker];
    }
    return static_cast<std::uint32_t>(std::ranges::min_element(clients) - clients.begin());
}

Layout make_layout(const config::System& model, const Part& part) {
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
                                    .speaks_for = spoken_for(partition, adapter),
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
            if (!sea.discovers()) continue;
            const Seat& pvid_adapter = layout.sibling(layout.seats.back(), sea.pvid_adapter);
            const auto& adapter = layout.own.emplace_back(
                std::make_unique<const config::Adapter>(discovery_adapter(model, pvid_adapter)));
            layout.seats.push_back({.id = next_id(),
                                    .name = config::qualified(partition, adapter->name),
                                    .partition = &partition,
                                    .adapter = adapter.get(),
                                    .speaks_for = &sea,
                                    .worker = pvid_adapter.worker});
        }
    }
    for (Seat& seat : layout.seats) {
        seat.attachment = attachment_of(part, standing_of(seat));
    }
    if (part.kind == PartKind::Vios) return layout;  // clients are the hypervisor's
    for (std::uint32_t spare = 0; spare < model.runtime.spare_adapters; ++spare) {
        if (layout.seats.size() == kMaxAdapters) break;
        layout.seats.push_back({.id = {static_cast<std::uint16_t>(layout.seats.size())}});
    }
    return layout;
}

std::vector<std::string> sockets_of(const config::System& model, const Part& part) {
    std::vector<std::string> paths;
    if (part.kind == PartKind::Hypervisor) paths.push_back(hypercall_path(part));
    for (const Seat& seat : make_layout(model, part).seats) {
        if (seat.attachment == Attachment::LinkToVios) paths.push_back(link_path(part, seat.name));
        if (seat.attachment != Attachment::Port) continue;
        const auto* stream = std::get_if<config::QemuStreamPort>(&seat.adapter->port);
        if (stream != nullptr && stream->listen) paths.push_back(stream->path);
        const auto* dgram = std::get_if<config::QemuDgramPort>(&seat.adapter->port);
        if (dgram != nullptr) paths.push_back(dgram->local);
        const auto* vhost = std::get_if<config::VhostUserPort>(&seat.adapter->port);
        if (vhost != nullptr && vhost->server) paths.push_back(vhost->path);
        const auto* shm = std::get_if<config::ShmPort>(&seat.adapter->port);
        if (shm != nullptr) paths.push_back(shm->path);
    }
    return paths;
}

std::optional<VswitchId> find_vswitch(const config::System& model, std::string_view name) {
    const auto found = std::ranges::find(model.vswitches, name, &config::Vswitch::name);
    if (found == model.vswitches.end()) return std::nullopt;
    return VswitchId{static_cast<std::uint8_t>(found - model.vswitches.begin())};
}

}  // namespace sealane::runtime
