#include <algorithm>
#include <memory>

#include <gtest/gtest.h>

#include "dataplane/wire/head.h"
#include "tests/unit/wire/frame_bytes.h"

namespace sealane::wire {
namespace {

/// Parses the first `length` bytes, and nothing is readable behind them: a sanitizer sees any
/// over-read.
FrameHead parse_cut(const Bytes& bytes,
                    std::size_t length,
                    std::optional<Tci> beside = std::nullopt) {
    const auto exact = std::make_unique<std::uint8_t[]>(length);
    std::copy_n(bytes.begin(), length, exact.get());
    return parse(exact.get(), length, beside);
}

TEST(Parse, ReadsAnUntaggedHeader) {
    EXPECT_EQ(head_of(frame_bytes(kDst, kSrc)),
              (FrameHead{.dst = kDst, .src = kSrc, .ether_type = kIpv4}));
}

TEST(Parse, ReadsACustomerTag) {
    EXPECT_EQ(head_of(frame_bytes(kDst, kSrc, {c_tag(10, 5, true)})),
              (FrameHead{.dst = kDst,
                         .src = kSrc,
                         .ether_type = kIpv4,
                         .tpid = kTpidCustomer,
                         .tci = make_tci({10}, 5, true),
                         .tag_in_bytes = true}));
}

TEST(Parse, V21_AServiceTagIsReadWithItsOwnType) {
    const FrameHead head = head_of(frame_bytes(kDst, kSrc, {s_tag(10)}));
    EXPECT_EQ(head.tpid, kTpidService);
    EXPECT_EQ(head.tci.vid(), VlanId{10});
    EXPECT_FALSE(head.is_double_tagged());
}

TEST(Parse, V18_ASecondTagOfEitherTypeIsSeenButNotRead) {
    for (const Tag outer : {c_tag(10), s_tag(10)}) {
        for (const Tag inner : {c_tag(20), s_tag(20)}) {
            const FrameHead head = head_of(frame_bytes(kDst, kSrc, {outer, inner}));
            EXPECT_TRUE(head.is_double_tagged());
            EXPECT_EQ(head.tci.vid(), VlanId{10});
            EXPECT_EQ(head.ether_type, inner.tpid);
        }
    }
}

TEST(Parse, ATagBesideTheBytesIsTheOuterOne) {
    const FrameHead single = head_of(frame_bytes(kDst, kSrc), make_tci({10}, 3));
    EXPECT_EQ(single.tpid, kTpidCustomer);
    EXPECT_EQ(single.tci, make_tci({10}, 3));
    EXPECT_FALSE(single.tag_in_bytes);
    EXPECT_FALSE(single.is_double_tagged());

    const FrameHead twice = head_of(frame_bytes(kDst, kSrc, {c_tag(20)}), make_tci({10}, 3));
    EXPECT_EQ(twice.tci.vid(), VlanId{10});
    EXPECT_TRUE(twice.is_double_tagged());
}

TEST(Parse, M09_AFrameShorterThanItsHeaderIsARunt) {
    const Bytes bytes = frame_bytes(kDst, kSrc);
    for (std::size_t length = 0; length <= 20; ++length) {
        const FrameHead head = parse_cut(bytes, length);
        EXPECT_EQ(head.fault, length < 14 ? Drop::Runt : Drop::None) << length;
    }
    EXPECT_EQ(parse(nullptr, 0).fault, Drop::Runt);
}

TEST(Parse, V25_AFrameThatEndsInsideItsTagIsMalformed) {
    for (const Tag tag : {c_tag(10), s_tag(10)}) {
        const Bytes bytes = frame_bytes(kDst, kSrc, {tag});
        for (std::size_t length = 0; length <= 20; ++length) {
            const FrameHead head = parse_cut(bytes, length);
            const Drop expected = length < 14   ? Drop::Runt
                                  : length < 18 ? Drop::Malformed
                                                : Drop::None;
            EXPECT_EQ(head.fault, expected) << length;
            if (expected != Drop::None) {
                EXPECT_EQ(head, FrameHead{.fault = expected}) << "and nothing else is set";
            }
        }
    }
}

TEST(Parse, V25_WithATagBesideTheBytesAFrameMayEndBehindItsEtherType) {
    const Bytes bytes = frame_bytes(kDst, kSrc, {c_tag(20)});
    for (std::size_t length = 0; length <= 20; ++length) {
        const FrameHead head = parse_cut(bytes, length, make_tci({10}, 0));
        EXPECT_EQ(head.fault, length < 14 ? Drop::Runt : Drop::None) << length;
    }
}

TEST(Parse, NeverReadsBeyondWhatACallerJoins) {
    const Bytes bytes = frame_bytes(kDst, kSrc, {c_tag(10), c_tag(20), c_tag(30)});
    const auto joined = std::make_unique<std::uint8_t[]>(kParseLength);
    std::copy_n(bytes.begin(), kParseLength, joined.get());
    EXPECT_EQ(parse(joined.get(), bytes.size()), head_of(bytes));
}

TEST(Parse, ReadsEveryTagControlWordExactly) {
    Bytes bytes = frame_bytes(kDst, kSrc, {c_tag(0)});
    for (std::uint32_t word = 0; word <= 0xffff; ++word) {
        store_be16(bytes.data() + kHeaderLength, static_cast<std::uint16_t>(word));
        ASSERT_EQ(head_of(bytes).tci, Tci{static_cast<std::uint16_t>(word)});
    }
}

TEST(Parse, OnlyTheTwoTagTypesAreTags) {
    Bytes bytes = frame_bytes(kDst, kSrc);
    for (std::uint32_t type = 0; type <= 0xffff; ++type) {
        store_be16(bytes.data() + kAddressesLength, static_cast<std::uint16_t>(type));
        ASSERT_EQ(head_of(bytes).is_tagged(), type == 0x8100 || type == 0x88a8) << type;
    }
}

}  // namespace
}  // namespace sealane::wire
