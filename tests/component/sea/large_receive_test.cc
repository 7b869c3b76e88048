// Segments from the wire through a SEA with large_receive and the switch: one large frame to who
// takes it, for everybody else what came.
#include "tests/component/sea/one_sea.h"
#include "tests/support/claims.h"

namespace sealane::test {
namespace {

class LargeReceive : public RigTest {
  protected:
    void SetUp() override { make_with(true); }

    void make_with(bool large_receive) {
        RigSpec spec;
        spec.adapters = {{.name = "taker", .rules = member_of(10), .offloads = kTakesAll},
                         {.name = "plain", .rules = member_of(10), .mtu = 1500},
                         {.name = "checker",
                          .rules = member_of(10),
                          .mtu = 1500,
                          .offloads = {.checksum = true, .tcp4 = true}},
                         {.name = "trunk", .rules = trunk_of(1, {10}), .slot = {0}}};
        for (std::uint16_t i = 0; i < spec.adapters.size(); ++i) {
            spec.adapters[i].rules.mac = mac_of({i});
        }
        spec.slots = 1;
        spec.seas = {{.name = "sea", .trunks = {{3}}, .large_receive = large_receive}};
        make(spec);
    }

    /// What a host outside sends to `to` as one large frame; its card cuts it.
    static Packet packet(MacAddress to, std::size_t payload, int version = 4) {
        Packet packet{.version = version, .payload = payload_of(payload)};
        packet.addresses = frame(to, outside(1)).bytes();
        packet.addresses.resize(12);
        packet.flags |= 0x08;
        return packet;
    }
    static Packet partial(Packet packet) {
        packet.checksum = Packet::Checksum::Partial;
        return packet;
    }
    void receive(Packet sent, std::size_t piece, const Cuts& cuts = {}) {
        sent.tags = {0x81, 0, 0, 10};
        for (const Packet& segment : cut(sent, piece)) {
            rig().inject(wire, segment.bytes(), cuts);
        }
        rig().run();
    }
    std::uint64_t merged() { return rig().totals(wire).merged; }

    const AdapterId taker{0}, plain{1}, checker{2}, trunk{3}, wire{4}, virt{5};
};

TEST_F(LargeReceive, EachClientGetsItAsItTakesIt) {
    for (const int version : {4, 6}) {
        for (const Cuts& cuts : {Cuts{}, Cuts{100}, Cuts{100, 300, 301, 900}}) {
            const std::uint64_t before = merged();
            const Packet whole = packet(mac_of(taker), 20000, version);
            receive(whole, 1400, cuts);
            expect_exactly({.out = {{taker, {partial(whole).bytes()}}}});
            EXPECT_EQ(merged(), before + 14);
            const Packet in_parts = packet(mac_of(plain), 20000, version);
            receive(in_parts, 1400, cuts);
            expect_exactly({.out = {{plain, bytes_of_all(cut(in_parts, 1400))}}});
        }
    }
}

TEST_F(LargeReceive, G39WhoTakesOnlySomeGetsOnlyThose) {
    const Packet four = packet(mac_of(checker), 3000, 4);
    receive(four, 1000);
    expect_exactly({.out = {{checker, {partial(four).bytes()}}}});
    const Packet six = packet(mac_of(checker), 3000, 6);
    receive(six, 1000);
    std::vector<Bytes> segments;
    for (const Packet& segment : cut(six, 1000)) {
        segments.push_back(partial(segment).bytes());
    }
    expect_exactly({.out = {{checker, segments}}});
}

TEST_F(LargeReceive, IsOffUnlessAskedFor) {
    make_with(false);
    const Packet whole = packet(mac_of(taker), 20000);
    receive(whole, 1400);
    expect_exactly({.out = {{taker, bytes_of_all(cut(whole, 1400))}}});
    EXPECT_EQ(merged(), 0U);
}

TEST_F(LargeReceive, MergedSegmentsAreCountedWhereTheyCameIn) {
    receive(packet(mac_of(taker), 20000), 1000);
    const AdapterTotals real = rig().totals(wire);
    EXPECT_EQ(real.rx_frames, 20U);
    EXPECT_EQ(real.admitted, 20U);
    EXPECT_EQ(real.merged, 19U);
    EXPECT_EQ(rig().totals(virt).offered, 1U);
    EXPECT_EQ(rig().totals(trunk).rx_frames, 1U);
    EXPECT_EQ(rig().totals(taker).offered, 1U);
    EXPECT_EQ(rig().take(taker).size(), 1U);
}

TEST_F(LargeReceive, NothingIsHeldBackBeyondABurst) {
    const Packet whole = packet(mac_of(taker), 65000);
    receive(whole, 1000);  // 64 of the 65 segments come in one burst
    Packet burst = whole;
    burst.payload.resize(64000);
    burst.flags &= 0xff7;
    expect_exactly({.out = {{taker, {partial(burst).bytes(), cut(whole, 1000).back().bytes()}}}});
}

TEST_F(LargeReceive, LongTrainIsOfTheLengthThatLinksCarry) {
    const Packet whole = packet(mac_of(taker), 60 * 1448);
    receive(whole, 1448);
    const std::vector<Bytes> got = rig().take(taker);
    ASSERT_EQ(got.size(), 2U);
    EXPECT_EQ(got[0].size(), 54U + 45 * 1448);
    EXPECT_EQ(got[1].size(), 54U + 15 * 1448);
    EXPECT_EQ(rig().totals(virt).copies, 0U) << "a link had to cut what was merged";
}

TEST_F(LargeReceive, BroadcastGoesWholeToWhoTakesItOnly) {
    const Packet whole = packet(kBroadcast, 5000);
    receive(whole, 1000);
    expect_exactly({.out = {{taker, {partial(whole).bytes()}},
                            {plain, bytes_of_all(cut(whole, 1000))},
                            {checker, {partial(whole).bytes()}}}});
}

TEST_F(LargeReceive, G30WrongChecksumStaysWrong) {
    for (const AdapterId to : {taker, plain}) {
        Packet whole = packet(mac_of(to), 3000);
        whole.checksum = Packet::Checksum::Wrong;
        receive(whole, 1000);
        expect_exactly({.out = {{to, bytes_of_all(cut(whole, 1000))}}});
    }
    EXPECT_EQ(merged(), 0U);
}

TEST_F(LargeReceive, ClientsFramesToTheWireAreNoBusinessOfIt) {
    Packet whole = packet(outside(1), 3000);
    const Bytes source = frame(outside(1), mac_of(plain)).bytes();
    whole.addresses.assign(source.begin(), source.begin() + 12);
    for (const Packet& segment : cut(whole, 1000)) {
        rig().inject(plain, segment.bytes());
    }
    rig().run();
    whole.tags = {0x81, 0, 0, 10};
    expect_exactly({.out = {{wire, bytes_of_all(cut(whole, 1000))}}});
    EXPECT_EQ(merged(), 0U);
}

}  // namespace
}  // namespace sealane::test
