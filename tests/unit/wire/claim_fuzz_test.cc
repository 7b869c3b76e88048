// A million frames that nobody would send, and claims about them: nothing is read or written that
// is not theirs (the sanitizers look on), and what is found fits into what there is.
#include <algorithm>
#include <array>
#include <memory>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "dataplane/wire/claim.h"
#include "dataplane/wire/segment.h"
#include "tests/support/packet.h"
#include "tests/support/seed.h"

namespace sealane::wire {
namespace {

using test::Packet;
using Fault = L4Head::Fault;

constexpr int kFrames = 1'000'000;

std::vector<Packet::Bytes> honest_frames() {
    std::vector<Packet::Bytes> all;
    for (const int version : {4, 6}) {
        for (const bool tcp : {true, false}) {
            for (const std::size_t tags : {0U, 4U, 8U}) {
                Packet packet{.version = version, .tcp = tcp, .payload = test::payload_of(150)};
                packet.tags = Packet::Bytes{0x81, 0, 0, 10, 0x81, 0, 0, 11};
                packet.tags.resize(tags);
                if (tags == 4 && version == 4) packet.ip_options = Packet::Bytes(8, 1);
                if (tags == 4 && tcp) packet.tcp_options = Packet::Bytes(12, 1);
                if (tags == 8 && version == 6) {
                    packet.extensions = {{.type = 0, .rest = Packet::Bytes(7)},
                                         {.type = 51, .rest = Packet::Bytes(7)},
                                         {.type = 60, .rest = Packet::Bytes(7)}};
                }
                all.push_back(packet.bytes());
            }
        }
    }
    Packet longest{.version = 6, .payload = test::payload_of(50)};
    longest.extensions.assign(14, {.type = 60, .rest = Packet::Bytes(7)});
    all.push_back(longest.bytes());
    return all;
}

/// Makes frames; each in memory of its own that ends where it ends.
class Mutator {
  public:
    explicit Mutator(std::uint64_t seed) : random_(seed) {}

    struct Frame {
        std::unique_ptr<std::uint8_t[]> bytes;
        std::size_t seen = 0;  ///< As parse_l4() wants it.
        std::size_t length = 0;

        [[nodiscard]] std::span<const std::uint8_t> span() const { return {bytes.get(), seen}; }
    };

    Frame frame() {
        Packet::Bytes bytes = pick(16) == 0 ? noise() : honest_[pick(honest_.size())];
        for (std::uint64_t n = pick(5); n > 0 && !bytes.empty(); --n) {
            bytes[pick(std::min<std::size_t>(bytes.size(), 120))] = byte();
        }
        if (pick(4) == 0) bytes.resize(pick(bytes.size() + 1));
        Frame frame{.length = bytes.size()};
        // More than is looked at.
        if (bytes.size() >= kL4ParseLength && pick(2) == 0) frame.length += pick(65'000);
        frame.seen = std::min(bytes.size(), kL4ParseLength);
        frame.bytes = std::make_unique<std::uint8_t[]>(frame.seen);
        std::copy_n(bytes.begin(), frame.seen, frame.bytes.get());
        return frame;
    }
    Claim claim() {
        return {.tcp = pick(2) == 0,
                .udp = pick(3) == 0,
                .tcp_large = pick(2) == 0,
                .udp_large = pick(4) == 0,
                .piece = static_cast<std::uint16_t>(pick(4) == 0 ? pick(65'536) : 60 + pick(80)),
                .ipv4 = pick(8) == 0,
                .ipv6 = pick(8) == 0,
                .other = pick(64) == 0,
                .l4_offset = static_cast<std::uint16_t>(pick(4) == 0 ? pick(100) : 0)};
    }

  private:
    std::uint64_t pick(std::uint64_t below) { return random_() % below; }
    std::uint8_t byte() {
        constexpr std::array<std::uint8_t, 16> kTelling{
            0, 1, 4, 5, 6, 8, 17, 40, 43, 44, 51, 60, 0x45, 0x50, 0x81, 0xff};
        return pick(2) == 0 ? kTelling[pick(kTelling.size())]
                            : static_cast<std::uint8_t>(pick(256));
    }
    Packet::Bytes noise() {
        Packet::Bytes bytes(pick(200));
        std::ranges::generate(bytes, [&] { return byte(); });
        return bytes;
    }

    std::mt19937_64 random_;
    std::vector<Packet::Bytes> honest_ = honest_frames();
};

void expect_fits(const L4Head& head, std::size_t length) {
    ASSERT_TRUE(head.ip_version == 4 || head.ip_version == 6);
    ASSERT_GE(head.l3_length, head.ip_version == 4 ? 20 : 40);
    ASSERT_LE(head.headers(), kL4ParseLength);
    ASSERT_LE(head.l2_length + std::size_t{head.ip_length}, length);
    ASSERT_LE(std::uint32_t{head.l3_length} + head.l4_length, head.ip_length);
    if (head.l4_length == 0) return;
    ASSERT_FALSE(head.fragment);
    ASSERT_GE(head.l4_length, head.protocol == kProtocolTcp ? 20 : 8);
}

/// The headers of the first segment and of the last.
void expect_cuts(const CheckedClaim& checked, const Claim& claim, const Mutator::Frame& frame) {
    const std::size_t headers = checked.head.headers();
    const Segmentation made(frame.span().first(headers), checked.head, claim.piece);
    ASSERT_GE(made.count(), 2U);
    ASSERT_LE(made.count(), kMostSegments);
    const std::uint32_t last = made.count() - 1;
    ASSERT_EQ(made.offset(last) + made.length(last), checked.head.payload());
    ASSERT_GE(made.length(last), 1U);
    for (const std::uint32_t segment : {0U, last}) {
        const auto to = std::make_unique<std::uint8_t[]>(headers);
        made.write(to.get(), segment, std::uint16_t{0x1234});
        made.write(to.get(), segment, {});
        const L4Head own = parse_l4({to.get(), headers}, headers + made.length(segment));
        ASSERT_EQ(own.headers(), headers);
        ASSERT_EQ(own.payload(), made.length(segment));
    }
}

TEST(ClaimFuzz, NothingElseIsReadAndWhatIsFoundFits) {
    Mutator mutator(test::seed_of_run());
    std::array<int, 5> faults{};
    int good = 0, cut = 0;
    for (int i = 0; i < kFrames; ++i) {
        const Mutator::Frame frame = mutator.frame();
        const Claim claim = mutator.claim();
        const L4Head head = parse_l4(frame.span(), frame.length);
        ++faults.at(static_cast<std::size_t>(head.fault));
        const L4Head ip = parse_l3(frame.span(), frame.length);
        if (head.fault == Fault::None) {
            ASSERT_NO_FATAL_FAILURE(expect_fits(head, frame.length)) << i;
            ASSERT_EQ(ip.l3_length, head.l3_length) << i;
        }
        const CheckedClaim checked = check_claim(claim, frame.span(), frame.length);
        if (checked.drop != Drop::None) continue;
        ASSERT_EQ(checked.head, head) << i;
        ++good;
        if (!checked.large) continue;
        ++cut;
        ASSERT_NO_FATAL_FAILURE(expect_cuts(checked, claim, frame)) << i;
    }
    for (const int count : faults) {
        EXPECT_GT(count, kFrames / 2000);
    }
    EXPECT_GT(good, kFrames / 100);
    EXPECT_GT(cut, kFrames / 200);
}

}  // namespace
}  // namespace sealane::wire
