// Table 1.4-A of the reference on its topology T-SW: each frame's exact set of copies, byte by
// byte.
#include <array>
#include <cstdint>

#include <gtest/gtest.h>

#include "tests/unit/hvswitch/reference_switch.h"

namespace sealane::hvswitch {
namespace {

constexpr AdapterId kAcc10{0}, kAcc10b{1}, kAcc20{2}, kTrk{3}, kHyb{4}, kProm{5};
constexpr MacAddress kSource{0x0200'0000'0001};
constexpr MacAddress kOther{0x0200'0000'0002};

/// acc10, acc10b, acc20: access.  trk: VIDs 10 and 20, no PVID.  hyb: PVID 10, VID 20.
/// prom: the active trunk adapter of both; its own PVID is a placeholder.
SwitchRules::Settings t_sw() {
    return {.ports = {access_port(10),
                      access_port(10),
                      access_port(20),
                      vlan_port(0, {10, 20}),
                      vlan_port(10, {20}),
                      trunk_port(99, {10, 20, 30})},
            .slots = {kNoSlot, kNoSlot, kNoSlot, kNoSlot, kNoSlot, kSlot}};
}

class VlanTable : public testing::Test {
  protected:
    VlanTable() { t_sw_.held.give(kSlot, kProm); }

    static Bytes broadcast(const std::vector<Tag>& tags = {}) {
        return frame_bytes(wire::kBroadcast, kSource, tags);
    }
    [[nodiscard]] Outcome send(AdapterId from, const std::vector<Tag>& tags) const {
        return t_sw_.send(from, broadcast(tags));
    }

