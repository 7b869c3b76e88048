// Two SEAs on the same VLANs, of which one holds the slots; and a SEA with as many trunks as there
// may be.
#include <string>

#include "tests/component/sea/one_sea.h"

namespace sealane::test {
namespace {

/// A client in VLAN 1 and one in VLAN 10; two SEAs, one trunk each, with the same VLANs.
class TwoSeas : public RigTest {
  protected:
    void SetUp() override {
        RigSpec spec;
        spec.adapters = {{.name = "client1", .rules = member_of(1)},
                         {.name = "client10", .rules = member_of(10)},
                         {.name = "trunkA", .rules = trunk_of(1, {10}), .slot = {0}},
                         {.name = "trunkB", .rules = trunk_of(1, {10}), .slot = {0}}};
        for (std::uint16_t i = 0; i < spec.adapters.size(); ++i) {
            spec.adapters[i].rules.mac = mac_of({i});
        }
        spec.slots = 1;
        spec.seas = {{.name = "seaA", .trunks = {{2}}}, {.name = "seaB", .trunks = {{3}}}};
        make(spec);
    }
    const AdapterId client1{0}, client10{1}, trunk_a{2}, trunk_b{3};
    const AdapterId wire_a{4}, wire_b{6};
};

TEST_F(TwoSeas, OnlyTheOneWithTheSlotCarriesFrames) {
    const FrameSpec out = frame(outside(1), mac_of(client10));
    const FrameSpec in = frame(kBroadcast, outside(1)).tag({.vid = 10});
    expect(client10, out, {.out = {{wire_a, out.tag({.vid = 10})}}});
    expect(wire_a, in, {.out = {{client10, in.untagged()}}});
    expect(wire_b, in, {.drops = {{.at = wire_b, .why = Drop::NotActive}}});
    expect(wire_b, in.untagged(), {.drops = {{.at = wire_b, .why = Drop::NotActive}}});

    rig().shared().slots().give({0}, trunk_b);
    expect(client10, out, {.out = {{wire_b, out.tag({.vid = 10})}}});
    expect(wire_b, in, {.out = {{client10, in.untagged()}}});
    expect(wire_a, in, {.drops = {{.at = wire_a, .why = Drop::NotActive}}});
}

/// So comes every broadcast of a client to the one that does not bridge, so it is no cause for
/// alarm.
TEST_F(TwoSeas, H45_BroadcastOfAClientLeavesOnceAndItsEchoAtThePartnerIsDropped) {
    const FrameSpec hello = frame(kBroadcast, mac_of(client1));
    expect(client1, hello, {.out = {{wire_a, hello}}});
    // The outside switch gives it to the partner's real adapter.
    expect(wire_b, hello, {.drops = {{.at = wire_b, .why = Drop::NotActive}}});
    rig().shared().slots().give({0}, trunk_b);
    rig().run();
    expect(wire_b, hello, {.drops = {{.at = trunk_b, .why = Drop::LocalSource}}});
}

TEST_F(TwoSeas, FrameOnItsWayWhenTheSlotMovesIsNotDelivered) {
    const FrameSpec in = frame(mac_of(client1), outside(1));
    rig().inject(wire_a, in.bytes());
    ASSERT_EQ(rig().bridge(0).from_wire(), 1U);  // it waits in the link
    rig().shared().slots().give({0}, trunk_b);
    rig().run();
    expect_exactly({.drops = {{.at = trunk_a, .why = Drop::NotActive}}});
}

class ManyTrunks : public RigTest {};

TEST_F(ManyTrunks, EachOf16TrunksCarriesItsOwn20Vlans) {
    constexpr std::uint16_t kTrunks = 16, kVids = 20;
    const auto vlan = [](std::uint16_t trunk, std::uint16_t i) {
        return static_cast<std::uint16_t>(100 + trunk * kVids + i);
    };
    RigSpec spec;
    spec.adapters.push_back({.name = "client", .rules = member_of(1)});
    SeaSpec sea{.name = "sea", .trunks = {}, .default_trunk = 3};
    for (std::uint16_t trunk = 0; trunk < kTrunks; ++trunk) {
        const auto pvid = static_cast<std::uint16_t>(trunk == 3 ? 1 : 4094 - trunk);
        AdapterSpec adapter{.name = "trunk" + std::to_string(trunk),
                            .rules = trunk_of(pvid),
                            .slot = {trunk},
                            .ring = 64};
        for (std::uint16_t i = 0; i < kVids; ++i) {
            adapter.rules.vids.set(vlan(trunk, i));
            spec.adapters[0].rules.vids.set(vlan(trunk, i));
        }
        sea.trunks.push_back({static_cast<std::uint16_t>(1 + trunk)});
        spec.adapters.push_back(adapter);
    }
    spec.adapters[0].rules.mac = mac_of({0});
    spec.slots = kTrunks;
    spec.seas = {sea};
    make(spec);

    const AdapterId client{0}, wire = rig().real_of(0);
    const FrameSpec out = frame(outside(1), mac_of(client));
    const FrameSpec in = frame(mac_of(client), outside(1));
    expect_once(client, out, {.out = {{wire, out}}});
    expect_once(wire, in, {.out = {{client, in}}});
    for (std::uint16_t trunk = 0; trunk < kTrunks; ++trunk) {
        for (std::uint16_t i = 0; i < kVids; ++i) {
            const Tag tag{.vid = vlan(trunk, i), .pcp = static_cast<std::uint8_t>(i % 8)};
            expect_once(client, out.tag(tag), {.out = {{wire, out.tag(tag)}}});
            expect_once(wire, in.tag(tag), {.out = {{client, in.tag(tag)}}});
        }
        const AdapterTotals carried = rig().totals(sea.trunks[trunk]);
        EXPECT_EQ(carried.tx_frames, trunk == 3 ? 21U : 20U);
        EXPECT_EQ(carried.rx_frames, trunk == 3 ? 21U : 20U);
    }
}

TEST_F(ManyTrunks, OneBurstFromTheWireIsSortedByTrunkInOrder) {
    RigSpec spec;
    spec.adapters = {{.name = "client", .rules = member_of(0, {10, 20, 30})}};
    SeaSpec sea{.name = "sea", .trunks = {}};
    for (std::uint16_t trunk = 0; trunk < 3; ++trunk) {
        const auto vid = static_cast<std::uint16_t>(10 * (trunk + 1));
        spec.adapters.push_back({.name = "trunk" + std::to_string(trunk),
                                 .rules = trunk_of(static_cast<std::uint16_t>(4000 + trunk), {vid}),
                                 .slot = {trunk}});
        sea.trunks.push_back({static_cast<std::uint16_t>(1 + trunk)});
    }
    spec.slots = 3;
    spec.seas = {sea};
    make(spec);
    const AdapterId client{0}, wire = rig().real_of(0);
    for (const std::size_t count : {31, 32, 33, 257}) {
        std::vector<std::vector<Bytes>> of_vlan(3);
        for (std::uint32_t i = 0; i < count; ++i) {
            const std::uint32_t which = (i * 7 + i / 5) % 3;
            const Bytes bytes = frame(kBroadcast, outside(i))
                                    .tag({.vid = static_cast<std::uint16_t>(10 * (which + 1))})
                                    .numbered(i)
                                    .bytes();
            of_vlan[which].push_back(bytes);
            rig().inject(wire, bytes);
        }
        rig().run();
        // Order holds within a VLAN; between VLANs the client's own port mixes them.
        std::vector<std::vector<Bytes>> came(3);
        for (const Bytes& bytes : rig().take(client)) {
            came[bytes.at(15) / 10U - 1].push_back(bytes);
        }
        EXPECT_EQ(came, of_vlan) << count << " frames";
        expect_exactly({});
    }
}

}  // namespace
}  // namespace sealane::test
