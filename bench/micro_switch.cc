// What a frame's whole way through the switch costs, without a driver: from one port to another,
// and to many.  "cycles" is TSC cycles per frame taken in; "least" is that of the best few bursts,
// which other work on the machine does not touch.
#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <utility>
#include <vector>
#include <x86intrin.h>

#include <rte_mbuf.h>

#include <benchmark/benchmark.h>

#include "bench/run.h"
#include "dataplane/base/check.h"
#include "dataplane/port/pools.h"
#include "dataplane/port/ring_port.h"
#include "dataplane/sea/bridge.h"
#include "dataplane/worker/eal.h"
#include "hvswitch/forwarder.h"

namespace sealane {
namespace {

/// Gives the same frames again and again, and takes what is sent by freeing it.
class LoopPort final : public port::Port {
  public:
    LoopPort(rte_mempool* pool, std::vector<std::array<std::uint8_t, 60>> frames)
        : pool_(pool), frames_(std::move(frames)) {}

    std::uint16_t receive(rte_mbuf** out, std::uint16_t room, port::Tally& /*tally*/) override {
        if (frames_.empty() || rte_pktmbuf_alloc_bulk(pool_, out, room) != 0) return 0;
        for (std::uint16_t i = 0; i < room; ++i) {
            std::memcpy(rte_pktmbuf_append(out[i], 60), frames_[next_].data(), 60);
            next_ = next_ + 1 == frames_.size() ? 0 : next_ + 1;
        }
        return room;
    }
    void send(rte_mbuf** frames, std::uint16_t count, port::Tally& tally) override {
        tally.sent(count, std::uint64_t{count} * 60);
        rte_pktmbuf_free_bulk(frames, count);
    }
    [[nodiscard]] port::PortTraits traits() const override { return {}; }
    [[nodiscard]] port::PortState state() const override { return {}; }

  private:
    rte_mempool* pool_;
    std::vector<std::array<std::uint8_t, 60>> frames_;
    std::size_t next_ = 0;
};

std::vector<std::array<std::uint8_t, 60>> frames_to(std::uint64_t first, std::int64_t count) {
    std::vector<std::array<std::uint8_t, 60>> frames(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < frames.size(); ++i) {
        frames[i].fill(0);
        wire::store_mac(frames[i].data(), {first + i});
        wire::store_mac(frames[i].data() + 6, {0x0200'0000'0001});
        wire::store_be16(frames[i].data() + 12, 0x88b5);
    }
    return frames;
}

/// Calls `turn()`, which returns frames, again and again.
template <typename Turn>
void measure(benchmark::State& state, Turn&& turn) {
    constexpr unsigned kFew = 32;
    std::int64_t frames = 0;
    unsigned few = 0, since = 0;
    const std::uint64_t start = __rdtsc();
    std::uint64_t began = start;
    double least = 1e9;
    for (auto _ : state) {
        const unsigned burst = turn();
        frames += burst;
        since += burst;
        if (++few < kFew) continue;
        const std::uint64_t end = __rdtsc();
        least = std::min(least, static_cast<double>(end - began) / since);
        began = end;
        few = since = 0;
    }
    const std::uint64_t cycles = __rdtsc() - start;
    state.SetItemsProcessed(frames);
    state.counters["cycles"] = static_cast<double>(cycles) / static_cast<double>(frames);
    state.counters["least"] = least;
}

constexpr Instant kNow{std::chrono::seconds{1}};

/// Only DPDK's own threads have the pools' caches.
struct DpdkThread {
    DpdkThread() {
        const Status registered = worker::register_worker_thread();
        SEALANE_CHECK(registered.ok(), "DPDK did not take this thread");
    }
    DpdkThread(const DpdkThread&) = delete;
    DpdkThread& operator=(const DpdkThread&) = delete;
    ~DpdkThread() { worker::unregister_worker_thread(); }
};

/// A switch with one sender, adapter 0, and `receivers` more in its VLAN.
struct Bench {
    DpdkThread thread;
    port::Pools pools;
    std::vector<std::unique_ptr<port::Port>> ports;
    std::vector<std::unique_ptr<port::Outlet>> outlets;
    std::vector<port::Outlet*> by_id;
    std::unique_ptr<AdapterCounters[]> counters;
    std::unique_ptr<hvswitch::Switch> shared;
    std::unique_ptr<hvswitch::Forwarder> forwarder;

