// What a client may not send: F18 to F21, disabled adapters; and what the switch
// adds: qos_priority.
#include "tests/component/switch/t_sw.h"

namespace sealane::test {
namespace {

class Filters : public RigTest {
  protected:
    void SetUp() override {
        spec.adapters = {{.name = "client", .rules = member_of(10)},
                         {.name = "peer", .rules = member_of(10)},
                         {.name = "tagged", .rules = member_of(0, {10})}};
        for (std::uint16_t i = 0; i < spec.adapters.size(); ++i) {
            spec.adapters[i].rules.mac = mac_of({i});
        }
    }
    RigSpec spec;
    const AdapterId client{0}, peer{1}, tagged{2};
};

TEST_F(Filters, F18ReservedAddressesAreNeverForwardedAndTheirNeighboursAre) {
    make(spec);
    for (std::uint64_t last = 0; last < 16; ++last) {
        const FrameSpec reserved = kToAll.to({0x0180'c200'0000 + last});
        for (const FrameSpec& sent : {reserved, reserved.tag({.vid = 10})}) {
            expect_now(client, sent, {.drops = {{.at = client, .why = Drop::ReservedDestination}}});
        }
    }
    for (const std::uint64_t other : {0x0180'c200'0010, 0x0180'c200'0020, 0x0180'c1ff'ffff}) {
        const FrameSpec group = kToAll.to({other});
        expect(client, group, {.out = {{peer, group}, {tagged, group.tag({.vid = 10})}}});
    }
}

TEST_F(Filters, F19MacControlIsNeverForwarded) {
    make(spec);
    for (const MacAddress dst : {mac_of(peer), kBroadcast, MacAddress{0x0180'c200'0001}}) {
        const FrameSpec pause = kToAll.to(dst).type(0x8808);
        expect(client, pause, {.drops = {{.at = client, .why = Drop::MacControl}}});
        expect_now(client,
                   pause.untagged().tag({.vid = 10}),
                   {.drops = {{.at = client, .why = Drop::MacControl}}});
    }
}

TEST_F(Filters, F20ZeroAndGroupSourcesAreDroppedAndNotLearned) {
    make(spec);
    const std::size_t addresses = rig().shared().table({}).size();
    for (const MacAddress src : {MacAddress{}, kGroup, kBroadcast}) {
        expect(client, kToAll.from(src), {.drops = {{.at = client, .why = Drop::BadSource}}});
    }
    EXPECT_EQ(rig().shared().table({}).size(), addresses);
}

TEST_F(Filters, F21OnlyTheOwnAndTheAllowedAddressesMaySend) {
    spec.adapters[0].rules.any_mac = false;
    spec.adapters[0].rules.allowed_macs = {host(1), host(2), host(3), host(4)};
    make(spec);
    for (const MacAddress src : {mac_of(client), host(1), host(4)}) {
        const FrameSpec sent = kToAll.from(src);
        expect(client, sent, {.out = {{peer, sent}, {tagged, sent.tag({.vid = 10})}}});
    }
    expect(client, kToAll.from(host(5)), {.drops = {{.at = client, .why = Drop::MacNotAllowed}}});
}

TEST_F(Filters, F21AddressMayRoamFromARestrictedAdapterButNotToIt) {
    for (AdapterSpec& adapter : spec.adapters) {
        adapter.rules.vids.set(20);
    }
    spec.adapters[0].rules.any_mac = false;
    spec.adapters[0].rules.allowed_macs = {host(1)};
    make(spec);
    for (const std::uint16_t vid : {std::uint16_t{10}, std::uint16_t{20}}) {
        const auto as_seen_by = [&](AdapterId who, const FrameSpec& sent) {
            return vid == 10 && who != tagged ? sent : sent.tag({.vid = vid});
        };
        const auto show = [&](AdapterId at, MacAddress who) {
            const FrameSpec hello = kToAll.from(who);
            Outcome outcome;
            for (const AdapterId to : {client, peer, tagged}) {
                if (to != at) outcome.out.emplace_back(to, as_seen_by(to, hello));
            }
            expect_once(at, as_seen_by(at, hello), outcome);
        };
        const auto expect_behind = [&](AdapterId at, MacAddress who) {
            const FrameSpec to_it = frame(who, mac_of(tagged));
            expect_once(tagged, as_seen_by(tagged, to_it), {.out = {{at, as_seen_by(at, to_it)}}});
        };
        show(peer, host(5));
        expect_once(client,
                    as_seen_by(client, kToAll.from(host(5))),
                    {.drops = {{.at = client, .why = Drop::MacNotAllowed}}});
        expect_behind(peer, host(5));

        show(client, host(1));
        expect_behind(client, host(1));
        show(peer, host(1));
        expect_behind(peer, host(1));
    }
}

TEST_F(Filters, QosPriorityMarksUntaggedFramesAndNoOthers) {
    spec.adapters[0].rules.qos_priority = 6;
    make(spec);
    const auto expect_priority = [&](const FrameSpec& sent, std::uint8_t pcp) {
        const FrameSpec marked = kToAll.tag({.vid = 10, .pcp = pcp});
        expect(client, sent, {.out = {{peer, kToAll}, {tagged, marked}}});
    };
    expect_priority(kToAll, 6);
    expect_priority(kToAll.tag({.vid = 0, .pcp = 1}), 1);
    expect_priority(kToAll.tag({.vid = 10, .pcp = 2}), 2);
    expect_priority(kToAll.tag({.vid = 10, .pcp = 0}), 0);
}

TEST_F(Filters, DisabledAdapterNeitherGivesNorGets) {
    spec.adapters[0].rules.enabled = false;
    make(spec);
    expect(client, kToAll, {.drops = {{.at = client, .why = Drop::PortDisabled}}});
    expect(peer, kToAll, {.out = {{tagged, kToAll.tag({.vid = 10})}}});
    expect(peer,
           kToAll.to(mac_of(client)),
           {.drops = {{.at = peer, .direction = Direction::Between, .why = Drop::PortDisabled}}});
}

TEST_F(Filters, ClosedClientCostsOnlyItsOwnCopies) {
    make(spec);
    rig().client(peer).set_open(false);
    expect(client,
           kToAll,
           {.out = {{tagged, kToAll.tag({.vid = 10})}},
            .drops = {{.at = peer, .direction = Direction::Out, .why = Drop::PortDown}}});
}

}  // namespace
}  // namespace sealane::test
