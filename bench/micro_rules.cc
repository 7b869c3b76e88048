// What one decision costs: parse, admit, address lookup and learning, tag push and pop.
// "cycles" is TSC cycles per operation.
#include <array>
#include <cstdint>
#include <vector>
#include <x86intrin.h>

#include <benchmark/benchmark.h>

#include "dataplane/wire/head.h"
#include "hvswitch/rules/address_table.h"
#include "hvswitch/rules/admit.h"

namespace sealane {
namespace {

/// Counts TSC cycles over the loop of a benchmark.
class CycleCount {
  public:
    explicit CycleCount(benchmark::State& state) : state_(state), start_(__rdtsc()) {}
    ~CycleCount() {
        const auto cycles = static_cast<double>(__rdtsc() - start_);
        state_.counters["cycles"] = cycles / static_cast<double>(state_.items_processed());
    }

  private:
    benchmark::State& state_;
    std::uint64_t start_;
};

std::array<std::uint8_t, 64> tagged_frame() {
    std::array<std::uint8_t, 64> frame{};
    wire::store_mac(frame.data(), {0x0200'0000'0002});
    wire::store_mac(frame.data() + 6, {0x0200'0000'0001});
    wire::store_be16(frame.data() + 12, wire::kTpidCustomer);
    wire::store_be16(frame.data() + 14, wire::make_tci({10}, 3).value);
    wire::store_be16(frame.data() + 16, 0x0800);
    return frame;
}

hvswitch::PortRules trunk_rules() {
    hvswitch::PortRules rules;
    rules.present = true;
    rules.pvid = {1};
    rules.vids.set(10);
    return rules;
}

void BM_parse(benchmark::State& state) {
    const auto frame = tagged_frame();
    const CycleCount counted(state);
    for (auto _ : state) {
        benchmark::DoNotOptimize(wire::parse(frame.data(), frame.size()));
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_parse);

void BM_admit(benchmark::State& state) {
    const auto frame = tagged_frame();
    const wire::FrameHead head = wire::parse(frame.data(), frame.size());
    const hvswitch::PortRules rules = trunk_rules();
    const CycleCount counted(state);
    for (auto _ : state) {
        benchmark::DoNotOptimize(hvswitch::admit(rules, head));
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_admit);

void BM_tag_pop_push(benchmark::State& state) {
    auto frame = tagged_frame();
    const CycleCount counted(state);
    for (auto _ : state) {
        wire::pop_tag(frame.data());
        wire::push_tag(frame.data(), wire::kTpidCustomer, wire::make_tci({10}, 3));
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_tag_pop_push);

/// Addresses in an order that no prefetcher can guess.
std::vector<hvswitch::AddressKey> keys(std::int64_t count) {
    std::vector<hvswitch::AddressKey> made;
    for (std::int64_t i = 0; i < count; ++i) {
        const auto scattered = static_cast<std::uint64_t>(i) * 0x9e37'79b9'7f4a'7c15 >> 24;
        made.emplace_back(
            VswitchId{0}, VlanId{10}, MacAddress{(scattered & 0xff'ffff'ffff) | 0x0200'0000'0000});
    }
    return made;
}

void BM_address_find(benchmark::State& state) {
    hvswitch::AddressTable table({.capacity = static_cast<std::size_t>(state.range(0))}, 1);
    const std::vector<hvswitch::AddressKey> all = keys(state.range(0));
    for (const hvswitch::AddressKey key : all) {
        table.learn(key, {1}, ~0U, Instant{});
    }
    constexpr std::size_t kBatch = 64;
    std::size_t at = 0;
    const CycleCount counted(state);
    for (auto _ : state) {
        for (std::size_t i = 0; i < kBatch; ++i) {
            benchmark::DoNotOptimize(table.probe(all[(at + i) % all.size()]));
        }
        for (std::size_t i = 0; i < kBatch; ++i) {
            benchmark::DoNotOptimize(table.find(all[(at + i) % all.size()]));
        }
        at = (at + kBatch) % all.size();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBatch));
}
BENCHMARK(BM_address_find)->Arg(1)->Arg(1024)->Arg(16384)->Arg(1 << 20);

void BM_address_learn(benchmark::State& state) {
    const std::vector<hvswitch::AddressKey> all = keys(state.range(0));
    std::uint64_t cycles = 0;
    for (auto _ : state) {
        hvswitch::AddressTable table({.capacity = all.size()}, 1);
        const std::uint64_t start = __rdtsc();
        for (const hvswitch::AddressKey key : all) {
            benchmark::DoNotOptimize(table.learn(key, {1}, ~0U, Instant{}));
        }
        cycles += __rdtsc() - start;
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
    state.counters["cycles"] =
        static_cast<double>(cycles) / static_cast<double>(state.items_processed());
}
BENCHMARK(BM_address_learn)->Arg(1024)->Arg(1 << 20);

}  // namespace
}  // namespace sealane
