// The switch's own address table beside DPDK's rte_hash, on what a switch asks of it: both
// addresses of each frame of a burst of 64, and a new address.  "cycles" is TSC cycles per frame
// (two lookups) or per address added; "least" is that of the best 256 bursts (16384 frames) in a
// row, which other work on the machine did not touch.
//
// Both are keyed by (vswitch, VLAN, MAC) in one word, have room for 65536 entries (what a table has
// unless told otherwise) or twice as many as there are addresses, and answer with an adapter.
// rte_hash is there as it is fastest (no reader may run while somebody writes) and as the switch
// would have to use it (readers without locks).  Its hash is the processor's CRC, which is no
// secret to who wants keys that meet; the own table's is.
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>
#include <x86intrin.h>

#include <rte_hash.h>
#include <rte_hash_crc.h>

#include <benchmark/benchmark.h>

#include "bench/run.h"
#include "dataplane/base/check.h"
#include "hvswitch/rules/address_table.h"

namespace sealane {
namespace {

using hvswitch::AddressKey;

constexpr std::size_t kBurst = 64;
constexpr std::uint64_t kBlock = 256;
constexpr AdapterId kAdapter{1};

std::size_t capacity_for(std::size_t addresses) {
    return std::max<std::size_t>(65'536, 2 * addresses);
}

/// Addresses in an order that no prefetcher can guess.
std::vector<AddressKey> keys(std::int64_t count) {
    std::vector<AddressKey> made;
    for (std::int64_t i = 0; i < count; ++i) {
        const auto scattered = static_cast<std::uint64_t>(i) * 0x9e37'79b9'7f4a'7c15 >> 24;
        made.emplace_back(
            VswitchId{0}, VlanId{10}, MacAddress{(scattered & 0xff'ffff'ffff) | 0x0200'0000'0000});
    }
    return made;
}

/// Addresses of a burst's frames, as the switch has them once it has read the headers.
struct Burst {
    std::array<std::uint64_t, kBurst> destinations, sources;
};

class OwnTable {
  public:
    explicit OwnTable(std::size_t capacity) : table_({.capacity = capacity}, 0x5ea1) {}

    bool add(AddressKey key) {
        return table_.learn(key, kAdapter, ~0U, Instant{}) == hvswitch::Learning::Added;
    }

    /// Sum of what was found.
    std::uint64_t look_up(const Burst& burst) {
        for (std::size_t i = 0; i < kBurst; ++i) {
            sources_[i] = table_.probe(AddressKey(burst.sources[i]));
            destinations_[i] = table_.probe(AddressKey(burst.destinations[i]));
        }
        std::uint64_t found = 0;
        for (const auto* probes : {&sources_, &destinations_}) {
            for (const hvswitch::AddressProbe& probe : *probes) {
                const hvswitch::FoundEntry entry = table_.find(probe);
                found += entry ? (*entry).adapter.index : 0;
            }
        }
        return found;
    }

  private:
    hvswitch::AddressTable table_;
    std::array<hvswitch::AddressProbe, kBurst> sources_, destinations_;
};

template <std::uint8_t kFlags>
class RteTable {
  public:
    explicit RteTable(std::size_t capacity) {
        rte_hash_parameters wanted{};
        wanted.name = "micro_table";
        wanted.entries = static_cast<std::uint32_t>(capacity);
        wanted.key_len = sizeof(std::uint64_t);
        wanted.hash_func = rte_hash_crc;
        wanted.socket_id = SOCKET_ID_ANY;
        wanted.extra_flag = kFlags;
        table_ = rte_hash_create(&wanted);
        SEALANE_CHECK(table_ != nullptr, "rte_hash has no memory");
    }
    ~RteTable() { rte_hash_free(table_); }
    RteTable(const RteTable&) = delete;
    RteTable& operator=(const RteTable&) = delete;

    bool add(AddressKey key) {
        // NOLINTNEXTLINE(performance-no-int-to-ptr): rte_hash keeps small values so.
        void* const adapter = reinterpret_cast<void*>(std::uintptr_t{kAdapter.index});
        return rte_hash_add_key_data(table_, &key.word, adapter) == 0;
    }

    std::uint64_t look_up(const Burst& burst) {
        return look_up(burst.sources) + look_up(burst.destinations);
    }

  private:
    std::uint64_t look_up(const std::array<std::uint64_t, kBurst>& words) {
        std::array<const void*, kBurst> pointers;
        for (std::size_t i = 0; i < kBurst; ++i) {
            pointers[i] = &words[i];
        }
        std::array<void*, kBurst> answers;
        std::uint64_t hits = 0;
        rte_hash_lookup_bulk_data(table_, pointers.data(), kBurst, &hits, answers.data());
        std::uint64_t found = 0;
        for (std::size_t i = 0; i < kBurst; ++i) {
            const bool hit = (hits >> i & 1) != 0;
            found += hit ? reinterpret_cast<std::uintptr_t>(answers[i]) : 0;
        }
        return found;
    }

    rte_hash* table_;
};

using RteAlone = RteTable<0>;
using RteLockFree = RteTable<RTE_HASH_EXTRA_FLAGS_RW_CONCURRENCY_LF>;

template <typename Table>
void BM_look_up(benchmark::State& state) {
    const std::vector<AddressKey> all = keys(state.range(0));
    Table table(capacity_for(all.size()));
    for (const AddressKey key : all) {
        SEALANE_CHECK(table.add(key), "the table took an address not");
    }
    std::size_t destination = 0;
    std::size_t source = all.size() / 2;
    std::uint64_t found = 0;
    Burst burst;
    std::uint64_t least = ~std::uint64_t{0};
    std::uint64_t bursts = 0;
    const std::uint64_t start = __rdtsc();
    std::uint64_t block_start = start;
    for (auto _ : state) {
        for (std::size_t i = 0; i < kBurst; ++i) {
            burst.destinations[i] = all[destination].word;
            burst.sources[i] = all[source].word;
            destination = destination + 1 == all.size() ? 0 : destination + 1;
            source = source + 1 == all.size() ? 0 : source + 1;
        }
        found += table.look_up(burst);
        if (++bursts % kBlock != 0) continue;
        const std::uint64_t now = __rdtsc();
        least = std::min(least, now - block_start);
        block_start = now;
    }
    const auto cycles = static_cast<double>(__rdtsc() - start);
    const auto frames = static_cast<std::uint64_t>(state.iterations()) * kBurst;
    SEALANE_CHECK(found == 2 * frames * kAdapter.index, "an address was not found");
    state.SetItemsProcessed(static_cast<std::int64_t>(frames));
    state.counters["cycles"] = cycles / static_cast<double>(frames);
    if (bursts >= kBlock) {
        state.counters["least"] = static_cast<double>(least) / static_cast<double>(kBlock * kBurst);
    }
}

template <typename Table>
void BM_add(benchmark::State& state) {
    const std::vector<AddressKey> all = keys(state.range(0));
    std::uint64_t cycles = 0;
    for (auto _ : state) {
        Table table(capacity_for(all.size()));
        std::size_t added = 0;
        const std::uint64_t start = __rdtsc();
        for (const AddressKey key : all) {
            added += table.add(key) ? 1 : 0;
        }
        cycles += __rdtsc() - start;
        SEALANE_CHECK(added == all.size(), "the table took an address not");
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
    state.counters["cycles"] =
        static_cast<double>(cycles) / static_cast<double>(state.items_processed());
}

void sizes(benchmark::internal::Benchmark* one) {
    one->ArgName("addresses")->Arg(1)->Arg(1024)->Arg(16384)->Arg(1 << 20);
}
BENCHMARK_TEMPLATE(BM_look_up, OwnTable)->Apply(sizes);
BENCHMARK_TEMPLATE(BM_look_up, RteAlone)->Apply(sizes);
BENCHMARK_TEMPLATE(BM_look_up, RteLockFree)->Apply(sizes);
BENCHMARK_TEMPLATE(BM_add, OwnTable)->ArgName("addresses")->Arg(1024)->Arg(1 << 20);
BENCHMARK_TEMPLATE(BM_add, RteAlone)->ArgName("addresses")->Arg(1024)->Arg(1 << 20);
BENCHMARK_TEMPLATE(BM_add, RteLockFree)->ArgName("addresses")->Arg(1024)->Arg(1 << 20);

}  // namespace
}  // namespace sealane

int main(int argc, char** argv) { return sealane::run_benchmarks(argc, argv); }
