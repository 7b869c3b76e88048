// What large send costs: 64 KiB cut to an MSS of 1448 with all checksums, beside rte_gso_segment on
// the same frames, which knows IPv4 only and computes none; and sums of bytes.  "cycles" is TSC
// cycles per segment (or per sum); the frames' own buffers are used again, their segments freed.
#include <array>
#include <cstring>
#include <string>
#include <vector>
#include <x86intrin.h>

#include <rte_ethdev.h>
#include <rte_gso.h>
#include <rte_mbuf.h>

#include <benchmark/benchmark.h>

#include "bench/run.h"
#include "dataplane/base/check.h"
#include "dataplane/port/frame_copy.h"
#include "dataplane/port/offload.h"
#include "dataplane/port/pools.h"
#include "dataplane/port/segmenter.h"
#include "dataplane/wire/checksum.h"

namespace sealane {
namespace {

constexpr std::uint16_t kMss = 1448;
constexpr std::uint16_t kSegments = 45;
constexpr std::size_t kHeaders4 = 54;

/// Ethernet, IPv4 or IPv6, TCP, and 45 segments' worth of payload.
std::vector<std::uint8_t> large_frame(int version) {
    const std::size_t headers = version == 4 ? kHeaders4 : kHeaders4 + 20;
    std::vector<std::uint8_t> frame(headers + std::size_t{kMss} * kSegments);
    for (std::size_t i = 0; i < frame.size(); ++i) {
        frame[i] = static_cast<std::uint8_t>(i * 7 + i / 251);
    }
    std::uint8_t* const ip = frame.data() + 14;
    std::memset(ip, 0, headers - 14);
    if (version == 4) {
        wire::store_be16(ip - 2, 0x0800);
        ip[0] = 0x45;
        wire::store_be16(ip + 2, static_cast<std::uint16_t>(frame.size() - 14));
        ip[9] = 6;
    } else {
        wire::store_be16(ip - 2, 0x86dd);
        ip[0] = 0x60;
        wire::store_be16(ip + 4, static_cast<std::uint16_t>(frame.size() - 54));
        ip[6] = 6;
    }
    frame[headers - 8] = 0x50;
    frame[headers - 7] = 0x10;
    return frame;
}

/// Frames that outlive what is done with them: each piece has one reference more.
struct Bench {
    port::Pools pools;
    port::PoolPointer whole;
    std::vector<rte_mbuf*> frames;
    std::size_t next = 0;

    Bench(int version, std::int64_t count, bool in_pieces) {
        Result<port::Pools> made = port::make_pools("segment", 4096, 8192);
        Result<port::PoolPointer> large = port::make_pool("segment_whole", 64, 65400);
        SEALANE_CHECK(made.ok() && large.ok(), "no memory for the benchmark's pools");
        pools = std::move(made).value();
        whole = std::move(large).value();
        const std::vector<std::uint8_t> bytes = large_frame(version);
        for (std::int64_t i = 0; i < count; ++i) {
            rte_mbuf* const frame =
                port::frame_of(bytes, in_pieces ? pools.frames.get() : whole.get());
            SEALANE_CHECK(frame != nullptr, "the benchmark's pool is too small");
            frame->ol_flags |= RTE_MBUF_F_TX_TCP_SEG;
            frame->tso_segsz = kMss;
            SEALANE_CHECK(port::check_offload(frame) == Drop::None, "the frame is wrong");
            frames.push_back(frame);
        }
    }
    ~Bench() { rte_pktmbuf_free_bulk(frames.data(), static_cast<unsigned>(frames.size())); }

    rte_mbuf* take() {
        rte_mbuf* const frame = frames[next];
        next = next + 1 == frames.size() ? 0 : next + 1;
        frame->ol_flags |= RTE_MBUF_F_TX_TCP_SEG;  // rte_gso_segment takes it away
        for (rte_mbuf* piece = frame; piece != nullptr; piece = piece->next) {
            rte_mbuf_refcnt_update(piece, 1);
        }
        return frame;
    }

