// The switch and a SEA together: clients on one side, the wire on the other.
#include "tests/component/sea/one_sea.h"

namespace sealane::test {
namespace {

FrameSpec to_outside(AdapterId from) { return frame(outside(1), mac_of(from)); }
FrameSpec to_client(AdapterId to) { return frame(mac_of(to), outside(1)); }

TEST_F(OneSea, UntaggedCrossesByThePvidAdapterBothWays) {
    expect(client1, to_outside(client1), {.out = {{wire, to_outside(client1)}}});
    expect(wire, to_client(client1), {.out = {{client1, to_client(client1)}}});
}

TEST_F(OneSea, AdditionalVlansAreTaggedOnTheWireBothWays) {
    expect(
        client10, to_outside(client10), {.out = {{wire, to_outside(client10).tag({.vid = 10})}}});
    expect(wire, to_client(client10).tag({.vid = 10}), {.out = {{client10, to_client(client10)}}});
    expect(
        client20, to_outside(client20), {.out = {{wire, to_outside(client20).tag({.vid = 20})}}});
    expect(wire, to_client(client20).tag({.vid = 20}), {.out = {{client20, to_client(client20)}}});
}

TEST_F(OneSea, BroadcastCrossesInItsVlanOnly) {
    const FrameSpec out = frame(kBroadcast, mac_of(client10));
    const FrameSpec in = frame(kBroadcast, outside(1));
    expect(client10, out, {.out = {{wire, out.tag({.vid = 10})}}});
    expect(wire, in, {.out = {{client1, in}}});
    expect(wire, in.tag({.vid = 10}), {.out = {{client10, in}}});
    expect(wire, in.tag({.vid = 20}), {.out = {{client20, in}}});
    expect(wire,
           in.tag({.vid = 11}),
           {.drops = {{.at = trunk1, .direction = Direction::Between, .why = Drop::NoReceiver}}});
}

TEST_F(OneSea, PvidAsATagAndPriorityTagsBelongToThePvidAdapter) {
    expect(wire,
           to_client(client1).tag({.vid = 1, .pcp = 3}),
           {.out = {{client1, to_client(client1)}}});
    expect(wire,
           to_client(client1).tag({.vid = 0, .pcp = 5}),
           {.out = {{client1, to_client(client1)}}});
}

TEST_F(OneSea, SecondTagBehindThePvidIsAHopAndDropped) {
    for (const std::uint16_t outer : {std::uint16_t{0}, std::uint16_t{1}}) {
        expect(wire,
               to_client(client10).tag({.vid = outer}).tag({.vid = 10}),
               {.drops = {{.at = trunk1, .why = Drop::DoubleTag}}});
    }
}

/// The outside takes the first tag that it sees for a VLAN's, whatever the trunk adapter carries.
TEST_F(OneSea, TagsBehindThePvidDoNotHopOutOfATrunkWithoutVids) {
    RigSpec pvid_only = spec();
    pvid_only.adapters[client1.index].rules = member_of(5, {1});
    pvid_only.adapters[trunk1.index].rules = trunk_of(1);
    make(pvid_only);
    const Outcome hop{
        .drops = {{.at = trunk1, .direction = Direction::Out, .why = Drop::DoubleTag}}};
    const FrameSpec once = frame(outside(1), mac_of(client1)).tag({.vid = 1});
    expect(client1, once, {.out = {{wire, once.untagged()}}});
    for (const std::uint16_t second : std::initializer_list<std::uint16_t>{0, 1, 20}) {
        const FrameSpec twice = once.tag({.vid = second});
        expect(client1, twice, hop);
        expect(client1, twice.tag({.vid = 20}), hop);
    }
    const FrameSpec service = frame(outside(1), mac_of(client1)).tag({.vid = 20, .tpid = kSTag});
    expect(client1,
           frame(outside(1), mac_of(client1)).tag({.vid = 1}).tag({.vid = 20, .tpid = kSTag}),
           {.out = {{wire, service}}});
}

TEST_F(OneSea, ServiceTagOnTheWireIsPayloadOfAnUntaggedFrame) {
    const FrameSpec service = to_client(client1).tag({.vid = 10, .pcp = 2, .tpid = kSTag});
    expect(wire, service, {.out = {{client1, service}}});
    const FrameSpec back = to_outside(client1).tag({.vid = 10, .tpid = kSTag});
    expect(client1, back, {.out = {{wire, back}}});
}

TEST_F(OneSea, ServiceTagInATaggedFrameIsPayload) {
    const FrameSpec in =
        to_client(client10).tag({.vid = 10, .pcp = 1}).tag({.vid = 7, .tpid = kSTag});
    const FrameSpec inner = to_client(client10).tag({.vid = 7, .tpid = kSTag});
    expect(wire, in, {.out = {{client10, inner}}});
}

TEST_F(OneSea, VlanOnNoTrunkIsFilteredAtTheRealAdapter) {
    for (const std::uint16_t vid : {std::uint16_t{12}, std::uint16_t{98}, std::uint16_t{4095}}) {
        expect(wire,
               frame(kBroadcast, outside(1)).tag({.vid = vid}),
               {.drops = {{.at = wire, .why = Drop::FilteredVlan}}});
    }
}

TEST_F(OneSea, ReservedAddressesAreFilteredAtTheRealAdapter) {
    for (std::uint64_t last = 0; last < 16; ++last) {
        const FrameSpec reserved = frame({0x0180'c200'0000 + last}, outside(1));
        expect_once(wire, reserved, {.drops = {{.at = wire, .why = Drop::FilteredReserved}}});
        expect_once(wire,
                    reserved.tag({.vid = 10}),
                    {.drops = {{.at = wire, .why = Drop::FilteredReserved}}});
    }
    const FrameSpec neighbour = frame({0x0180'c200'0010}, outside(1));
    expect(wire, neighbour, {.out = {{client1, neighbour}}});
}

TEST_F(OneSea, BadSourcesRuntsAndCutTagsStayAtTheRealAdapter) {
    for (const MacAddress src : {MacAddress{}, kBroadcast, MacAddress{0x0100'5e00'0001}}) {
        expect(
            wire, frame(mac_of(client1), src), {.drops = {{.at = wire, .why = Drop::BadSource}}});
    }
    const Bytes whole = to_client(client10).tag({.vid = 10}).bytes();
    for (const std::size_t length : {0, 1, 13, 14, 17}) {
        rig().inject(wire,
                     Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
        rig().run();
        expect_exactly(
            {.drops = {{.at = wire, .why = length < 14 ? Drop::Runt : Drop::Malformed}}});
    }
}

TEST_F(OneSea, PlaceholderPvidOfAnotherTrunkNeverReachesTheWire) {
    const FrameSpec out = frame(kBroadcast, mac_of(client98));
    expect(client98, out, {.drops = {{.at = virt, .why = Drop::FilteredVlan}}});
    expect(client98, to_outside(client98), {.drops = {{.at = virt, .why = Drop::FilteredVlan}}});
}

TEST_F(OneSea, PlaceholderPvidWithATagInsideNeverReachesTheWireEither) {
    // Without its outer tag the frame would be one of VLAN 20 on the wire.
    const FrameSpec hop = to_outside(client98).tag({.vid = 20});
    expect(client98, hop, {.drops = {{.at = client98, .why = Drop::IngressVlan}}});
    auto settings = rig().settings();
    settings.ports[client98.index].pvid = {97};
    settings.ports[client98.index].vids.set(98);
    rig().publish(settings);
    expect(client98,
           to_outside(client98).tag({.vid = 98}).tag({.vid = 20}),
           {.drops = {{.at = trunk2, .direction = Direction::Out, .why = Drop::DoubleTag}}});
}

TEST_F(OneSea, PriorityAndDeiCrossUnchangedBothWays) {
    auto settings = rig().settings();
    settings.ports[client10.index].pvid = {};
    settings.ports[client10.index].vids.set(10);
    rig().publish(settings);
    for (std::uint8_t pcp = 0; pcp < 8; ++pcp) {
        for (const bool dei : {false, true}) {
            const Tag tag{.vid = 10, .pcp = pcp, .dei = dei};
            expect_once(client10,
                        to_outside(client10).tag(tag),
                        {.out = {{wire, to_outside(client10).tag(tag)}}});
            expect_once(wire,
                        to_client(client10).tag(tag),
                        {.out = {{client10, to_client(client10).tag(tag)}}});
        }
    }
    const Tag tag{.vid = 10, .pcp = 7, .dei = true};
    expect(wire, to_client(client10).tag(tag), {.out = {{client10, to_client(client10).tag(tag)}}});
}

TEST_F(OneSea, EchoOfALocalClientIsNotTakenBackIn) {
    const FrameSpec hello = frame(kBroadcast, mac_of(client1));
    expect(client1, hello, {.out = {{wire, hello}}});
    expect(wire, hello, {.drops = {{.at = trunk1, .why = Drop::LocalSource}}});
    // An address that was only seen behind a client, in a tagged VLAN.
    const FrameSpec behind = frame(kBroadcast, {0x0233'0000'0001});
    expect_once(client20, behind, {.out = {{wire, behind.tag({.vid = 20})}}});
    expect_once(
        wire, behind.tag({.vid = 20}), {.drops = {{.at = trunk2, .why = Drop::LocalSource}}});
}

TEST_F(OneSea, UnknownUnicastFromTheWireReachesNobody) {
    expect(
        wire,
        frame(outside(2), outside(1)).tag({.vid = 10}),
        {.drops = {{.at = trunk1, .direction = Direction::Between, .why = Drop::NoDestination}}});
}

TEST_F(OneSea, M07FrameOverTheRealMtuIsDroppedThere) {
    const std::size_t fits = 1514;
    expect(client1,
           to_outside(client1).sized(fits),
           {.out = {{wire, to_outside(client1).sized(fits)}}});
    expect(client10,
           to_outside(client10).sized(fits),
           {.out = {{wire, to_outside(client10).tag({.vid = 10}).sized(fits + 4)}}});
    const Outcome too_long{
        .drops = {{.at = wire, .direction = Direction::Out, .why = Drop::Oversize}}};
    expect(client1, to_outside(client1).sized(fits + 1), too_long);
    expect(client10, to_outside(client10).sized(fits + 1), too_long);
    rig().inject(client1, to_outside(client1).sized(65408).bytes());
    rig().run();
    expect_exactly({.drops = too_long.drops});
}

}  // namespace
}  // namespace sealane::test
