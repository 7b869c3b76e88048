// Frames from clients that are too long for the wire: cut, answered or dropped (reference
// powervm-network.md 2.3).  What must come out is put together here, byte by byte.
#include <string>

#include "tests/component/sea/one_sea.h"
#include "tests/support/claims.h"

namespace sealane::test {
namespace {

constexpr std::size_t kMtu = 1500;

void set16(Bytes& bytes, std::size_t at, std::size_t value) {
    bytes[at] = static_cast<std::uint8_t>(value >> 8);
    bytes[at + 1] = static_cast<std::uint8_t>(value);
}
Bytes part(const Bytes& bytes, std::size_t from, std::size_t length) {
    const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(from);
    return {begin, begin + static_cast<std::ptrdiff_t>(length)};
}
void put(Bytes& bytes, const Bytes& more) { bytes.insert(bytes.end(), more.begin(), more.end()); }

/// The fragments of a packet without options, in frames with `l2` bytes of Ethernet header.
std::vector<Bytes> fragments_of(const Bytes& frame, std::size_t mtu, std::size_t l2) {
    const std::size_t piece = (mtu - 20) / 8 * 8;
    const std::size_t payload = frame.size() - l2 - 20;
    std::vector<Bytes> fragments;
    for (std::size_t at = 0; at < payload; at += piece) {
        const std::size_t length = std::min(piece, payload - at);
        Bytes fragment = part(frame, 0, l2 + 20);
        set16(fragment, l2 + 2, 20 + length);
        set16(fragment, l2 + 6, (at + length < payload ? 0x2000U : 0U) + at / 8);
        set16(fragment, l2 + 10, 0);
        set16(fragment, l2 + 10, 0xffffU - plain_sum(fragment.data() + l2, 20));
        put(fragment, part(frame, l2 + 20 + at, length));
        fragments.push_back(fragment);
    }
    return fragments;
}

/// What a client hears of `frame`, which is untagged there.
Bytes answer_to(const Bytes& frame, std::size_t mtu, int version) {
    Bytes answer = part(frame, 6, 6);
    put(answer, part(FrameSpec(kSeaAddress, kSeaAddress).bytes(), 0, 6));
    put(answer, part(frame, 12, 2));
    Bytes icmp{3, 4, 0, 0, 0, 0, 0, 0};
    if (version == 6) icmp = {2, 0, 0, 0, 0, 0, 0, 0};
    set16(icmp, 6, mtu);
    put(icmp, part(frame, 14, version == 4 ? 548 : 1232));
    Bytes ip{0x45, 0xc0, 2, 64, 0, 0, 0x40, 0, 64, 1, 0, 0};
    if (version == 6) ip = {0x60, 0, 0, 0, 4, 0xd8, 58, 64};
    const std::size_t address = version == 4 ? 4 : 16;
    const std::size_t source = version == 4 ? 26 : 22;
    put(ip, part(frame, source + address, address));
    put(ip, part(frame, source, address));
    Bytes covered = icmp;
    if (version == 4) {
        set16(ip, 10, 0xffffU - plain_sum(ip.data(), ip.size()));
    } else {
        put(covered, part(ip, 8, 32));
        put(covered, {4, 0xd8, 0, 58});
    }
    set16(icmp, 2, 0xffffU - plain_sum(covered.data(), covered.size()));
    put(answer, ip);
    put(answer, icmp);
    return answer;
}

/// The usual SEA; `client10`'s VLAN is tagged on the wire, `client1`'s is not.
class TooLong : public OneSea {
  protected:
    static Packet packet(AdapterId from, std::size_t ip_length, int version, bool dont_fragment) {
        Packet packet{.version = version, .tcp = false};
        packet.fragment = dont_fragment ? 0x4000 : 0;
        packet.payload = payload_of(ip_length - (version == 4 ? 28 : 48));
        packet.addresses = part(frame(outside(1), mac_of(from)).bytes(), 0, 12);
        return packet;
    }
    static Packet on_the_wire(Packet packet, AdapterId from) {
        if (from.index == 1) packet.tags = {0x81, 0, 0, 10};
        return packet;
    }
    static std::size_t l2_of(AdapterId from) { return from.index == 1 ? 18 : 14; }

