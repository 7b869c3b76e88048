// Which VLAN a frame comes into and how it leaves: V01 to V11, V13, V16 to V19, V21, V25 of the
// cases.
#include "tests/component/switch/t_sw.h"

namespace sealane::test {
namespace {

FrameSpec in_vlan(const FrameSpec& spec, std::uint16_t vid, std::uint8_t pcp = 0) {
    return spec.tag({.vid = vid, .pcp = pcp});
}

TEST_F(TSw, V01UntaggedBroadcastReachesItsPvidTaggedWhereTheVlanIsTagged) {
    expect(kAcc10,
           kToAll,
           {.out = {{kAcc10b, kToAll},
                    {kTrk, in_vlan(kToAll, 10)},
                    {kHyb, kToAll},
                    {kProm, in_vlan(kToAll, 10)}}});
}

TEST_F(TSw, V02PriorityTagBelongsToThePvidAndKeepsItsPriority) {
    expect(kAcc10,
           in_vlan(kToAll, 0, 5),
           {.out = {{kAcc10b, kToAll},
                    {kTrk, in_vlan(kToAll, 10, 5)},
                    {kHyb, kToAll},
                    {kProm, in_vlan(kToAll, 10, 5)}}});
}

TEST_F(TSw, V03TagEqualToThePvidIsAcceptedAtAnAccessPort) {
    expect(kAcc10,
           in_vlan(kToAll, 10, 2),
           {.out = {{kAcc10b, kToAll},
                    {kTrk, in_vlan(kToAll, 10, 2)},
                    {kHyb, kToAll},
                    {kProm, in_vlan(kToAll, 10, 2)}}});
}

TEST_F(TSw, V04ForeignTagAtAnAccessPortIsDroppedAndNotLearned) {
    const std::size_t addresses = rig().shared().table({}).size();
    expect(kAcc10, in_vlan(kToAll, 20), {.drops = {{.at = kAcc10, .why = Drop::IngressVlan}}});
    EXPECT_EQ(rig().shared().table({}).size(), addresses);
}

TEST_F(TSw, V05TaggedFromTheTrunkLeavesUntaggedOrTaggedByMember) {
    expect(kTrk,
           in_vlan(kToAll, 10, 3),
           {.out = {{kProm, in_vlan(kToAll, 10, 3)},
                    {kAcc10, kToAll},
                    {kAcc10b, kToAll},
                    {kHyb, kToAll}}});
}

TEST_F(TSw, V06SecondVlanOfTheTrunkReachesTheHybridTagged) {
    expect(kTrk,
           in_vlan(kToAll, 20),
           {.out = {{kHyb, in_vlan(kToAll, 20)}, {kAcc20, kToAll}, {kProm, in_vlan(kToAll, 20)}}});
}

TEST_F(TSw, V07VlanThatTheTrunkDoesNotCarryIsDropped) {
    expect(kTrk, in_vlan(kToAll, 11), {.drops = {{.at = kTrk, .why = Drop::IngressVlan}}});
}

TEST_F(TSw, V08UntaggedIsRefusedWithoutAPvid) {
    expect(kTrk, kToAll, {.drops = {{.at = kTrk, .why = Drop::UntaggedRefused}}});
}

TEST_F(TSw, V09PriorityTagIsRefusedWithoutAPvid) {
    expect(kTrk, in_vlan(kToAll, 0, 7), {.drops = {{.at = kTrk, .why = Drop::UntaggedRefused}}});
}

TEST_F(TSw, V10UntaggedIntoTheHybridBelongsToItsPvid) {
    expect(kHyb,
           kToAll,
           {.out = {{kAcc10, kToAll},
                    {kAcc10b, kToAll},
                    {kTrk, in_vlan(kToAll, 10)},
                    {kProm, in_vlan(kToAll, 10)}}});
}

TEST_F(TSw, V11NativeVlanTaggedIntoTheHybridIsAccepted) {
    expect(kHyb,
           in_vlan(kToAll, 10, 1),
           {.out = {{kAcc10, kToAll},
                    {kAcc10b, kToAll},
                    {kTrk, in_vlan(kToAll, 10, 1)},
                    {kProm, in_vlan(kToAll, 10, 1)}}});
}

TEST_F(TSw, V13Vlan4095IsDroppedAtEveryKindOfPort) {
    for (const AdapterId at : {kAcc10, kAcc20, kTrk, kHyb, kProm}) {
        expect(at, in_vlan(kToAll, 4095), {.drops = {{.at = at, .why = Drop::IngressVlan}}});
    }
}

TEST_F(TSw, V16DeiIsKeptFromTrunkToTrunk) {
    for (const std::uint16_t vid : {std::uint16_t{10}, std::uint16_t{20}}) {
        const FrameSpec marked = kToAll.tag({.vid = vid, .pcp = 4, .dei = true}).to(mac_of(kProm));
        expect(kTrk, marked, {.out = {{kProm, marked}}});
        expect(kProm, marked.to(mac_of(kTrk)), {.out = {{kTrk, marked.to(mac_of(kTrk))}}});
    }
}

TEST_F(TSw, V17EachPriorityIsKeptFromTrunkToTrunkAndLostAtAnAccessPort) {
    for (std::uint8_t pcp = 0; pcp < 8; ++pcp) {
        const FrameSpec marked = in_vlan(kToAll, 10, pcp);
        expect(kTrk, marked.to(mac_of(kProm)), {.out = {{kProm, marked.to(mac_of(kProm))}}});
        expect(kTrk, marked.to(mac_of(kAcc10)), {.out = {{kAcc10, kToAll.to(mac_of(kAcc10))}}});
    }
}

TEST_F(TSw, V18InnerTagIsPayloadWhereTheOuterIsCarriedAndNeverChoosesAVlan) {
    const FrameSpec inner = in_vlan(kToAll, 20, 6);
    const FrameSpec both = in_vlan(in_vlan(kToAll, 10, 1), 20, 6);
    // The hybrid's peer would read the inner tag as VLAN 20: it must not get the frame.
    expect(kTrk,
           both,
           {.out = {{kProm, both}, {kAcc10, inner}, {kAcc10b, inner}},
            .drops = {{.at = kHyb, .direction = Direction::Out, .why = Drop::DoubleTag}}});
}

TEST_F(TSw, V19SecondTagBehindThePvidIsAHopAndDropped) {
    const Outcome hop{.drops = {{.at = kAcc10, .why = Drop::DoubleTag}}};
    expect(kAcc10, in_vlan(in_vlan(kToAll, 10), 20), hop);
    expect(kAcc10, in_vlan(in_vlan(kToAll, 0), 20), hop);
    expect(kAcc10, in_vlan(kToAll, 10).tag({.vid = 20, .tpid = kSTag}), hop);
    expect(
        kHyb, in_vlan(in_vlan(kToAll, 10), 20), {.drops = {{.at = kHyb, .why = Drop::DoubleTag}}});
}

TEST_F(TSw, V21ServiceTagIsPayloadAndNeverReadAsAVlan) {
    const FrameSpec service = kToAll.tag({.vid = 20, .pcp = 3, .tpid = kSTag});
    const FrameSpec in_10 = in_vlan(kToAll, 10).tag({.vid = 20, .pcp = 3, .tpid = kSTag});
    expect(kTrk, service, {.drops = {{.at = kTrk, .why = Drop::UntaggedRefused}}});
    expect(kAcc10,
           service,
           {.out = {{kAcc10b, service}, {kHyb, service}, {kTrk, in_10}, {kProm, in_10}}});
}

TEST_F(TSw, V25FrameThatEndsInsideItsTagIsMalformed) {
    const Bytes whole = in_vlan(kToAll, 10).bytes();
    for (const std::size_t length : {14, 15, 16, 17}) {
        const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
        for (const Cuts& cuts : usual_cuts()) {
            for (const std::size_t count : kCounts) {
                for (std::size_t i = 0; i < count; ++i) {
                    rig().inject(kTrk, cut, cuts);
                    rig().inject(kAcc10, cut, cuts);
                }
                rig().run();
                expect_exactly(
                    {.drops = {{.at = kTrk, .why = Drop::Malformed, .frames = count},
                               {.at = kAcc10, .why = Drop::Malformed, .frames = count}}});
            }
        }
    }
    expect(kTrk,
           in_vlan(kToAll, 10).to(mac_of(kAcc10)).sized(18),
           {.out = {{kAcc10, kToAll.to(mac_of(kAcc10)).sized(14)}}});
}

}  // namespace
}  // namespace sealane::test
