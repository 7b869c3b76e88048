// Large frames and partial checksums through a whole switch and its SEA: whole to who takes them,
// finished for everybody else.
#include "tests/component/sea/one_sea.h"
#include "tests/support/claims.h"

namespace sealane::test {
namespace {

/// Clients of VLAN 10, two of which take large frames, and a SEA that carries it with a tag.
class LargeSend : public RigTest {
  protected:
    void SetUp() override { make_with({.name = "sea", .trunks = {{3}}}); }

    void make_with(const SeaSpec& sea) {
        RigSpec spec;
        spec.adapters = {{.name = "sender", .rules = member_of(10), .offloads = kTakesAll},
                         {.name = "taker", .rules = member_of(10), .offloads = kTakesAll},
                         {.name = "plain", .rules = member_of(10)},
                         {.name = "trunk", .rules = trunk_of(1, {10}), .slot = {0}}};
        for (std::uint16_t i = 0; i < spec.adapters.size(); ++i) {
            spec.adapters[i].rules.mac = mac_of({i});
        }
        spec.slots = 1;
        spec.seas = {sea};
        make(spec);
    }

    static Packet::Bytes addresses(MacAddress dst, MacAddress src) {
        Bytes bytes = frame(dst, src).bytes();
        bytes.resize(12);
        return bytes;
    }
    static Packet packet(MacAddress dst, std::size_t payload, int version = 4, bool tcp = true) {
        Packet packet = large_packet(payload, version, tcp);
        packet.addresses = addresses(dst, mac_of({0}));
        return packet;
    }
    static Packet tagged(Packet packet) {
        packet.tags = {0x81, 0, 0, 10};
        return packet;
    }
    void send(AdapterId from, const Packet& sent, std::uint16_t piece, const Cuts& cuts = {}) {
        rte_mbuf* const made = make_frame(rig().pools().frames.get(), sent.bytes(), cuts);
        ASSERT_NE(made, nullptr);
        rig().inject(from, claim(made, sent, piece));
        rig().run();
    }