    void send(AdapterId from, const Bytes& bytes, const Cuts& cuts = {}) {
        rig().inject(from, bytes, cuts);
        rig().run();
    }
    void send_claim(AdapterId from, const Packet& sent, std::uint16_t piece = 0) {
        rte_mbuf* const made = make_frame(rig().pools().frames.get(), sent.bytes());
        ASSERT_NE(made, nullptr);
        rig().inject(from, claim(made, sent, piece));
        rig().run();
    }
    /// So that none of the answers before counts.
    void let_time_pass() {
        now_ += std::chrono::seconds{2};
        rig().set_time(now_);
    }
    [[nodiscard]] DropCount too_big(std::uint64_t frames = 1) const {
        return {wire, Direction::Out, Drop::PacketTooBig, frames};
    }

    Instant now_{std::chrono::hours{2}};
    const std::vector<Cuts> cuts_{{}, {20}, {5, 13, 17, 30}, {700, 1400, 1500, 3000}};
};

TEST_F(TooLong, PacketThatFitsIsNotTouched) {
    for (const AdapterId from : {client1, client10}) {
        const Packet sent = packet(from, kMtu, 4, true);
        send(from, sent.bytes());
        expect_exactly({.out = {{wire, {on_the_wire(sent, from).bytes()}}}});
    }
}

TEST_F(TooLong, Ipv4WithoutDfLeavesInFragments) {
    for (const AdapterId from : {client1, client10}) {
        for (const std::size_t length : {kMtu + 1, std::size_t{9000}, std::size_t{65390}}) {
            for (const Cuts& cuts : cuts_) {
                SCOPED_TRACE(length);
                const Packet sent = packet(from, length, 4, false);
                send(from, sent.bytes(), cuts);
                const Bytes whole = on_the_wire(sent, from).bytes();
                expect_exactly({.out = {{wire, fragments_of(whole, kMtu, l2_of(from))}}});
            }
        }
    }
}

TEST_F(TooLong, FragmentsBeyondTheFirstAreCopiesOfTheRealAdapter) {
    send(client1, packet(client1, 9000, 4, false).bytes());
    EXPECT_EQ(rig().totals(virt).admitted, 1U);
    EXPECT_EQ(rig().totals(wire).copies, 6U);
    EXPECT_EQ(rig().totals(wire).offered, 7U);
}

TEST_F(TooLong, OrderOfABurstIsKept) {
    std::vector<Bytes> expected;
    for (const std::size_t length : {100, 3000, 200, 300, 5000, 6000, 400}) {
        const Bytes sent = packet(client1, length, 4, false).bytes();
        rig().inject(client1, sent);
        for (const Bytes& fragment : fragments_of(sent, kMtu, 14)) {
            expected.push_back(fragment);
        }
    }
    rig().run();
    expect_exactly({.out = {{wire, expected}}});
}

TEST_F(TooLong, SenderOfIpv4WithDfAndOfIpv6IsTold) {
    for (const AdapterId from : {client1, client10}) {
        for (const int version : {4, 6}) {
            for (const Cuts& cuts : cuts_) {
                let_time_pass();
                const Bytes sent = packet(from, kMtu + 1, version, true).bytes();
                send(from, sent, cuts);
                expect_exactly(
                    {.out = {{from, {answer_to(sent, kMtu, version)}}}, .drops = {too_big()}});
            }
        }
    }
    EXPECT_EQ(rig().totals(virt).copies, 16U);
    EXPECT_EQ(rig().totals(virt).offered, 16U);
}

TEST_F(TooLong, AnswerBearsTheTagOfItsVlan) {
    auto settings = rig().settings();
    settings.ports[client10.index].pvid = {};
    settings.ports[client10.index].vids.set(10);
    rig().publish(settings);
    Packet sent = packet(client10, 3000, 4, true);
    sent.tags = {0x81, 0, 0xa0, 10};
    send(client10, sent.bytes());
    const auto answers = rig().take(client10);
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(part(answers[0], 12, 4), sent.tags);
    sent.tags.clear();
    Bytes untagged = part(answers[0], 0, 12);
    put(untagged, part(answers[0], 16, answers[0].size() - 16));
    EXPECT_EQ(untagged, answer_to(sent.bytes(), kMtu, 4));
}

TEST_F(TooLong, WhoMayNotBeToldIsNotTold) {
    Packet group = packet(client1, 3000, 4, true);
    group.addresses[0] = 0x01;
    send(client1, group.bytes());
    expect_exactly({.drops = {too_big()}});
    Packet later = packet(client1, 3000, 4, true);
    later.fragment = 0x4010;
    send(client1, later.bytes());
    expect_exactly({.drops = {too_big()}});
}

TEST_F(TooLong, AnythingElseIsOversize) {
    const FrameSpec other = frame(outside(1), mac_of(client1)).type(0x88b5).sized(1515);
    expect(client1,
           other,
           {.drops = {{.at = wire, .direction = Direction::Out, .why = Drop::Oversize}}});
}

TEST_F(TooLong, WhoAsksAgainAndAgainTakesNoAnswersFromOthers) {
    let_time_pass();
    const Bytes greedy = packet(client1, 3000, 4, true).bytes();
    for (const AdapterId other : {client10, client20}) {
        for (int i = 0; i < 200; ++i) {
            rig().inject(client1, greedy);
        }
        rig().run();
        const Bytes asked = packet(other, 3000, 4, true).bytes();
        send(other, asked);
        EXPECT_EQ(rig().take(other), std::vector<Bytes>{answer_to(asked, kMtu, 4)});
    }
    EXPECT_EQ(rig().take(client1).size(), 10U);
}

/// A SEA whose switch is in another process knows senders by VLAN and address alone.
class TooLongFromAfar : public TooLong {
  protected:
    void SetUp() override {
        RigSpec far = spec();
        far.seas[0].knows_senders = false;
        make(far);
    }
};

TEST_F(TooLongFromAfar, WhoAsksAgainAndAgainTakesNoAnswersFromOthers) {
    let_time_pass();
    const Bytes greedy = packet(client1, 3000, 4, true).bytes();
    for (int i = 0; i < 200; ++i) {
        rig().inject(client1, greedy);
    }
    rig().run();
    for (const AdapterId other : {client10, client20}) {
        const Bytes asked = packet(other, 3000, 4, true).bytes();
        send(other, asked);
        EXPECT_EQ(rig().take(other), std::vector<Bytes>{answer_to(asked, kMtu, 4)});
    }
    EXPECT_EQ(rig().take(client1).size(), 10U);
}

TEST_F(TooLong, WhoAsksUnderManyAddressesTakesNoAnswersFromOthers) {
    let_time_pass();
    for (std::uint64_t sender = 0; sender < 2000; ++sender) {
        Packet sent = packet(client1, 3000, 4, true);
        const Bytes from = frame(outside(1), MacAddress{0x0211'0000'0000 + sender}).bytes();
        sent.addresses = part(from, 0, 12);
        send(client1, sent.bytes());
    }
    EXPECT_EQ(rig().totals(virt).copies, 10U);
    for (const AdapterId other : {client10, client20}) {
        const Bytes asked = packet(other, 3000, 4, true).bytes();
        send(other, asked);
        EXPECT_EQ(rig().take(other), std::vector<Bytes>{answer_to(asked, kMtu, 4)});
    }
}

TEST_F(TooLong, WhoUsesAnothersAddressTakesNoAnswersFromIt) {
    let_time_pass();
    Packet stolen = packet(client10, 3000, 4, true);
    stolen.tags = {0x81, 0, 0, 10};
    auto settings = rig().settings();
    settings.ports[client1.index].vids.set(10);
    rig().publish(settings);
    // Its source, and nearly so.
    for (std::uint8_t last = 0; last < 255; ++last) {
        stolen.addresses[11] = last;
        send(client1, stolen.bytes());
    }
    (void)rig().take(client10);
    rig().forget_learned();
    const Bytes asked = packet(client10, 3000, 4, true).bytes();
    send(client10, asked);
    EXPECT_EQ(rig().take(client10), std::vector<Bytes>{answer_to(asked, kMtu, 4)});
}

TEST_F(TooLong, AnswersAreTenASecondToAnAdapter) {
    const Bytes sent = packet(client1, 3000, 4, true).bytes();
    const auto send_many = [&](std::size_t frames, std::size_t answers) {
        for (std::size_t i = 0; i < frames; ++i) {
            rig().inject(client1, sent);
        }
        rig().run();
        const std::vector<Bytes> each(answers, answer_to(sent, kMtu, 4));
        WholeOutcome outcome{.drops = {too_big(frames)}};
        if (answers > 0) outcome.out = {{client1, each}};
        expect_exactly(outcome);
    };
    let_time_pass();
    send_many(200, 10);
    rig().set_time(now_ + std::chrono::milliseconds{99});
    send_many(5, 0);
    rig().set_time(now_ + std::chrono::milliseconds{100});
    send_many(5, 1);
    rig().set_time(now_ + std::chrono::hours{1});
    send_many(20, 10);
}

TEST_F(TooLong, PartialChecksumIsCompletedBeforeItIsCut) {
    for (const AdapterId from : {client1, client10}) {
        Packet sent = packet(from, 4000, 4, false);
        sent.checksum = Packet::Checksum::Partial;
        send_claim(from, sent);
        const Bytes whole = completed(on_the_wire(sent, from));
        expect_exactly({.out = {{wire, fragments_of(whole, kMtu, l2_of(from))}}});
    }
}

TEST_F(TooLong, SenderOfALargeFrameWithLongSegmentsIsTold) {
    Packet sent = large_packet(20000);
    sent.addresses = packet(client1, 100, 4, true).addresses;
    send_claim(client1, sent, 1461);
    expect_exactly({.out = {{client1, {answer_to(sent.bytes(), kMtu, 4)}}}, .drops = {too_big()}});
}

TEST_F(TooLong, LargeFrameWithoutDfLeavesInFragmentsOfItsSegments) {
    for (const AdapterId from : {client1, client10}) {
        for (const std::uint16_t piece : {std::uint16_t{1461}, std::uint16_t{8948}}) {
            for (const bool tcp : {true, false}) {
                SCOPED_TRACE(piece);
                Packet sent = large_packet(65000, 4, tcp);
                sent.addresses = packet(from, 100, 4, false).addresses;
                sent.fragment = 0;
                std::vector<Bytes> expected;
                for (const Packet& segment : cut(on_the_wire(sent, from), piece)) {
                    const Bytes whole = segment.bytes();
                    const bool fits = whole.size() <= l2_of(from) + kMtu;
                    for (const Bytes& fragment : fits ? std::vector<Bytes>{whole}
                                                      : fragments_of(whole, kMtu, l2_of(from))) {
                        expected.push_back(fragment);
                    }
                }
                send_claim(from, sent, piece);
                expect_exactly({.out = {{wire, expected}}});
            }
        }
    }
}

TEST_F(TooLong, FragmentThatEndsBeyondAPacketIsNotCut) {
    Packet late = packet(client1, 3000, 4, false);
    late.fragment = 8191;
    send(client1, late.bytes());
    expect_exactly({.drops = {{wire, Direction::Out, Drop::Malformed}}});
}

TEST_F(TooLong, WithoutBuffersAFrameIsDroppedWholeAndNobodyIsTold) {
    std::vector<rte_mbuf*> hoard;
    while (rte_mbuf* const one = rte_pktmbuf_alloc(rig().pools().heads.get())) {
        hoard.push_back(one);
    }
    rte_pktmbuf_free(hoard.back());
    hoard.pop_back();
    send(client1, packet(client1, 9000, 4, false).bytes());
    expect_exactly({.drops = {{wire, Direction::Out, Drop::NoBuffer}}});
    send(client1, packet(client1, 9000, 4, true).bytes());
    expect_exactly({.drops = {too_big()}});
    rte_pktmbuf_free_bulk(hoard.data(), static_cast<unsigned>(hoard.size()));
}

TEST_F(TooLong, JumboFrameFromTheWireIsForWhoTakesIt) {
    rig().outlet(client1).set_mtu(kMtu);
    rig().outlet(client10).set_mtu(9000);
    const FrameSpec in = frame(mac_of(client1), outside(1)).sized(9014);
    expect(
        wire, in, {.drops = {{.at = client1, .direction = Direction::Out, .why = Drop::Oversize}}});
    const FrameSpec jumbo = in.to(mac_of(client10));
    const FrameSpec tagged = frame(mac_of(client10), outside(1)).tag({.vid = 10}).sized(9018);
    expect(wire, tagged, {.out = {{client10, jumbo}}});
}

TEST_F(TooLong, M12MtuChangedUnderTrafficDropsOnlyWhatIsOverIt) {
    const Bytes small = packet(client1, 1400, 4, false).bytes();
    const Bytes middle = packet(client1, 2000, 4, false).bytes();
    const FrameSpec other = frame(outside(1), mac_of(client1)).type(0x88b5).sized(2014);
    for (int i = 0; i < 500; ++i) {
        const std::size_t mtu = i % 2 == 0 ? 9000 : kMtu;
        rig().outlet(wire).set_mtu(static_cast<std::uint32_t>(mtu));
        rig().inject(client1, small);
        rig().inject(client1, middle);
        rig().inject(client1, other.bytes());
        rig().run();
        if (mtu == 9000) {
            expect_exactly({.out = {{wire, {small, middle, other.bytes()}}}});
        } else {
            std::vector<Bytes> out = fragments_of(middle, kMtu, 14);
            out.insert(out.begin(), small);
            expect_exactly(
                {.out = {{wire, out}}, .drops = {{wire, Direction::Out, Drop::Oversize}}});
        }
    }
}

}  // namespace
}  // namespace sealane::test
