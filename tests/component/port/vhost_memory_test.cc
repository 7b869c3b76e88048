// A guest's descriptors and headers, of every good kind and of some bad ones.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <random>
#include <thread>

#include "dataplane/base/drop.h"
#include "tests/component/port/driven_test.h"
#include "tests/component/port/taking_port.h"
#include "tests/support/claims.h"
#include "tests/support/seed.h"

namespace sealane::test {
namespace {

using Descriptor = VhostDriver::Descriptor;
constexpr auto kFromGuest = VhostDriver::FromGuest;

class VhostMemory : public DrivenTest {
  protected:
    /// The buffer of descriptor 0, where chains are made of.
    static std::size_t spot(const VhostDriver& peer) { return peer.buffer_at(kFromGuest, 0); }
    static void put(VhostDriver& peer, std::size_t at, const Bytes& bytes) {
        std::ranges::copy(bytes, peer.memory().subspan(at).begin());
    }
    /// The bytes from `spot` on in a chain of pieces, the last of which takes the rest.
    static void offer_chain(VhostDriver& peer,
                            std::size_t length,
                            std::size_t pieces,
                            std::size_t each) {
        std::size_t at = 0;
        for (std::size_t i = 0; i < pieces; ++i) {
            const bool last = i + 1 == pieces;
            const std::size_t size = last ? length - at : each;
            peer.describe(kFromGuest,
                          static_cast<std::uint16_t>(i),
                          {.address = VhostDriver::guest_address(spot(peer) + at),
                           .length = static_cast<std::uint32_t>(size),
                           .flags = last ? std::uint16_t{0} : VhostDriver::kNext,
                           .next = static_cast<std::uint16_t>(i + 1)});
            at += size;
        }
        peer.offer(kFromGuest, 0);
        peer.kick(kFromGuest);
    }
};

Bytes with_header(const Bytes& frame, const VirtioHeader& header = {}) {
    Bytes bytes(sizeof header);
    std::memcpy(bytes.data(), &header, sizeof header);
    bytes.insert(bytes.end(), frame.begin(), frame.end());
    return bytes;
}

// S11 of the attacks: neighbours for the guest are not neighbours here.
TEST_F(VhostMemory, BufferAcrossTwoRegionsArrivesWhole) {
    open(serving());
    const auto peer = driver({.regions = 8});
    const std::size_t border = peer->memory().size() / 8 * 5;  // among the buffers to send
    const Bytes frame = frame_of(1000, 3);
    const Bytes bytes = with_header(frame);
    for (const std::size_t before : {1U, 11U, 12U, 13U, 500U, 1011U}) {
        put(*peer, border - before, bytes);
        const auto index = static_cast<std::uint16_t>(0);
        peer->describe(kFromGuest,
                       index,
                       {.address = VhostDriver::guest_address(border - before),
                        .length = static_cast<std::uint32_t>(bytes.size())});
        peer->offer(kFromGuest, index);
        EXPECT_EQ(pass_all(), Fate{.out = {frame}}) << before;
    }
}

// S08.
TEST_F(VhostMemory, HeaderInPiecesIsPutTogether) {
    open(serving());
    const auto peer = driver({.features = VhostDriver::kSends});
    const Packet packet = large_packet(700);
    const VirtioHeader header{
        .flags = VirtioHeader::kNeedsChecksum, .checksum_start = 34, .checksum_offset = 16};
    const Bytes bytes = with_header(packet.bytes(), header);
    for (const std::size_t each : {1U, 2U, 5U, 11U, 12U, 13U, 100U}) {
        put(*peer, spot(*peer), bytes);
        offer_chain(*peer, bytes.size(), 13, each < 50 ? each : 50);
        EXPECT_EQ(pass_all(), Fate{.out = {completed(packet)}}) << each;
    }
}

TEST_F(VhostMemory, ChainThatIsNoFrameCostsItself) {
    open(serving());
    for (const std::size_t length : {0U, 1U, 11U, 12U}) {
        for (const std::size_t pieces : {1U, 2U}) {
            const auto peer = driver({.features = VhostDriver::kSends});
            offer_chain(*peer, length, pieces, length / 2);
            const Fate fate = pass_all();
            EXPECT_TRUE(fate.out.empty()) << length;
        }
        ASSERT_TRUE(soon([&] { return !port().state().up; }));
    }
    const auto good = driver();
    good->give_buffers();
    exchange(*good);
}

// Its bytes do not fit into all the buffers there are, however many of those are free.
TEST_F(VhostMemory, ChainThatNoFrameCanBeMadeOfIsMalformedAndTheNextIsGood) {
    constexpr std::uint16_t kPieces = 200;
    open(serving());
    const auto peer = driver();
    const std::uint64_t at = VhostDriver::guest_address(spot(*peer));
    for (std::uint16_t i = 0; i < kPieces; ++i) {
        const auto next = static_cast<std::uint16_t>(i + 1);
        peer->describe(kFromGuest,
                       i,
                       {.address = at,
                        .length = 4096,
                        .flags = next == kPieces ? std::uint16_t{0} : VhostDriver::kNext,
                        .next = next});
    }
    ASSERT_GT(kPieces * 4096U, rte_mempool_avail_count(pools().frames.get()) * 2048U);
    peer->offer(kFromGuest, 0);
    peer->kick(kFromGuest);
    EXPECT_EQ(pass_all(), Fate{.drops = {Drop::Malformed}});
    EXPECT_EQ(totals().rx_frames, 1U);
    EXPECT_TRUE(peer->send(frame_of(60)));
    EXPECT_EQ(pass_all(), Fate{.out = {frame_of(60)}});
}

// S14.
TEST_F(VhostMemory, ChainsWithoutAnEndAndTablesInTablesEnd) {
    open(serving());
    const std::uint64_t at = VhostDriver::guest_address(std::size_t{1} << 16);
    const auto table = [&](std::uint32_t length) {
        return Descriptor{.address = at, .length = length, .flags = VhostDriver::kTable};
    };
    const Descriptor empty_loop{.address = at, .length = 0, .flags = VhostDriver::kNext, .next = 0};
    const Descriptor nested{.address = at, .length = 32, .flags = VhostDriver::kTable};
    for (const auto& [head, entry] : {std::pair{empty_loop, Descriptor{}},
                                      {table(16), nested},
                                      {table(17), nested},
                                      {table(0), nested},
                                      {table(0xffff'fff0), nested},
                                      {table(16), empty_loop},
                                      {table(4096), empty_loop}}) {
        const auto peer = driver({.features = VhostDriver::kIndirect});
        std::memcpy(peer->memory().data() + (std::size_t{1} << 16), &entry, sizeof entry);
        peer->describe(kFromGuest, 0, head);
        peer->offer(kFromGuest, 0);
        EXPECT_LE(pass_all().out.size(), 1U);  // a table in a table is taken for a buffer
    }
    const auto good = driver();
    good->give_buffers();
    exchange(*good);
}

/// Writes nonsense, and now and then sense, all over what the driver shares.
class Vandal {
  public:
    Vandal(VhostDriver& peer, std::uint64_t seed) : peer_(peer), random_(seed) {}

    void run(const std::atomic<bool>& stop) {
        while (!stop.load(std::memory_order_relaxed)) {
            if (const auto ring = pick(2) == 0 ? VhostDriver::ToGuest : kFromGuest; pick(3) == 0) {
                restore(ring);
            } else {
                spoil(ring);
            }
            ++flips_;
        }
    }
    [[nodiscard]] std::uint64_t flips() const { return flips_; }

  private:
    /// Few, so that what stops a ring is soon in order again.
    static constexpr std::uint64_t kSpoilt = 8;

    std::uint64_t pick(std::uint64_t below) { return random_() % below; }

    void write(std::size_t at, std::uint64_t value, std::size_t length) {
        std::memcpy(peer_.memory().data() + at, &value, length);
    }
    /// A frame that is in order, but for what is spoilt a moment later.
    void restore(VhostDriver::Ring ring) {
        const auto index = static_cast<std::uint16_t>(pick(kSpoilt));
        const std::size_t at = peer_.buffer_at(ring, index);
        const Bytes& bytes = frames_[pick(frames_.size())];
        std::memcpy(peer_.memory().data() + at, bytes.data(), bytes.size());
        peer_.describe(ring,
                       index,
                       {.address = VhostDriver::guest_address(at),
                        .length = static_cast<std::uint32_t>(bytes.size()),
                        .flags = ring == kFromGuest ? std::uint16_t{0} : VhostDriver::kWrite});
        peer_.offer(ring, index);
    }
    void spoil(VhostDriver::Ring ring) {
        const std::size_t descriptor = VhostDriver::ring_at(ring) + 16 * pick(kSpoilt);
        const std::size_t buffer = peer_.buffer_at(ring, static_cast<std::uint16_t>(pick(kSpoilt)));
        switch (pick(8)) {
            case 0:
                return write(descriptor, interesting(), 8);
            case 1:
                return write(descriptor + 8, interesting(), 4);
            case 2:
                return write(descriptor + 12, pick(8), 2);
            case 3:
                return write(descriptor + 14, interesting(), 2);
            case 4:
                return write(VhostDriver::ring_at(ring) + 4096 + 2 * pick(258), interesting(), 2);
            default:
                return write(buffer + pick(12), interesting(), 1 + pick(2));  // the header
        }
    }
    std::uint64_t interesting() {
        switch (pick(4)) {
            case 0:
                return random_();
            case 1:
                return pick(70'000);
            case 2:
                return VhostDriver::guest_address(pick(peer_.memory().size() + 100));
            default:
                return pick(256);
        }
    }

    VhostDriver& peer_;
    std::mt19937_64 random_;
    std::vector<Bytes> frames_{with_header(large_packet(700).bytes()),
                               with_header(large_packet(3900).bytes()),
                               with_header(large_packet(700, 6).bytes()),
                               with_header(large_packet(3000, 4, false).bytes()),
                               with_header(frame_of(60))};
    std::uint64_t flips_ = 0;
};

// S10: the library and we may look twice, and see two things.  A table of descriptors whose length
// grows between its two looks, DPDK 22.11 allocates and clears at that length, as far as its memory
// goes: the longest turn is told.
TEST_F(VhostMemory, S10RewrittenUnderOurHandsItCostsItsGuestOnly) {
    open(serving());
    const std::uint64_t seed = seed_of_run();
    const auto peer =
        driver({.features = VhostDriver::kSends | VhostDriver::kReceives | VhostDriver::kIndirect});
    Vandal vandal(*peer, seed);
    std::atomic<bool> stop{false};
    std::thread thread([&] { vandal.run(stop); });

    using Clock = std::chrono::steady_clock;
    const Clock::time_point begin = Clock::now();
    Clock::duration longest{};
    TakingPort receiver;
    port::Outlet outlet(receiver, pools().heads.get(), {.mtu = 1500});
    std::uint64_t came = 0, turns = 0;
    while (Clock::now() - begin < std::chrono::milliseconds(1500)) {
        const Clock::time_point turn = Clock::now();
        ++turns;
        came += pass_burst(outlet);
        send({frame_of(60), frame_of(1000), frame_of(9000)});
        service(port());
        if (port().prepare_to_sleep()) port().awake();
        receiver.taken.clear();
        longest = std::max(longest, Clock::now() - turn);
    }
    stop = true;
    thread.join();
    std::printf(
        "SEALANE_SEED=%lu: %lu writes, %lu turns, %lu frames came in; longest turn %.1f ms\n",
        seed,
        vandal.flips(),
        turns,
        came,
        std::chrono::duration<double, std::milli>(longest).count());
    EXPECT_GT(came, 0U);
    expect_laws(port());
}

}  // namespace
}  // namespace sealane::test