    const AdapterId sender{0}, taker{1}, plain{2}, trunk{3}, wire{4}, virt{5};
};

const std::vector<Cuts> kPieces{{}, {40}, {5, 20, 50, 700}};

TEST_F(LargeSend, EachClientGetsItAsItTakesIt) {
    for (const int version : {4, 6}) {
        for (const bool tcp : {true, false}) {
            for (const Cuts& cuts : kPieces) {
                const Packet whole = packet(mac_of(taker), 20000, version, tcp);
                send(sender, whole, 1400, cuts);
                expect_exactly({.out = {{taker, {whole.bytes()}}}});
                const Packet in_parts = packet(mac_of(plain), 20000, version, tcp);
                send(sender, in_parts, 1400, cuts);
                expect_exactly({.out = {{plain, bytes_of_all(cut(in_parts, 1400))}}});
            }
        }
    }
}

TEST_F(LargeSend, SegmentsBeyondTheFirstAreCopiesOfTheReceiver) {
    send(sender, packet(mac_of(plain), 20000), 1000);
    EXPECT_EQ(rig().totals(plain).copies, 19U);
    EXPECT_EQ(rig().totals(plain).offered, 20U);
    EXPECT_EQ(rig().totals(sender).copies, 0U);
    EXPECT_EQ(rig().take(plain).size(), 20U);
}

TEST_F(LargeSend, TakerIsToldWhatIsLeftToIt) {
    rig().hold(taker, true);
    send(sender, packet(mac_of(taker), 20000, 6), 1400);
    AdapterCounters counters;
    port::Tally tally(counters);
    rte_mbuf* got = nullptr;
    ASSERT_EQ(rig().client(taker).receive(&got, 1, tally), 1);
    EXPECT_EQ(got->ol_flags, RTE_MBUF_F_TX_TCP_SEG | RTE_MBUF_F_TX_TCP_CKSUM | RTE_MBUF_F_TX_IPV6);
    EXPECT_EQ(got->l2_len, 14U);
    EXPECT_EQ(got->l3_len, 40U);
    EXPECT_EQ(got->l4_len, 20U);
    EXPECT_EQ(got->tso_segsz, 1400U);
    rte_pktmbuf_free(got);
}

TEST_F(LargeSend, CrossesToTheSeaWholeAndIsCutAtTheRealPort) {
    for (const Cuts& cuts : kPieces) {
        const std::uint64_t before = rig().totals(virt).rx_frames;
        const Packet sent = packet(outside(1), 60000);
        send(sender, sent, 1448, cuts);
        expect_exactly({.out = {{wire, bytes_of_all(cut(tagged(sent), 1448))}}});
        EXPECT_EQ(rig().totals(virt).rx_frames, before + 1);
    }
}

/// A real adapter that cuts and sums itself.
class LargeSendToAnAbleWire : public LargeSend, public testing::WithParamInterface<bool> {
    void SetUp() override {
        make_with({.name = "sea", .trunks = {{3}}, .largesend = GetParam(), .offloads = kTakesAll});
    }
};

TEST_P(LargeSendToAnAbleWire, GoesWholeOnlyIfTheSeaHasLargesend) {
    const Packet sent = packet(outside(1), 60000);
    send(sender, sent, 1448);
    if (GetParam()) {
        expect_exactly({.out = {{wire, {tagged(sent).bytes()}}}});
    } else {
        EXPECT_EQ(rig().take(wire).size(), 42U);  // 60000 / 1448, rounded up
    }
}
INSTANTIATE_TEST_SUITE_P(Largesend, LargeSendToAnAbleWire, testing::Bool());

TEST_F(LargeSend, PartialChecksumIsCompletedForTheWireAndForNobodyWhoTakesIt) {
    for (const bool tcp : {true, false}) {
        const Packet out = packet(outside(1), 100, 4, tcp);
        send(sender, out, 0);
        expect_exactly({.out = {{wire, {completed(tagged(out))}}}});
        const Packet in = packet(mac_of(taker), 100, 4, tcp);
        send(sender, in, 0);
        expect_exactly({.out = {{taker, {in.bytes()}}}});
    }
}

TEST_F(LargeSend, G34OneFrameToMany) {
    for (const Cuts& cuts : kPieces) {
        const Packet sent = packet(kBroadcast, 9000);
        send(sender, sent, 1448, cuts);
        expect_exactly({.out = {{taker, {sent.bytes()}},
                                {plain, bytes_of_all(cut(sent, 1448))},
                                {wire, bytes_of_all(cut(tagged(sent), 1448))}}});
        const Packet small = packet(kBroadcast, 900);
        send(sender, small, 0, cuts);
        expect_exactly({.out = {{taker, {small.bytes()}},
                                {plain, {completed(small)}},
                                {wire, {completed(tagged(small))}}}});
    }
}

TEST_F(LargeSend, G39LargeFrameFromTheWireIsCutForAClientThatDidNotAsk) {
    for (const AdapterId to : {taker, plain}) {
        Packet sent = large_packet(9000);
        sent.addresses = addresses(mac_of(to), outside(1));
        send(wire, tagged(sent), 1448);
        expect_exactly({.out = {{to,
                                 to == taker ? std::vector<Bytes>{sent.bytes()}
                                             : bytes_of_all(cut(sent, 1448))}}});
    }
}

TEST_F(LargeSend, ClaimsThatDoNotFitAreDroppedWhereTheyComeIn) {
    Packet syn = packet(mac_of(plain), 3000);
    syn.flags = 0x02;
    Packet fragment = packet(mac_of(plain), 3000);
    fragment.fragment = 0x2000;
    for (const Packet& bad : {syn, fragment}) {
        send(sender, bad, 1000);
        expect_exactly({.drops = {{.at = sender, .why = Drop::BadOffload}}});
        Packet from_wire = tagged(bad);
        from_wire.addresses = addresses(mac_of(plain), outside(1));
        send(wire, from_wire, 1000);
        expect_exactly({.drops = {{.at = wire, .why = Drop::BadOffload}}});
    }
    send(sender, packet(mac_of(plain), 60000), 1);
    expect_exactly({.drops = {{.at = sender, .why = Drop::TooManySegments}}});
}

TEST_F(LargeSend, M14SegmentsMustFitTheRealPort) {
    const Packet sent = packet(outside(1), 30000);
    send(sender, sent, 1460);
    expect_exactly({.out = {{wire, bytes_of_all(cut(tagged(sent), 1460))}}});
    send(sender, sent, 1461);  // and its sender is told
    EXPECT_EQ(rig().take(sender).size(), 1U);
    expect_exactly(
        {.drops = {{.at = wire, .direction = Direction::Out, .why = Drop::PacketTooBig}}});
}

TEST_F(LargeSend, G30WrongChecksumWithoutAClaimStaysWrong) {
    Packet sent = packet(outside(1), 300);
    sent.checksum = Packet::Checksum::Wrong;
    rig().inject(sender, sent.bytes());
    rig().run();
    expect_exactly({.out = {{wire, {tagged(sent).bytes()}}}});
}

TEST_F(LargeSend, G35FullBurstOfLargeFramesArrivesWhole) {
    std::vector<Bytes> expected;
    for (std::uint32_t i = 0; i < 16; ++i) {
        Packet sent = packet(mac_of(plain), 40000);
        sent.payload = payload_of(40000, i);
        rte_mbuf* const made = make_frame(rig().pools().frames.get(), sent.bytes());
        ASSERT_NE(made, nullptr);
        rig().inject(sender, claim(made, sent, 1448));
        for (Bytes& segment : bytes_of_all(cut(sent, 1448))) {
            expected.push_back(std::move(segment));
        }
    }
    rig().run();
    expect_exactly({.out = {{plain, expected}}});
}

}  // namespace
}  // namespace sealane::test
