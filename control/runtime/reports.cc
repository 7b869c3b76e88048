// What the system says of itself: everything here is a snapshot, taken while the workers run.
#include <algorithm>

#include "control/runtime/clock.h"
#include "control/runtime/parts.h"
#include "control/runtime/switch_settings.h"
#include "control/runtime/system.h"

namespace sealane::runtime {
namespace {

using Parts = System::Parts;

PortReport port_report(const port::PortState& state) {
    PortReport report{.up = state.up,
                      .type = state.type,
                      .detail = state.detail,
                      .pending = state.pending,
                      .notice = state.notice};
    for (const port::PortFeature& feature : state.features) {
        report.features.push_back({feature.name, feature.offered, feature.acked, feature.why_not});
    }
    return report;
}

SlotReport slot_report(const Parts& parts, AdapterId id) {
    const hvswitch::SlotId slot = parts.shared->rules().slot_of(id);
    const hvswitch::SlotTable::Holder holder = parts.shared->slots().holder(slot);
    SlotReport report{
        .slot = slot.index, .active = holder.held && holder.adapter == id, .epoch = holder.epoch};
    if (holder.held) report.holder = parts.layout.seat(holder.adapter).name;
    return report;
}

void add_virtual_part(const Parts& parts, const Seat& seat, AdapterReport& report) {
    const config::Adapter& adapter = *seat.adapter;
    report.vswitch = adapter.vswitch;
    report.pvid = adapter.pvid;
    report.tag_pvid = adapter.tag_pvid;
    report.vids = adapter.vids;
    report.mac = mac_of(parts.model, seat);
    report.trunk_priority = adapter.trunk_priority;
    if (seat.role == AdapterRole::Trunk) report.slot = slot_report(parts, seat.id);
    report.addresses =
        parts.shared->table(parts.shared->rules().port(seat.id).vswitch).learned_at(seat.id);
}

AdapterReport adapter_report(const Parts& parts, const Seat& seat) {
    AdapterReport report{.id = seat.id,
                         .name = seat.name,
                         .role = seat.role,
                         .worker = seat.worker,
                         .totals = parts.totals(seat.id)};
    if (seat.role == AdapterRole::Sea) {
        const Seat& real = parts.layout.sibling(seat, seat.sea->real_adapter);
        report.mtu = real.adapter->mtu;
        report.port = {.up = true, .type = "sea", .detail = "virtual side of " + seat.name};
        return report;
    }
    report.enabled = seat.adapter->enabled;
    report.mtu = seat.adapter->mtu;
    const Station& station = parts.stations[seat.id.index];
    report.port = port_report(station.outlet->port().state());
    if (station.sea_outlet) {
        report.port.type = "link";
        report.port.detail = "to " + config::qualified(*seat.partition, seat.sea->name);
    }
    if (seat.role != AdapterRole::Physical) add_virtual_part(parts, seat, report);
    return report;
}

std::string name_of(config::HaMode mode) {
    switch (mode) {
        case config::HaMode::Disabled:
            return "disabled";
        case config::HaMode::Auto:
            return "auto";
        case config::HaMode::Standby:
            return "standby";
        case config::HaMode::Sharing:
            return "sharing";
    }
    return "";
}

SeaReport sea_report(const Parts& parts, const Seat& seat) {
    const Seat& real = parts.layout.sibling(seat, seat.sea->real_adapter);
    SeaReport report{.name = seat.name,
                     .real_adapter = real.name,
                     .real_up = parts.stations[real.id.index].outlet->port().state().up,
                     .ha_mode = name_of(seat.sea->ha_mode),
                     .real_side = parts.totals(real.id),
                     .virtual_side = parts.totals(seat.id)};
    std::size_t active = 0;
    for (const std::string& name : seat.sea->virt_adapters) {
        const Seat& trunk = parts.layout.sibling(seat, name);
        report.priority = trunk.adapter->trunk_priority;
        report.trunks.push_back({.adapter = trunk.name,
                                 .pvid = trunk.adapter->pvid,
                                 .vids = trunk.adapter->vids,
                                 .is_default = name == seat.sea->pvid_adapter,
                                 .active = slot_report(parts, trunk.id).active});
        active += report.trunks.back().active ? 1 : 0;
    }
    report.state = active > 0 ? "PRIMARY" : "BACKUP";
    report.bridge_mode = active == report.trunks.size() ? "All" : active > 0 ? "Partial" : "None";
    return report;
}

/// Others have no peer of their own, and may ask the kernel how they are.
bool is_attached_to_peer(const config::PortSpec& port) {
    return std::holds_alternative<config::QemuStreamPort>(port) ||
           std::holds_alternative<config::VhostUserPort>(port);
}

}  // namespace

SystemReport System::system() const {
    return {.system = parts_->model.name,
            .config_file = parts_->config_file,
            .uptime_s = std::chrono::duration<double>(now() - parts_->started).count(),
            .hugepages = parts_->hugepages,
            .workers = static_cast<std::uint32_t>(parts_->workers.size()),
            .buffers = parts_->pools.frames->size + parts_->pools.heads->size,
            .buffers_in_use = parts_->pools.in_use()};
}

std::vector<AdapterReport> System::adapters() const {
    std::vector<AdapterReport> reports;
    for (const Seat& seat : parts_->layout.seats) {
        reports.push_back(adapter_report(*parts_, seat));
    }
    return reports;
}

std::vector<PeerReport> System::peers() const {
    std::vector<PeerReport> reports;
    for (const Seat& seat : parts_->layout.seats) {
        if (seat.adapter == nullptr || !is_attached_to_peer(seat.adapter->port)) continue;
        const OpenPort& port = parts_->stations[seat.id.index].port;
        if (!port.own) continue;  // a trunk adapter of a SEA has a link in its place
        port::PortState state = port.own->state();
        if (!state.peer) continue;
        reports.push_back({.adapter = seat.name,
                           .connected = state.peer->connected,
                           .ready = state.up,
                           .came = state.peer->came,
                           .became_ready = state.peer->ready,
                           .refused = state.peer->refused,
                           .why_gone = std::move(state.peer->why_gone),
                           .detail = std::move(state.detail)});
    }
    return reports;
}

std::vector<SeaReport> System::seas() const {
    std::vector<SeaReport> reports;
    for (const Seat& seat : parts_->layout.seats) {
        if (seat.role == AdapterRole::Sea) reports.push_back(sea_report(*parts_, seat));
    }
    return reports;
}

}  // namespace sealane::runtime