    template <typename Cut>
    void run(benchmark::State& state, Cut&& cut) {
        std::array<rte_mbuf*, wire::kMostSegments> segments;
        std::uint64_t made = 0;
        const std::uint64_t start = __rdtsc();
        for (auto _ : state) {
            const unsigned count = cut(take(), segments);
            SEALANE_CHECK(count == kSegments, "the frame was not cut");
            rte_pktmbuf_free_bulk(segments.data(), count);
            made += count;
        }
        const std::uint64_t cycles = __rdtsc() - start;
        state.SetItemsProcessed(static_cast<std::int64_t>(made));
        state.SetBytesProcessed(static_cast<std::int64_t>(made * kMss));
        state.counters["cycles"] = static_cast<double>(cycles) / static_cast<double>(made);
    }
};

void cut_by_us(benchmark::State& state, port::SegmentChecksum checksum) {
    Bench bench(static_cast<int>(state.range(0)), state.range(1), state.range(2) != 0);
    bench.run(state, [&](rte_mbuf* frame, std::span<rte_mbuf*> segments) {
        return port::cut(frame, bench.pools.heads.get(), checksum, segments);
    });
    state.SetLabel(std::string(wire::sum_kernel_name()));
}

void BM_cut_with_checksums(benchmark::State& state) {
    cut_by_us(state, port::SegmentChecksum::Complete);
}
void BM_cut_without(benchmark::State& state) { cut_by_us(state, port::SegmentChecksum::Partial); }

void BM_rte_gso_without(benchmark::State& state) {
    Bench bench(static_cast<int>(state.range(0)), state.range(1), state.range(2) != 0);
    rte_gso_ctx context{};
    context.direct_pool = bench.pools.heads.get();
    context.indirect_pool = bench.pools.heads.get();
    context.gso_types = RTE_ETH_TX_OFFLOAD_TCP_TSO;
    context.gso_size = kMss + kHeaders4;
    bench.run(state, [&](rte_mbuf* frame, std::span<rte_mbuf*> segments) {
        const int made = rte_gso_segment(
            frame, &context, segments.data(), static_cast<std::uint16_t>(segments.size()));
        rte_pktmbuf_free(frame);
        return static_cast<unsigned>(made);
    });
}

// One frame again and again, and more than a second-level cache holds; in one buffer and in many.
BENCHMARK(BM_cut_with_checksums)
    ->ArgNames({"ip", "frames", "pieces"})
    ->ArgsProduct({{4, 6}, {1, 64}, {0, 1}});
BENCHMARK(BM_cut_without)
    ->ArgNames({"ip", "frames", "pieces"})
    ->ArgsProduct({{4}, {1, 64}, {0, 1}});
BENCHMARK(BM_rte_gso_without)
    ->ArgNames({"ip", "frames", "pieces"})
    ->ArgsProduct({{4}, {1, 64}, {0, 1}});

void BM_sum(benchmark::State& state, const wire::SumKernel& kernel) {
    const auto length = static_cast<std::size_t>(state.range(0));
    std::vector<std::uint8_t> bytes(length + 64, 0x5a);
    std::uint64_t sums = 0;
    const std::uint64_t start = __rdtsc();
    for (auto _ : state) {
        benchmark::DoNotOptimize(kernel.sum(bytes.data() + 2, length));
        ++sums;
    }
    const std::uint64_t cycles = __rdtsc() - start;
    state.SetBytesProcessed(static_cast<std::int64_t>(sums * length));
    state.counters["cycles"] = static_cast<double>(cycles) / static_cast<double>(sums);
}

}  // namespace
}  // namespace sealane

int main(int argc, char** argv) {
    for (const sealane::wire::SumKernel& kernel : sealane::wire::sum_kernels()) {
        if (!kernel.usable) continue;
        const std::string name = "BM_sum_" + std::string(kernel.name);
        benchmark::RegisterBenchmark(name.c_str(), sealane::BM_sum, kernel)
            ->Arg(64)
            ->Arg(256)
            ->Arg(1448)
            ->Arg(65160);
    }
    return sealane::run_benchmarks(argc, argv);
}