    ReferenceSwitch t_sw_{t_sw()};
};

TEST_F(VlanTable, V01_UntaggedFromAnAccessPortReachesItsVlanAndNobodyElse) {
    EXPECT_EQ(send(kAcc10, {}),
              (Outcome{.out = {{kAcc10b, broadcast()},
                               {kTrk, broadcast({c_tag(10)})},
                               {kHyb, broadcast()},
                               {kProm, broadcast({c_tag(10)})}}}));
}

TEST_F(VlanTable, V02_APriorityTagIsLikeUntaggedAndKeepsItsPriority) {
    EXPECT_EQ(send(kAcc10, {c_tag(0, 5)}),
              (Outcome{.out = {{kAcc10b, broadcast()},
                               {kTrk, broadcast({c_tag(10, 5)})},
                               {kHyb, broadcast()},
                               {kProm, broadcast({c_tag(10, 5)})}}}));
}

TEST_F(VlanTable, V03_TheOwnPvidAsATagIsAccepted) {
    EXPECT_EQ(send(kAcc10, {c_tag(10)}), send(kAcc10, {}));
}

TEST_F(VlanTable, V04_AnotherVlansTagIsRefusedAtAnAccessPort) {
    EXPECT_EQ(send(kAcc10, {c_tag(20)}), (Outcome{.drop = Drop::IngressVlan}));
}

TEST_F(VlanTable, V05_ATaggedMemberFrameKeepsItsPriorityWhereItStaysTagged) {
    EXPECT_EQ(send(kTrk, {c_tag(10, 3)}),
              (Outcome{.out = {{kAcc10, broadcast()},
                               {kAcc10b, broadcast()},
                               {kHyb, broadcast()},
                               {kProm, broadcast({c_tag(10, 3)})}}}));
}

TEST_F(VlanTable, V06_AnotherMemberVlanReachesOtherPorts) {
    EXPECT_EQ(send(kTrk, {c_tag(20)}),
              (Outcome{.out = {{kAcc20, broadcast()},
                               {kHyb, broadcast({c_tag(20)})},
                               {kProm, broadcast({c_tag(20)})}}}));
}

TEST_F(VlanTable, V07_AVlanThatThePortDoesNotCarryIsRefused) {
    EXPECT_EQ(send(kTrk, {c_tag(11)}), (Outcome{.drop = Drop::IngressVlan}));
}

TEST_F(VlanTable, V08_UntaggedIsRefusedWithoutAPvid) {
    EXPECT_EQ(send(kTrk, {}), (Outcome{.drop = Drop::UntaggedRefused}));
}

TEST_F(VlanTable, V09_APriorityTagIsRefusedWithoutAPvid) {
    EXPECT_EQ(send(kTrk, {c_tag(0, 7)}), (Outcome{.drop = Drop::UntaggedRefused}));
}

TEST_F(VlanTable, V10_UntaggedAtAHybridPortIsOfItsPvid) {
    EXPECT_EQ(send(kHyb, {}),
              (Outcome{.out = {{kAcc10, broadcast()},
                               {kAcc10b, broadcast()},
                               {kTrk, broadcast({c_tag(10)})},
                               {kProm, broadcast({c_tag(10)})}}}));
}

TEST_F(VlanTable, V11_TheNativeVlanTaggedAtAHybridPortIsLikeUntagged) {
    EXPECT_EQ(send(kHyb, {c_tag(10)}), send(kHyb, {}));
}

TEST_F(VlanTable, V12_ANativeTaggedPortSendsItsPvidWithATagAndStillTakesItWithout) {
    SwitchRules::Settings settings = t_sw();
    settings.ports[kHyb.index].tag_pvid = true;
    ReferenceSwitch native(settings);
    native.held.give(kSlot, kProm);

    EXPECT_EQ(native.send(kAcc10, broadcast()).out.at(kHyb), broadcast({c_tag(10)}));
    EXPECT_EQ(native.send(kHyb, broadcast()), send(kHyb, {}));
    EXPECT_EQ(native.send(kHyb, broadcast({c_tag(10)})), send(kHyb, {}));
}

TEST_F(VlanTable, V13_Vid4095IsRefusedAtEveryPort) {
    for (const AdapterId from : {kAcc10, kAcc10b, kAcc20, kTrk, kHyb, kProm}) {
        EXPECT_EQ(send(from, {c_tag(4095)}), (Outcome{.drop = Drop::IngressVlan})) << from.index;
    }
}

TEST(VlanTableEdges, V14_Vids1And4094AreForwardedLikeAnyOther) {
    const ReferenceSwitch edges({.ports = {vlan_port(10, {1, 4094}),
                                           vlan_port(0, {1, 4094}),
                                           access_port(4094),
                                           access_port(1)},
                                 .slots = std::vector<SlotId>(4, kNoSlot)});
    const auto broadcast = [](const std::vector<Tag>& tags) {
        return frame_bytes(wire::kBroadcast, kSource, tags);
    };
    EXPECT_EQ(edges.send({0}, broadcast({c_tag(4094, 1)})),
              (Outcome{.out = {{{1}, broadcast({c_tag(4094, 1)})}, {{2}, broadcast({})}}}));
    EXPECT_EQ(edges.send({0}, broadcast({c_tag(1, 2)})),
              (Outcome{.out = {{{1}, broadcast({c_tag(1, 2)})}, {{3}, broadcast({})}}}));
}

TEST_F(VlanTable, V16_V17_PriorityAndDeiPassFromTagToTagBitByBit) {
    for (std::uint8_t pcp = 0; pcp < 8; ++pcp) {
        for (const bool dei : {false, true}) {
            const Outcome outcome = send(kTrk, {c_tag(10, pcp, dei)});
            EXPECT_EQ(outcome.out.at(kProm), broadcast({c_tag(10, pcp, dei)}));
            EXPECT_EQ(outcome.out.at(kAcc10), broadcast()) << "and are lost without a tag";
        }
    }
}

TEST_F(VlanTable, V18_AnInnerTagIsPayloadAndOnlyTheOuterOneIsTakenOff) {
    EXPECT_EQ(send(kTrk, {c_tag(10), c_tag(20)}),
              (Outcome{.out = {{kAcc10, broadcast({c_tag(20)})},
                               {kAcc10b, broadcast({c_tag(20)})},
                               {kHyb, broadcast({c_tag(20)})},
                               {kProm, broadcast({c_tag(10), c_tag(20)})}}}));
}

// hyb of V18 would read its copy as a frame of VLAN 20: the switch asks hopping_type() before it
// sends.
TEST_F(VlanTable, V18_AnInnerTagMustNotHopOutOfAPortThatReadsTags) {
    const auto port = [&](AdapterId id) { return t_sw_.rules.port(id); };
    EXPECT_EQ(hopping_type(port(kHyb), {10}), wire::kTpidCustomer) << "only the tag that it reads";
    EXPECT_EQ(hopping_type(port(kHyb), {20}), std::nullopt) << "leaves under its own tag";
    EXPECT_EQ(hopping_type(port(kAcc10), {10}), std::nullopt) << "has no VLAN to hop to";
    EXPECT_EQ(hopping_type(port(kTrk), {10}), std::nullopt);
    EXPECT_EQ(hopping_type(port(kProm), {10}), std::nullopt);
    EXPECT_EQ(hopping_type(port(kProm), {99}), wire::kTpidCustomer);

    PortRules native = port(kHyb);
    native.tag_pvid = true;
    EXPECT_EQ(hopping_type(native, {10}), std::nullopt);

    PortRules provider = port(kHyb);
    provider.tpid = wire::kTpidService;
    EXPECT_EQ(hopping_type(provider, {10}), wire::kTpidService);
}

TEST_F(VlanTable, V18_AnInnerTagMustNotHopOutOfATrunkThoughItHasAPvidOnly) {
    PortRules trunk = t_sw_.rules.port(kAcc10);
    trunk.is_trunk = true;
    EXPECT_EQ(hopping_type(trunk, {10}), wire::kTpidCustomer);

    trunk.tunnel = true;
    EXPECT_EQ(hopping_type(trunk, {10}), std::nullopt) << "the customer's own tags";
}

TEST_F(VlanTable, V19_DoubleTagWhoseOuterIsThePvidReachesNobody) {
    EXPECT_EQ(send(kAcc10, {c_tag(10), c_tag(20)}), (Outcome{.drop = Drop::DoubleTag}));
    EXPECT_EQ(send(kAcc10, {c_tag(10), s_tag(20)}), (Outcome{.drop = Drop::DoubleTag}));
    EXPECT_EQ(send(kHyb, {c_tag(10), c_tag(20)}), (Outcome{.drop = Drop::DoubleTag}));
    EXPECT_EQ(send(kAcc10, {c_tag(0), c_tag(20)}), (Outcome{.drop = Drop::DoubleTag}));
}

TEST_F(VlanTable, V21_AServiceTagIsPayloadOfAnUntaggedFrame) {
    EXPECT_EQ(send(kTrk, {s_tag(10)}), (Outcome{.drop = Drop::UntaggedRefused}));
    EXPECT_EQ(send(kAcc10, {s_tag(10)}),
              (Outcome{.out = {{kAcc10b, broadcast({s_tag(10)})},
                               {kTrk, broadcast({c_tag(10), s_tag(10)})},
                               {kHyb, broadcast({s_tag(10)})},
                               {kProm, broadcast({c_tag(10), s_tag(10)})}}}));
    EXPECT_EQ(send(kAcc10, {s_tag(20)}).out.count(kAcc20), 0U) << "never read as VLAN 20";
}

TEST(VlanTableQinq, V22_ATunnelPutsAServiceTagOnAndTheOtherEndTakesItOff) {
    constexpr AdapterId kTunnel{0}, kNetwork{1};
    PortRules tunnel = access_port(100);
    tunnel.tunnel = true;
    tunnel.tunnel_vids.emplace().set(10).set(11);
    PortRules network = vlan_port(0, {100});
    network.tpid = wire::kTpidService;
    const ReferenceSwitch qinq(
        {.ports = {tunnel, network, access_port(10)}, .slots = std::vector<SlotId>(3, kNoSlot)});
    const auto broadcast = [](const std::vector<Tag>& tags) {
        return frame_bytes(wire::kBroadcast, kSource, tags);
    };

    for (const std::vector<Tag>& customer :
         {std::vector<Tag>{}, {c_tag(0, 4)}, {c_tag(10, 6, true)}, {c_tag(11), c_tag(12)}}) {
        std::vector<Tag> carried = customer;
        carried.insert(carried.begin(), s_tag(100));
        EXPECT_EQ(qinq.send(kTunnel, broadcast(customer)),
                  (Outcome{.out = {{kNetwork, broadcast(carried)}}}));
        EXPECT_EQ(qinq.send(kNetwork, broadcast(carried)),
                  (Outcome{.out = {{kTunnel, broadcast(customer)}}}));
    }
    EXPECT_EQ(qinq.send(kTunnel, broadcast({c_tag(12)})), (Outcome{.drop = Drop::TunnelVlan}));
    EXPECT_EQ(qinq.send(kNetwork, broadcast({s_tag(101)})), (Outcome{.drop = Drop::IngressVlan}));
    EXPECT_EQ(qinq.send(kNetwork, broadcast({c_tag(100)})),
              (Outcome{.drop = Drop::UntaggedRefused}));
}

TEST(VlanTableIsolation, V29_NothingCrossesBetweenPvidsWhateverTheTag) {
    constexpr AdapterId kLeft{0}, kRight{1};
    const ReferenceSwitch two(
        {.ports = {access_port(10), access_port(20)}, .slots = std::vector<SlotId>(2, kNoSlot)});
    const auto vids = std::to_array<std::uint16_t>(
        {0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 4000, 4094, 4095});
    for (const MacAddress dst : {kOther, wire::kGroup, wire::kBroadcast}) {
        for (const AdapterId from : {kLeft, kRight}) {
            // Even an entry that puts the destination behind the other port must not help.
            const AddressEntry there{.adapter = from == kLeft ? kRight : kLeft};
            EXPECT_TRUE(two.send(from, frame_bytes(dst, kSource), there).out.empty());
            for (const std::uint16_t vid : vids) {
                const Bytes bytes = frame_bytes(dst, kSource, {c_tag(vid)});
                EXPECT_TRUE(two.send(from, bytes, there).out.empty()) << vid;
            }
        }
    }
}

TEST(VlanTableIsolation, V30_TwoVswitchesWithTheSameVlansAndAddressesNeverMeet) {
    SwitchRules::Settings settings{
        .ports = {access_port(10),
                  access_port(10),
                  trunk_port(99, {10}),
                  access_port(10),
                  access_port(10),
                  trunk_port(99, {10})},
        .slots = {kNoSlot, kNoSlot, SlotId{0}, kNoSlot, kNoSlot, SlotId{1}}};
    for (std::size_t i = 3; i < 6; ++i) {
        settings.ports[i].vswitch = {1};
    }
    ReferenceSwitch two(settings);
    two.held.give({0}, {2});
    two.held.give({1}, {5});

    const Bytes bytes = frame_bytes(wire::kBroadcast, kSource);
    const Bytes tagged = frame_bytes(wire::kBroadcast, kSource, {c_tag(10)});
    EXPECT_EQ(two.send({0}, bytes), (Outcome{.out = {{{1}, bytes}, {{2}, tagged}}}));
    EXPECT_EQ(two.send({3}, bytes), (Outcome{.out = {{{4}, bytes}, {{5}, tagged}}}));
    EXPECT_EQ(two.send({2}, tagged), (Outcome{.out = {{{0}, bytes}, {{1}, bytes}}}));

    EXPECT_NE(AddressKey({0}, {10}, kSource), AddressKey({1}, {10}, kSource));
}

}  // namespace
}  // namespace sealane::hvswitch
