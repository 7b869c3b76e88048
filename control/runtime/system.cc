#include "control/runtime/system.h"

#include <algorithm>
#include <array>
#include <random>
#include <utility>

#include "control/runtime/clock.h"
#include "control/runtime/pairing.h"
#include "control/runtime/parts.h"
#include "control/runtime/sizing.h"
#include "control/runtime/stations.h"
#include "control/runtime/switch_settings.h"
#include "dataplane/base/check.h"
#include "dataplane/sea/pollers.h"
#include "dataplane/worker/clock.h"
#include "hvswitch/pollers.h"

namespace sealane::runtime {
namespace {

using Parts = System::Parts;

/// A SEA's right to send what comes over a trunk, by the slot; without a pair it always has it.
sea::Permit permit_of(Parts& parts, const Seat& trunk) {
    if (!is_paired(*trunk.sea)) return {};
    const hvswitch::SlotTable& slots = parts.shared->slots();
    return {.word = slots.word(parts.shared->rules().slot_of(trunk.id)),
            .mine = hvswitch::SlotTable::held_by(trunk.id),
            .answer = parts.client ? &parts.client->answers()[trunk.id.index]
                                   : &parts.answers[trunk.id.index]};
}

std::unique_ptr<sea::Bridge> make_bridge(Parts& parts, const Seat& seat) {
    std::vector<sea::TrunkVlans> trunks;
    std::vector<port::Outlet*> links;
    std::vector<sea::Permit> permits;
    std::size_t default_trunk = 0;
    for (const std::string& name : seat.sea->virt_adapters) {
        const Seat& trunk = parts.layout.sibling(seat, name);
        if (name == seat.sea->pvid_adapter) default_trunk = trunks.size();
        trunks.push_back({trunk.adapter->pvid, trunk.adapter->vids});
        links.push_back(parts.stations[trunk.id.index].sea_outlet.get());
        permits.push_back(permit_of(parts, trunk));
    }
    const Seat& real = parts.layout.sibling(seat, seat.sea->real_adapter);
    const Seat& pvid_adapter = parts.layout.sibling(seat, seat.sea->pvid_adapter);
    const OpenPort& voice = parts.stations[seat.id.index].port;
    return std::make_unique<sea::Bridge>(
        sea::BridgeRules(trunks, default_trunk),
        sea::Bridge::Parts{.real = *parts.stations[real.id.index].outlet,
                           .links = std::move(links),
                           .permits = std::move(permits),
                           .real_id = real.id,
                           .sea_id = seat.id,
                           .address = mac_of(parts.model, pvid_adapter),
                           .heads = parts.pools.heads.get(),
                           .counters = parts.counters_of(seat.worker),
                           .large_receive = seat.sea->large_receive,
                           .knows_senders = parts.part.kind == PartKind::Whole,
                           .own = voice.ring ? &voice.ring->far() : nullptr,
                           .hears = voice.ring && seat.sea->netaddr});
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
        if (!is_of_switch(seat) || is_still(seat)) continue;
        add(seat.worker,
            std::make_unique<hvswitch::AdapterPoller>(*parts.forwarders[seat.worker], seat.id));
        parts.stations[seat.id.index].poller = parts.pollers.back().get();
        ++of_worker[seat.worker].adapters;
    }
    for (const Seat& seat : parts.layout.seats) {
        if (seat.attachment != Attachment::Bridge) continue;
        parts.bridges.push_back(make_bridge(parts, seat));
        sea::Bridge& bridge = *parts.bridges.back();
        add(seat.worker, std::make_unique<sea::RealSide>(bridge));
        for (std::size_t trunk = 0; trunk < bridge.trunks(); ++trunk) {
            add(seat.worker, std::make_unique<sea::TrunkSide>(bridge, trunk));
        }
        if (bridge.own_port() != nullptr) add(seat.worker, std::make_unique<sea::OwnSide>(bridge));
    }
    if (parts.part.kind != PartKind::Vios)
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
        if (parts.client) settings.progress = &parts.client->progress()[index];
        if (!runtime.cores.empty()) settings.core = runtime.cores[index];
        settings.idle = runtime.idle == config::IdlePolicy::Poll ? worker::IdlePolicy::Poll
                                                                 : worker::IdlePolicy::Adaptive;
        parts.workers.push_back(std::make_unique<worker::Worker>(
            settings, of_worker[index].pollers, parts.shared->quiescence()));
    }
    if (parts.driven) return done();
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

/// Whoever owns the slots keeps their words where others can see them.
Status make_switch(Parts& parts) {
    hvswitch::Switch::Settings settings =
        make_switch_settings(parts.model, parts.layout, parts.seed);
    if (parts.part.kind == PartKind::Hypervisor) {
        auto page = hypercall::SlotPage::make(settings.slots);
        if (!page) return page.error();
        parts.slot_page.emplace(std::move(page).value());
        settings.slot_words = parts.slot_page->words();
    } else if (parts.client) {
        // Nobody here gives slots away, so nobody writes; it could not either.
        const std::span<const hypercall::Word> words = parts.client->slots();
        settings.slot_words = {const_cast<hypercall::Word*>(words.data()), words.size()};
    }
    parts.shared = std::make_unique<hvswitch::Switch>(std::move(settings));
    if (!parts.client) give_slots(parts.layout, *parts.shared);
    return done();
}

}  // namespace

worker::EalNeeds needs_of(const config::System& model, const Part& part) {
    const config::System own = model_for(model, part);
    const Layout layout = make_layout(own, part);
    worker::EalNeeds needs{.memory_mb = size_of(own, layout).memory_mb};
    for (const Seat& seat : layout.seats) {
        if (seat.adapter == nullptr || seat.attachment != Attachment::Port) continue;
        const auto* device = std::get_if<config::EthdevPort>(&seat.adapter->port);
        needs.pci = needs.pci || (device != nullptr && !device->pci.empty());
    }
    return needs;
}

