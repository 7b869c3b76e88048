// What the system says of itself: everything here is a snapshot, taken while the workers run.
#include <algorithm>

#include "control/ha/share.h"
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

port::PortState state_of(const Station& station) {
    return (station.outlet ? station.outlet->port() : station.port.port()).state();
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
    report.port = port_report(state_of(station));
    if (seat.attachment == Attachment::Link) {
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

template <std::size_t size, typename Name>
PairReport::Numbers named(const std::array<std::uint64_t, size>& numbers, Name&& name) {
    PairReport::Numbers list;
    for (std::size_t i = 0; i < size; ++i) {
        list.emplace_back(name(i), numbers[i]);
    }
    return list;
}

PairReport pair_report(const Parts& parts, const Seat& seat, const SeaStanding& standing) {
    const ha::State& state = standing.state;
    const auto type_name = [](std::size_t i) { return name_of(static_cast<ha::MessageType>(i)); };
    const auto reject_name = [](std::size_t i) { return name_of(static_cast<ha::Reject>(i)); };
    PairReport report{.since_s = std::chrono::duration<double>(parts.time() - state.since).count(),
                      .reason = std::string(failover::text_of(state.reason)),
                      .times_primary = state.counters.times_primary,
                      .times_backup = state.counters.times_backup,
                      .flip_flop = state.counters.flip_flop,
                      .partner_known = state.peer.has_value(),
                      .announced = standing.announced,
                      .unsent = standing.unsent,
                      .received = named(standing.heard.believed, type_name),
                      .sent = named(standing.said, type_name),
                      .rejected = named(standing.heard.rejected, reject_name)};
    if (state.peer) {
        report.partner_state = failover::name_of(state.peer->said.role);
        report.partner_priority = state.peer->said.priority;
    }
    if (state.refused != ha::Refusal::None) report.refused = ha::text_of(state.refused);
    report.control_pvid = parts.layout.control_channel(seat).adapter->pvid;
    for (std::size_t i = 0; i < ha::kAlarmCount; ++i) {
        if ((state.alarms >> i & 1) != 0)
            report.alarms.emplace_back(failover::name_of(static_cast<ha::AlarmCause>(i)));
    }
    return report;
}

void add_standing(const Parts& parts, const Seat& seat, SeaReport& report) {
    if (!parts.conductor) return;
    const std::optional<SeaStanding> standing = parts.conductor->standing(seat.name);
    if (!standing) return;
    report.ha_mode = failover::name_of(standing->config.mode);
    report.state = failover::name_of(standing->state.role);
    report.bridge_mode = failover::name_of(standing->bridge_mode);
    report.pair = pair_report(parts, seat, *standing);
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
    add_standing(parts, seat, report);
    return report;
}

/// Others have no peer of their own, and may ask the kernel how they are.
bool is_attached_to_peer(const Seat& seat) {
    if (seat.attachment != Attachment::Port) return seat.attachment == Attachment::LinkToVios;
    const config::PortSpec& port = seat.adapter->port;
    return std::holds_alternative<config::QemuStreamPort>(port) ||
           std::holds_alternative<config::QemuDgramPort>(port) ||
           std::holds_alternative<config::VhostUserPort>(port) ||
           std::holds_alternative<config::ShmPort>(port);
}

}  // namespace

SystemReport System::system() const {
    return {.system = parts_->model.name,
            .part = name_of(parts_->part),
            .config_file = parts_->config_file,
            .uptime_s = std::chrono::duration<double>(parts_->time() - parts_->started).count(),
            .hugepages = parts_->hugepages,
            .workers = static_cast<std::uint32_t>(parts_->workers.size()),
            .buffers = parts_->pools.frames->size + parts_->pools.heads->size,
            .buffers_in_use = parts_->pools.in_use()};
}

std::vector<AdapterReport> System::adapters() const {
    std::vector<AdapterReport> reports;
    for (const Seat& seat : parts_->layout.seats) {
        if (seat.is_here()) reports.push_back(adapter_report(*parts_, seat));
    }
    return reports;
}

std::vector<AdapterReport> System::tallies() const {
    std::vector<AdapterReport> reports = adapters();
    if (parts_->removed != AdapterTotals{})
        reports.push_back({.name = kRemoved, .totals = parts_->removed});
    return reports;
}

std::vector<PeerReport> System::peers() const {
    std::vector<PeerReport> reports;
    for (const Seat& seat : parts_->layout.seats) {
        if (!is_attached_to_peer(seat)) continue;
        port::PortState state = parts_->stations[seat.id.index].port.port().state();
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
        if (seat.attachment == Attachment::Bridge) reports.push_back(sea_report(*parts_, seat));
    }
    return reports;
}

std::vector<PartReport> System::elsewhere() const {
    std::vector<PartReport> reports;
    if (parts_->part.kind != PartKind::Hypervisor) return reports;
    for (const config::Partition& partition : parts_->model.partitions) {
        if (partition.seas.empty()) continue;
        const Part part{PartKind::Vios, partition.name, parts_->part.directory};
        reports.push_back({partition.name, control_path(part)});
    }
    return reports;
}

std::vector<EventReport> System::events(std::uint64_t after) const {
    std::vector<EventReport> reports;
    if (!parts_->conductor) return reports;
    const Instant asked = parts_->time();
    for (const failover::Occurrence& one : parts_->conductor->occurrences(after)) {
        reports.push_back({.number = one.number,
                           .age_s = std::chrono::duration<double>(asked - one.at).count(),
                           .sea = one.sea,
                           .kind = one.kind,
                           .what = one.what,
                           .cause = one.cause});
    }
    return reports;
}

}  // namespace sealane::runtime
