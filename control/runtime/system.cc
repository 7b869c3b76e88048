#include "control/runtime/system.h"

#include <array>
#include <utility>

#include "control/runtime/clock.h"
#include "control/runtime/pairing.h"
#include "control/runtime/parts.h"
#include "control/runtime/sizing.h"
#include "control/runtime/switch_settings.h"
#include "dataplane/sea/pollers.h"
#include "dataplane/worker/clock.h"
#include "hvswitch/pollers.h"

namespace sealane::runtime {
namespace {

using Parts = System::Parts;

/// What the SEA of a real adapter, or the switch, sees of it.  Disabled virtual adapters are the
/// switch's own business.
port::Port& open_side(const Seat& seat, Station& station, const port::Pools& pools) {
    port::Port& port = station.port.port();
    if (seat.role == AdapterRole::Physical && !seat.adapter->enabled) {
        station.disabled = std::make_unique<port::DisabledPort>(port);
        return *station.disabled;
    }
    if (!seat.adapter->impair) return port;
    const config::Impair& impair = *seat.adapter->impair;
    station.impaired = std::make_unique<port::ImpairedPort>(
        port,
        pools.frames.get(),
        port::ImpairedPort::Settings{
            .impairments = impair.impairments, .seed = impair.seed, .now = worker::now});
    return *station.impaired;
}

/// Trunk adapters of a SEA have a link to it in place of a port.
bool has_link(const Seat& seat) { return seat.role == AdapterRole::Trunk && seat.sea != nullptr; }

/// What stands behind a seat: a link, its own port, or its SEA's agent.
Result<OpenPort> open_seat(const Parts& parts, const Seat& seat, std::uint64_t seed) {
    if (has_link(seat)) return open_link();
    if (is_control_channel(seat)) return open_to_agent(false);
    return open_port(seat.name, *seat.adapter, parts.pools, seed + seat.id.index);
}

Status open_stations(Parts& parts, std::uint64_t seed) {
    const bool shared = parts.model.runtime.workers > 1;
    for (const Seat& seat : parts.layout.seats) {
        Station& station = parts.stations.emplace_back();
        parts.outlets.push_back(nullptr);
        if (seat.adapter == nullptr) {
            if (!is_paired(*seat.sea)) continue;
            Result<OpenPort> voice = open_to_agent(true);
            if (!voice) return voice.error();
            station.port = std::move(voice).value();
            continue;
        }

        Result<OpenPort> opened = open_seat(parts, seat, seed);
        if (!opened) return opened.error();
        station.port = std::move(opened).value();
        const bool cut_large =
            seat.role == AdapterRole::Physical && seat.sea != nullptr && !seat.sea->largesend;
        const port::Outlet::Settings settings{.mtu = seat.adapter->mtu,
                                              .tpid = seat.adapter->tpid,
                                              .shared = shared,
                                              .cut_large = cut_large};
        rte_mempool* const heads = parts.pools.heads.get();
        station.outlet =
            std::make_unique<port::Outlet>(open_side(seat, station, parts.pools), heads, settings);
        parts.outlets.back() = station.outlet.get();
        if (has_link(seat)) {
            // The SEA's end has one sender, the SEA's worker.
            station.sea_outlet = std::make_unique<port::Outlet>(
                station.port.ring->far(), heads, port::Outlet::Settings{.mtu = seat.adapter->mtu});
        }
    }
    return done();
}

std::unique_ptr<sea::Bridge> make_bridge(Parts& parts, const Seat& seat) {
    std::vector<sea::TrunkVlans> trunks;
    std::vector<port::Outlet*> links;
    std::size_t default_trunk = 0;
    for (const std::string& name : seat.sea->virt_adapters) {
        const Seat& trunk = parts.layout.sibling(seat, name);
        if (name == seat.sea->pvid_adapter) default_trunk = trunks.size();
        trunks.push_back({trunk.adapter->pvid, trunk.adapter->vids});
        links.push_back(parts.stations[trunk.id.index].sea_outlet.get());
    }
    const Seat& real = parts.layout.sibling(seat, seat.sea->real_adapter);
    const Seat& pvid_adapter = parts.layout.sibling(seat, seat.sea->pvid_adapter);
    const OpenPort& voice = parts.stations[seat.id.index].port;
    return std::make_unique<sea::Bridge>(
        sea::BridgeRules(trunks, default_trunk),
        sea::Bridge::Parts{.real = *parts.stations[real.id.index].outlet,
                           .links = std::move(links),
                           .real_id = real.id,
                           .sea_id = seat.id,
                           .address = mac_of(parts.model, pvid_adapter),
                           .heads = parts.pools.heads.get(),
                           .counters = parts.counters_of(seat.worker),
                           .large_receive = seat.sea->large_receive,
                           .own = voice.ring ? &voice.ring->far() : nullptr});
}

/// A worker's pollers; the first `adapters` are the switch's.
struct Rota {
    std::vector<worker::Poller*> pollers;
    std::size_t adapters = 0;
};

/// What exists is listed here: each adapter, each side of each SEA, and the sweep of the tables.
/// Adapters come first, so that what they have sent in a turn is carried on in the same one.
void make_pollers(Parts& parts, std::vector<Rota>& of_worker) {
    const auto add = [&](std::uint32_t worker, std::unique_ptr<worker::Poller> poller) {
        of_worker[worker].pollers.push_back(poller.get());
        parts.pollers.push_back(std::move(poller));
    };
    for (const Seat& seat : parts.layout.seats) {
        if (seat.role != AdapterRole::Client && seat.role != AdapterRole::Trunk) continue;
        if (seat.role == AdapterRole::Client &&
            std::holds_alternative<config::NoPort>(seat.adapter->port) &&
            !is_control_channel(seat) && !seat.adapter->impair) {
            continue;  // nothing can come in, and nothing is under way
        }
        add(seat.worker,
            std::make_unique<hvswitch::AdapterPoller>(*parts.forwarders[seat.worker], seat.id));
        ++of_worker[seat.worker].adapters;
    }
    for (const Seat& seat : parts.layout.seats) {
        if (seat.role != AdapterRole::Sea) continue;
        parts.bridges.push_back(make_bridge(parts, seat));
        sea::Bridge& bridge = *parts.bridges.back();
        add(seat.worker, std::make_unique<sea::RealSide>(bridge));
        for (std::size_t trunk = 0; trunk < bridge.trunks(); ++trunk) {
            add(seat.worker, std::make_unique<sea::TrunkSide>(bridge, trunk));
        }
        if (bridge.own_port() != nullptr) add(seat.worker, std::make_unique<sea::OwnSide>(bridge));
    }
    add(0, std::make_unique<hvswitch::AddressSweep>(*parts.shared));
}

Status start_workers(Parts& parts) {
    const config::Runtime& runtime = parts.model.runtime;
    const Duration longest_rest = longest_rest_of(parts.model);
    std::vector<Rota> of_worker(runtime.workers);
    make_pollers(parts, of_worker);
    for (std::uint32_t index = 0; index < runtime.workers; ++index) {
        worker::Worker::Settings settings{.index = index};
        settings.take_turns = of_worker[index].adapters;
        settings.longest_rest = longest_rest;
        if (!runtime.cores.empty()) settings.core = runtime.cores[index];
        settings.idle = runtime.idle == config::IdlePolicy::Poll ? worker::IdlePolicy::Poll
                                                                 : worker::IdlePolicy::Adaptive;
        parts.workers.push_back(std::make_unique<worker::Worker>(
            settings, of_worker[index].pollers, parts.shared->quiescence()));
    }
    for (const auto& worker : parts.workers) {
        if (Status started = worker->start(); !started) return started;
    }
    return done();
}

config::Sea* find_sea(config::System& model, const std::string& name) {
    for (config::Partition& partition : model.partitions) {
        for (config::Sea& sea : partition.seas) {
            if (config::qualified(partition, sea.name) == name) return &sea;
        }
    }
    return nullptr;
}

}  // namespace

worker::EalNeeds needs_of(const config::System& model) {
    worker::EalNeeds needs{.memory_mb = size_of(model).memory_mb};
    for (const config::Partition& partition : model.partitions) {
        for (const config::Adapter& adapter : partition.adapters) {
            const auto* device = std::get_if<config::EthdevPort>(&adapter.port);
            needs.pci = needs.pci || (device != nullptr && !device->pci.empty());
        }
    }
    return needs;
}

Result<std::unique_ptr<System>> System::start(const config::System& model,
                                              const worker::Eal& environment,
                                              std::string config_file,
                                              std::uint64_t seed) {
    auto parts = std::make_unique<Parts>();
    parts->model = model;
    parts->config_file = std::move(config_file);
    parts->hugepages = environment.profile().hugepages;
    parts->layout = make_layout(parts->model);

    const Sizing sizing = size_of(model);
    char pool_name[20];
    std::snprintf(pool_name, sizeof pool_name, "sl%p", static_cast<void*>(parts.get()));
    Result<port::Pools> pools = port::make_pools(pool_name, sizing.frames, sizing.heads);
    if (!pools) return pools.error();
    parts->pools = std::move(pools).value();

    if (Status opened = open_stations(*parts, seed); !opened) return opened.error();
    parts->shared =
        std::make_unique<hvswitch::Switch>(make_switch_settings(parts->model, parts->layout, seed));
    give_slots(parts->layout, *parts->shared);
    for (std::uint32_t worker = 0; worker < model.runtime.workers; ++worker) {
        parts->counters.push_back(std::make_unique<AdapterCounters[]>(parts->layout.seats.size()));
        parts->forwarders.push_back(std::make_unique<hvswitch::Forwarder>(
            hvswitch::Forwarder::Parts{.shared = *parts->shared,
                                       .outlets = parts->outlets,
                                       .counters = parts->counters_of(worker),
                                       .heads = parts->pools.heads.get()}));
    }
    parts->started = now();
    if (Status started = start_workers(*parts); !started) return started.error();
    parts->conductor = make_conductor(*parts, seed);
    if (parts->conductor) parts->conductor->start();
    return std::unique_ptr<System>(new System(std::move(parts)));
}

System::System(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
System::~System() = default;

const config::System& System::model() const { return parts_->model; }

Status System::set_ha_mode(const std::string& sea, const std::string& mode) {
    config::Sea* const set = find_sea(parts_->model, sea);
    if (set == nullptr) return Error{"no SEA is called '" + sea + "'; see `sealane sea`"};
    if (!is_paired(*set)) {
        return Error{sea + " has ha_mode disabled in " + parts_->config_file +
                     "; give it another there and start again"};
    }
    constexpr std::array kModes{std::pair{ha::Mode::Auto, config::HaMode::Auto},
                                std::pair{ha::Mode::Standby, config::HaMode::Standby},
                                std::pair{ha::Mode::Sharing, config::HaMode::Sharing}};
    for (const auto& [wanted, in_file] : kModes) {
        if (failover::name_of(wanted) != mode) continue;
        parts_->conductor->set_mode(sea, wanted);
        set->ha_mode = in_file;  // what runs is what a dump says
        return done();
    }
    return Error{"ha_mode can't be '" + mode +
                 "' while it runs; it can be auto, standby or sharing"};
}

port::RingEnd* System::ring_client(const std::string& adapter) {
    const auto id = parts_->layout.find(adapter);
    if (!id) return nullptr;
    const Seat& seat = parts_->layout.seat(*id);
    if (seat.adapter == nullptr || has_link(seat) || is_control_channel(seat)) return nullptr;
    const OpenPort& port = parts_->stations[id->index].port;
    return port.ring ? &port.ring->far() : nullptr;
}

rte_mempool* System::frame_pool() const { return parts_->pools.frames.get(); }

bool System::settle(double deadline_s) const {
    constexpr int kQuietLooks = 5;
    constexpr Duration kBetween = std::chrono::milliseconds{2};
    const Instant deadline =
        now() + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(deadline_s));
    const auto sum = [&] {
        AdapterTotals all;
        for (const Seat& seat : parts_->layout.seats) {
            all.add(parts_->totals(seat.id));
        }
        return all;
    };
    const auto frames_wait = [&] {
        for (const Seat& seat : parts_->layout.seats) {
            const Station& station = parts_->stations[seat.id.index];
            if (!station.port.ring) continue;
            if (station.port.ring->near().waiting() > 0) return true;
            if (station.sea_outlet && station.port.ring->far().waiting() > 0) return true;
        }
        return false;
    };
    AdapterTotals before = sum();
    for (int quiet = 0; quiet < kQuietLooks;) {
        if (now() > deadline) return false;
        wait_for(kBetween);
        const AdapterTotals after = sum();
        quiet = after == before && !frames_wait() ? quiet + 1 : 0;
        before = after;
    }
    return true;
}

}  // namespace sealane::runtime