Result<std::unique_ptr<System>> System::start(const config::System& model,
                                              const worker::Eal& environment,
                                              Start how) {
    auto parts = std::make_unique<Parts>();
    parts->model = model_for(model, how.part);
    parts->digest = digest_of(model);
    parts->part = std::move(how.part);
    parts->seed = how.seed;
    parts->driven = how.driven;
    if (how.driven) {
        parts->model.runtime.workers = 1;
        parts->model.runtime.cores.clear();
    }
    parts->config_file = std::move(how.config_file);
    parts->hugepages = environment.profile().hugepages;
    parts->client = std::move(how.hypervisor);
    parts->layout = make_layout(parts->model, parts->part);
    parts->answers = std::vector<std::atomic<std::uint64_t>>(parts->layout.seats.size());

    const Sizing sizing = size_of(parts->model, parts->layout);
    char pool_name[20];
    std::snprintf(pool_name, sizeof pool_name, "sl%p", static_cast<void*>(parts.get()));
    Result<port::Pools> pools = port::make_pools(pool_name, sizing.frames, sizing.heads);
    if (!pools) return pools.error();
    parts->pools = std::move(pools).value();

    if (Status opened = open_stations(*parts); !opened) return opened.error();
    if (Status made = make_switch(*parts); !made) return made.error();
    for (std::uint32_t worker = 0; worker < parts->model.runtime.workers; ++worker) {
        parts->counters.push_back(std::make_unique<AdapterCounters[]>(parts->layout.seats.size()));
        parts->forwarders.push_back(std::make_unique<hvswitch::Forwarder>(
            hvswitch::Forwarder::Parts{.shared = *parts->shared,
                                       .outlets = parts->outlets,
                                       .counters = parts->counters_of(worker),
                                       .heads = parts->pools.heads.get()}));
    }
    parts->started = parts->time();
    if (Status started = start_workers(*parts); !started) return started.error();
    if (!how.draw) {
        auto chance = std::make_shared<std::mt19937_64>(how.seed);  // all who draw share it
        how.draw = [chance] { return (*chance)() | 1; };
    }
    Result<std::unique_ptr<Conductor>> conductor = make_conductor(*parts, how.draw);
    if (!conductor) return conductor.error();
    parts->conductor = std::move(conductor).value();
    if (parts->conductor && !parts->driven) parts->conductor->start();
    return std::unique_ptr<System>(new System(std::move(parts)));
}

unsigned System::drive(Instant now, unsigned budget) {
    Parts& parts = *parts_;
    SEALANE_CHECK(parts.driven && now >= *parts.driven, "a system was driven back in time");
    parts.driven = now;
    worker::Worker& worker = *parts.workers.front();
    if (std::exchange(parts.is_waiting, false)) worker.awake();
    unsigned frames = 0;
    while (frames < budget) {
        const unsigned some = worker.drive(now);
        if (some == 0) break;
        frames += some;
    }
    if (parts.conductor) parts.conductor->drive();
    return frames;
}

Instant System::prepare_to_wait() {
    Parts& parts = *parts_;
    worker::Worker& worker = *parts.workers.front();
    parts.is_waiting = true;
    if (!worker.prepare_to_sleep()) return *parts.driven;
    const Instant next = *parts.driven + worker.longest_wait();
    return parts.conductor ? std::min(next, parts.conductor->next()) : next;
}

int System::wait_descriptor() const { return parts_->workers.front()->wait_descriptor(); }

bool System::has_lost_hypervisor() const {
    return parts_->conductor && parts_->conductor->has_lost_hypervisor();
}

System::System(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
System::~System() = default;

const config::System& System::model() const { return parts_->model; }

Status System::set_ha_mode(const std::string& sea, const std::string& mode) {
    constexpr std::array kModes{std::pair{ha::Mode::Auto, config::HaMode::Auto},
                                std::pair{ha::Mode::Standby, config::HaMode::Standby},
                                std::pair{ha::Mode::Sharing, config::HaMode::Sharing}};
    const auto* const wanted = std::find_if(kModes.begin(), kModes.end(), [&](const auto& known) {
        return failover::name_of(known.first) == mode;
    });
    if (wanted == kModes.end()) {
        return Error{"ha_mode can't be '" + mode +
                     "' while it runs; it can be auto, standby or sharing"};
    }
    config::Sea* const set = find_sea(parts_->model, sea);
    if (set == nullptr) return Error{"no SEA is called '" + sea + "'; see `sealane sea`"};
    if (!is_paired(*set)) {
        return Error{sea + " has ha_mode disabled in " + parts_->config_file +
                     "; give it another there and start again"};
    }
    if (!parts_->layout.seat(*parts_->layout.find(sea)).is_here()) {
        return Error{
            sea + " is not of this process: ask its VIOS, at " +
            control_path({PartKind::Vios, sea.substr(0, sea.find('/')), parts_->part.directory})};
    }
    parts_->conductor->set_mode(sea, wanted->first);
    set->ha_mode = wanted->second;  // what runs is what a dump says
    return done();
}

port::RingEnd* System::lend_ring_client(const std::string& adapter) {
    const auto id = parts_->layout.find(adapter);
    if (!id) return nullptr;
    const Seat& seat = parts_->layout.seat(*id);
    if (seat.attachment != Attachment::Port) return nullptr;
    Station& station = parts_->stations[id->index];
    if (!station.port.ring) return nullptr;
    station.is_lent = true;
    return &station.port.ring->far();
}

void System::return_ring_client(const std::string& adapter) {
    const auto id = parts_->layout.find(adapter);
    if (id) parts_->stations[id->index].is_lent = false;
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
