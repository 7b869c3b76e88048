#include "tests/support/rig.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include <gtest/gtest.h>

#include "dataplane/base/check.h"
#include "dataplane/sea/pollers.h"
#include "hvswitch/pollers.h"

namespace sealane::test {
namespace {

port::Pools make_rig_pools(const void* rig, const RigSpec& spec) {
    char name[20];
    std::snprintf(name, sizeof name, "rig%p", rig);
    Result<port::Pools> pools = port::make_pools(name, spec.frames, spec.heads);
    if (!pools) fail_check(__FILE__, __LINE__, pools.error().text.c_str());
    return std::move(pools).value();
}

hvswitch::SwitchRules::Settings settings_of(const RigSpec& spec) {
    hvswitch::SwitchRules::Settings settings;
    settings.vswitches = spec.vswitches;
    for (const AdapterSpec& adapter : spec.adapters) {
        settings.ports.push_back(adapter.rules);
        settings.slots.push_back(adapter.slot);
    }
    // Real adapters and SEAs have a number too, and are no adapters of a switch.
    settings.ports.resize(spec.adapters.size() + 2 * spec.seas.size());
    settings.slots.resize(settings.ports.size(), hvswitch::kNoSlot);
    return settings;
}

bool has_link(const RigSpec& spec, AdapterId id) {
    return std::any_of(spec.seas.begin(), spec.seas.end(), [id](const SeaSpec& sea) {
        return std::find(sea.trunks.begin(), sea.trunks.end(), id) != sea.trunks.end();
    });
}

std::unique_ptr<port::RingPair> make_ring(std::uint32_t size,
                                          bool tag_beside,
                                          port::Offloads offloads) {
    Result<std::unique_ptr<port::RingPair>> ring = port::RingPair::make(size, tag_beside, offloads);
    SEALANE_CHECK(ring.ok(), "no ring for the rig");
    return std::move(ring).value();
}

}  // namespace

hvswitch::PortRules member_of(std::uint16_t pvid, std::initializer_list<std::uint16_t> vids) {
    hvswitch::PortRules rules;
    rules.present = true;
    rules.pvid = {pvid};
    for (const std::uint16_t vid : vids) {
        rules.vids.set(vid);
    }
    return rules;
}

hvswitch::PortRules trunk_of(std::uint16_t pvid, std::initializer_list<std::uint16_t> vids) {
    hvswitch::PortRules rules = member_of(pvid, vids);
    rules.is_trunk = true;
    return rules;
}

Rig::Rig(const RigSpec& spec)
    : pools_(make_rig_pools(this, spec)),
      switch_adapters_(spec.adapters.size()),
      settings_(settings_of(spec)),
      answers_(settings_.ports.size()) {
    const std::size_t all = settings_.ports.size();
    for (std::uint32_t worker = 0; worker < spec.workers; ++worker) {
        counters_.push_back(std::make_unique<AdapterCounters[]>(all));
    }
    shared_ = std::make_unique<hvswitch::Switch>(hvswitch::Switch::Settings{
        .rules = settings_, .slots = spec.slots, .tables = spec.tables, .workers = spec.workers});
    stations_.reserve(all);
    for (std::uint16_t i = 0; i < switch_adapters_; ++i) {
        const AdapterSpec& adapter = spec.adapters[i];
        add_station(adapter.name, adapter, has_link(spec, {i}), spec.workers > 1);
    }
    for (const SeaSpec& sea : spec.seas) {
        add_sea(sea, spec.adapters);
    }

    for (auto i = static_cast<std::uint16_t>(switch_adapters_); i-- > 0;) {
        const hvswitch::SlotId slot = spec.adapters[i].slot;
        if (slot != hvswitch::kNoSlot) shared_->slots().give(slot, {i});
    }
    for (const auto& bridge : bridges_) {
        bridge->from_wire();  // nothing there is older than the slots
    }
    for (std::uint32_t worker = 0; worker < spec.workers; ++worker) {
        forwarders_.push_back(std::make_unique<hvswitch::Forwarder>(
            hvswitch::Forwarder::Parts{.shared = *shared_,
                                       .outlets = outlets_,
                                       .counters = {counters_[worker].get(), all},
                                       .heads = pools_.heads.get()}));
    }
}

Rig::~Rig() = default;

AdapterId Rig::real_of(std::size_t sea) const {
    return {static_cast<std::uint16_t>(switch_adapters_ + 2 * sea)};
}

AdapterId Rig::virtual_of(std::size_t sea) const {
    return {static_cast<std::uint16_t>(switch_adapters_ + 2 * sea + 1)};
}

void Rig::inject(AdapterId from, const Bytes& frame, const Cuts& cuts) {
    rte_mbuf* const made = make_frame(pools_.frames.get(), frame, cuts);
    ASSERT_NE(made, nullptr) << "the rig's pool is empty";
    inject(from, made);
}

void Rig::inject(AdapterId from, rte_mbuf* frame) {
    AdapterCounters outcome;
    port::Tally tally(outcome);
    client(from).send(&frame, 1, tally);
    ASSERT_EQ(outcome.tx_frames.read(), 1U) << "the client's ring was full";
}

void Rig::run() {
    do {
        drain();
    } while (step() > 0);
}

unsigned Rig::forward(AdapterId from) {
    hvswitch::Forwarder& forwarder = *forwarders_[stations_[from.index].worker];
    return forwarder.takes_turn(from) ? forwarder.forward(from, now_) : 0;
}

void Rig::drain() {
    port::Tally tally(clients_);
    for (Station& station : stations_) {
        if (!station.ring || station.sea_outlet || station.held) continue;
        rte_mbuf* frame = nullptr;
        while (station.ring->far().receive(&frame, 1, tally) == 1) {
            station.taken.push_back(bytes_of(frame));
            EXPECT_FALSE(port::has_tag_beside(frame)) << "a client would not see that tag";
            rte_pktmbuf_free(frame);
        }
    }
}

std::vector<Bytes> Rig::take(AdapterId id) { return std::exchange(stations_[id.index].taken, {}); }

AdapterTotals Rig::totals(AdapterId id) const {
    AdapterTotals sum;
    for (const auto& block : counters_) {
        sum.add(block[id.index]);
    }
    return sum;
}

std::string Rig::broken_laws() const {
    std::string broken;
    AdapterTotals all;
    for (std::uint16_t i = 0; i < stations_.size(); ++i) {
        const AdapterTotals one = totals({i});
        const auto& ring = stations_[i].ring;
        const std::size_t pending = ring ? ring->near().state().pending : 0;
        if (!inward_law_holds(one)) broken += name({i}) + ": rx != admitted + inward drops\n";
        if (!outward_law_holds(one, pending)) broken += name({i}) + ": offered != tx + drops\n";
        all.add(one);
    }
    if (!whole_law_holds(all)) broken += "admitted + copies != offered + merged + between\n";
    return broken;
}

void Rig::publish(hvswitch::SwitchRules::Settings settings) {
    settings_ = settings;
    shared_->publish(std::move(settings));
    shared_->adapt_tables();
}

void Rig::forget_learned() {
    for (std::uint8_t i = 0; i < shared_->vswitches(); ++i) {
        shared_->table({i}).flush([](auto, const auto&) { return true; });
    }
}

void Rig::add_station(const std::string& name,
                      const AdapterSpec& spec,
                      bool tag_beside,
                      bool shared) {
    // As the product opens links: all that a client left to be done crosses to the SEA.
    constexpr port::Offloads kAll{.checksum = true, .tcp4 = true, .tcp6 = true, .udp = true};
    Station station{.name = name,
                    .ring = make_ring(spec.ring, tag_beside, tag_beside ? kAll : spec.offloads),
                    .worker = spec.worker};
    station.outlet =
        std::make_unique<port::Outlet>(station.ring->near(),
                                       pools_.heads.get(),
                                       port::Outlet::Settings{.mtu = spec.mtu,
                                                              .tpid = spec.rules.tpid,
                                                              .shared = shared,
                                                              .cut_large = spec.cut_large});
    outlets_.push_back(station.outlet.get());
    stations_.push_back(std::move(station));
}

void Rig::add_sea(const SeaSpec& spec, const std::vector<AdapterSpec>& adapters) {
    const AdapterSpec real{
        .mtu = spec.mtu, .offloads = spec.offloads, .cut_large = !spec.largesend};
    add_station(spec.name + ".real", real, false, false);
    stations_.push_back({.name = spec.name});
    if (spec.hears) stations_.back().ring = make_ring(AdapterSpec{}.ring, false, {});
    outlets_.push_back(nullptr);

    std::vector<sea::TrunkVlans> vlans;
    std::vector<port::Outlet*> links;
    std::vector<sea::Permit> permits;
    for (const AdapterId trunk : spec.trunks) {
        const AdapterSpec& adapter = adapters[trunk.index];
        sea::TrunkVlans carried{.pvid = adapter.rules.pvid};
        for (std::uint16_t vid = 1; vid < kVlanCount; ++vid) {
            if (adapter.rules.vids.test(vid)) carried.vids.push_back({vid});
        }
        vlans.push_back(carried);
        Station& station = stations_[trunk.index];
        station.sea_outlet = std::make_unique<port::Outlet>(
            station.ring->far(), pools_.heads.get(), port::Outlet::Settings{.mtu = adapter.mtu});
        links.push_back(station.sea_outlet.get());
        permits.push_back(adapter.slot == hvswitch::kNoSlot
                              ? sea::Permit{}
                              : sea::Permit{.word = shared_->slots().word(adapter.slot),
                                            .mine = hvswitch::SlotTable::held_by(trunk),
                                            .answer = &answers_[trunk.index]});
    }
    const std::size_t index = bridges_.size();
    bridges_.push_back(std::make_unique<sea::Bridge>(
        sea::BridgeRules(vlans, spec.default_trunk),
        sea::Bridge::Parts{
            .real = *stations_[real_of(index).index].outlet,
            .links = std::move(links),
            .permits = std::move(permits),
            .real_id = real_of(index),
            .sea_id = virtual_of(index),
            .address = kSeaAddress,
            .heads = pools_.heads.get(),
            .counters = {counters_[0].get(), settings_.ports.size()},
            .large_receive = spec.large_receive,
            .knows_senders = spec.knows_senders,
            .own = spec.hears ? &stations_[virtual_of(index).index].ring->near() : nullptr,
            .hears = spec.hears}));
}

/// One burst of everything, with the clients emptied after each, as real ones would keep up.
std::uint64_t Rig::step() {
    std::uint64_t moved = 0;
    for (std::uint16_t i = 0; i < switch_adapters_; ++i) {
        moved += hvswitch::AdapterPoller(*forwarders_[stations_[i].worker], {i}).poll(now_);
        drain();
    }
    for (const auto& bridge : bridges_) {
        moved += sea::RealSide(*bridge).poll(now_);
        for (std::size_t trunk = 0; trunk < bridge->trunks(); ++trunk) {
            moved += sea::TrunkSide(*bridge, trunk).poll(now_);
        }
        drain();
    }
    return moved;
}

}  // namespace sealane::test
