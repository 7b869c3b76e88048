#include "dataplane/wire/tag.h"

#include <array>

#include <gtest/gtest.h>

#include "tests/unit/wire/frame_bytes.h"

namespace sealane::wire {
namespace {

constexpr MacAddress kDst{0x0200'0000'0002};
constexpr MacAddress kSrc{0x0200'0000'0001};

TEST(Tci, V16_V17_PriorityAndDeiAreThreeBitsAndOneBesideTheVlan) {
    for (const std::uint16_t vid :
         std::to_array<std::uint16_t>({0, 1, 10, 2047, 2048, 4094, 4095})) {
        for (std::uint8_t pcp = 0; pcp < 8; ++pcp) {
            for (const bool dei : {false, true}) {
                const Tci tci = make_tci({vid}, pcp, dei);
                EXPECT_EQ(tci.vid(), VlanId{vid});
                EXPECT_EQ(tci.pcp(), pcp);
                EXPECT_EQ(tci.dei(), dei);
                EXPECT_EQ(tci.value, pcp * 8192 + (dei ? 4096 : 0) + vid);
            }
        }
    }
}

TEST(Tci, V16_V17_AnotherVlanKeepsPriorityAndDei) {
    for (std::uint8_t pcp = 0; pcp < 8; ++pcp) {
        for (const bool dei : {false, true}) {
            EXPECT_EQ(make_tci({4094}, pcp, dei).in_vlan({1}), make_tci({1}, pcp, dei));
            EXPECT_EQ(make_tci({0}, pcp, dei).in_vlan({4094}), make_tci({4094}, pcp, dei));
        }
    }
}

TEST(Tag, PopTakesOutTheOuterTagAndNothingElse) {
    EXPECT_EQ(popped(frame_bytes(kDst, kSrc, {c_tag(10)})), frame_bytes(kDst, kSrc));
    EXPECT_EQ(popped(frame_bytes(kDst, kSrc, {s_tag(10), c_tag(20)})),
              frame_bytes(kDst, kSrc, {c_tag(20)}));
}

TEST(Tag, PushPutsATagBeforeAllOthers) {
    EXPECT_EQ(pushed(frame_bytes(kDst, kSrc), c_tag(10, 7, true)),
              frame_bytes(kDst, kSrc, {c_tag(10, 7, true)}));
    EXPECT_EQ(pushed(frame_bytes(kDst, kSrc, {c_tag(20)}), s_tag(10)),
              frame_bytes(kDst, kSrc, {s_tag(10), c_tag(20)}));
}

TEST(Tag, PushAndPopUndoEachOtherForEveryTag) {
    const Bytes before = frame_bytes(kDst, kSrc, {c_tag(20)});
    for (std::uint32_t word = 0; word <= 0xffff; ++word) {
        const Tag tag{kTpidService, {static_cast<std::uint16_t>(word)}};
        const Bytes tagged = pushed(before, tag);
        ASSERT_EQ(head_of(tagged).tci, tag.tci);
        ASSERT_EQ(popped(tagged), before);
    }
}

TEST(Tag, PopAndPushNeedNoMoreThanTheirPromisedBytes) {
    Bytes sixteen = frame_bytes(kDst, kSrc, {c_tag(10)});
    sixteen.resize(16);
    sixteen.shrink_to_fit();
    pop_tag(sixteen.data());
    EXPECT_EQ(load_mac(sixteen.data() + 4), kDst);
    EXPECT_EQ(load_mac(sixteen.data() + 10), kSrc);

    push_tag(sixteen.data(), kTpidCustomer, make_tci({10}, 0));
    EXPECT_EQ(load_mac(sixteen.data()), kDst);
    EXPECT_EQ(load_mac(sixteen.data() + 6), kSrc);
    EXPECT_EQ(load_be16(sixteen.data() + 12), kTpidCustomer);
    EXPECT_EQ(load_be16(sixteen.data() + 14), 10);
}

TEST(Bytes, NumbersAreInNetworkOrder) {
    Bytes bytes(8);
    store_be16(bytes.data(), 0x1234);
    store_be32(bytes.data() + 2, 0x5678'9abc);
    EXPECT_EQ(bytes, (Bytes{0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0, 0}));
    EXPECT_EQ(load_be16(bytes.data()), 0x1234);
    EXPECT_EQ(load_be32(bytes.data() + 2), 0x5678'9abcU);
    store_mac(bytes.data(), {0x0200'5e10'0001});
    EXPECT_EQ(bytes, (Bytes{0x02, 0x00, 0x5e, 0x10, 0x00, 0x01, 0, 0}));
    EXPECT_EQ(load_mac(bytes.data()), MacAddress{0x0200'5e10'0001});
}

}  // namespace
}  // namespace sealane::wire