    /// With a `link`, adapter 1 is a trunk adapter and that is its port.
    Bench(std::vector<std::array<std::uint8_t, 60>> frames,
          std::size_t receivers,
          VlanId tagged,
          port::Port* link = nullptr) {
        const std::size_t capacity = std::max<std::size_t>(65536, 2 * frames.size());
        Result<port::Pools> made = port::make_pools("bench", 8192, 32768);
        SEALANE_CHECK(made.ok(), "no memory for the benchmark's pools");
        pools = std::move(made).value();
        hvswitch::Switch::Settings settings;
        settings.tables.push_back({.capacity = capacity});
        for (std::size_t i = 0; i <= receivers; ++i) {
            hvswitch::PortRules rules;
            rules.present = true;
            rules.pvid = i == 0 ? VlanId{10} : tagged;
            if (rules.pvid != VlanId{10}) rules.vids.set(10);
            rules.is_trunk = i == 1 && link != nullptr;
            settings.rules.ports.push_back(rules);
            settings.rules.slots.push_back(rules.is_trunk ? hvswitch::SlotId{0}
                                                          : hvswitch::kNoSlot);
            ports.push_back(std::make_unique<LoopPort>(
                pools.frames.get(), std::exchange(frames, {})));  // all of them come from the first
            outlets.push_back(std::make_unique<port::Outlet>(rules.is_trunk ? *link : *ports.back(),
                                                             pools.heads.get(),
                                                             port::Outlet::Settings{}));
            by_id.push_back(outlets.back().get());
        }
        counters = std::make_unique<AdapterCounters[]>(receivers + 1);
        settings.slots = link == nullptr ? 0 : 1;
        shared = std::make_unique<hvswitch::Switch>(std::move(settings));
        if (link != nullptr) shared->slots().give({0}, {1});
        forwarder = std::make_unique<hvswitch::Forwarder>(
            hvswitch::Forwarder::Parts{.shared = *shared,
                                       .outlets = by_id,
                                       .counters = {counters.get(), receivers + 1},
                                       .heads = pools.heads.get()});
    }

    void run(benchmark::State& state) {
        measure(state, [&] { return forwarder->forward({0}, kNow); });
    }
};

void BM_unicast(benchmark::State& state) {
    constexpr std::uint64_t kFirst = 0x0200'0001'0000;
    Bench bench(frames_to(kFirst, state.range(0)), 1, {static_cast<std::uint16_t>(state.range(1))});
    for (std::int64_t i = 0; i < state.range(0); ++i) {
        const hvswitch::AddressKey key({0}, {10}, {kFirst + static_cast<std::uint64_t>(i)});
        bench.shared->table({0}).learn(key, {1}, ~0U, Instant{});
    }
    bench.run(state);
}
BENCHMARK(BM_unicast)
    ->ArgNames({"macs", "pvid"})
    ->Args({1, 10})
    ->Args({1024, 10})
    ->Args({16384, 10})
    ->Args({1 << 20, 10})
    ->Args({1024, 20});  // receiver's PVID is another: a tag is put in

/// Adapter 1 is a SEA's trunk: its port is a link, and at the other end is the SEA.
void BM_sea(benchmark::State& state) {
    constexpr std::uint64_t kFirst = 0x0200'0001'0000;
    const VlanId pvid{static_cast<std::uint16_t>(state.range(1))};
    auto link = port::RingPair::make(1024, true, {});
    SEALANE_CHECK(link.ok(), "no link for the benchmark");
    Bench bench(frames_to(kFirst, state.range(0)), 1, pvid, &link.value()->near());
    port::Outlet far(link.value()->far(), bench.pools.heads.get(), port::Outlet::Settings{});
    LoopPort wire(bench.pools.frames.get(), {});
    port::Outlet real(wire, bench.pools.heads.get(), port::Outlet::Settings{});
    std::array<AdapterCounters, 2> counters;
    constexpr std::uint32_t kMine = 1;
    const std::atomic<std::uint64_t> permit{kMine};  // as one of a pair
    const std::vector<sea::TrunkVlans> vlans{{.pvid = pvid, .vids = {{10}}}};
    sea::Bridge bridge(sea::BridgeRules(vlans, 0),
                       {.real = real,
                        .links = {&far},
                        .permits = {{.word = &permit, .mine = kMine}},
                        .real_id = {0},
                        .sea_id = {1},
                        .address = {},
                        .heads = bench.pools.heads.get(),
                        .counters = counters});
    measure(state, [&] {
        const unsigned frames = bench.forwarder->forward({0}, kNow);
        bridge.from_trunk(0, kNow);
        return frames;
    });
}
BENCHMARK(BM_sea)->ArgNames({"macs", "pvid"})->Args({1, 10})->Args({1024, 10})->Args({1024, 20});

void BM_broadcast(benchmark::State& state) {
    Bench bench(frames_to(0xffff'ffff'ffff, 1), static_cast<std::size_t>(state.range(0)), {10});
    bench.run(state);
}
BENCHMARK(BM_broadcast)->ArgName("receivers")->Arg(1)->Arg(4)->Arg(64);

}  // namespace
}  // namespace sealane

int main(int argc, char** argv) { return sealane::run_benchmarks(argc, argv); }
