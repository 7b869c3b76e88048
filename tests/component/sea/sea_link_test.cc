// The links between a SEA and its trunk adapters, and a wire that is not there.
#include "dataplane/sea/pollers.h"
#include "tests/component/sea/one_sea.h"

namespace sealane::test {
namespace {

TEST_F(OneSea, LinkThatIsFullCostsFramesOfItsTrunkOnly) {
    RigSpec small = spec();
    small.adapters[trunk2.index].ring = 32;  // takes 31
    make(small);
    const FrameSpec in = frame(kBroadcast, outside(1));
    const std::vector<Bytes> of_10 = numbered_frames(in.tag({.vid = 10}), 32);
    const std::vector<Bytes> of_20 = numbered_frames(in.tag({.vid = 20}), 32);
    for (std::size_t i = 0; i < 32; ++i) {
        rig().inject(wire, of_10[i]);
        rig().inject(wire, of_20[i]);
    }
    ASSERT_EQ(rig().bridge(0).from_wire(), 64U);  // one burst, before the switch takes any
    rig().run();
    const std::vector<Bytes> first = numbered_frames(in, 31);
    expect_exactly({.out = {{client10, numbered_frames(in, 32)}, {client20, first}},
                    .drops = {{.at = virt, .direction = Direction::Out, .why = Drop::QueueFull}}});
}

TEST_F(OneSea, LargeFramesCostTheWireTurnsAndTheLinkNone) {
    sea::RealSide real_side(rig().bridge(0));
    const FrameSpec in = frame(mac_of(client1), outside(1)).sized(60000);
    for (int i = 0; i < 20; ++i) {
        rig().inject(wire, in.bytes());
    }
    EXPECT_EQ(real_side.poll({}), 20U);
    for (int missed = 0; missed < 3; ++missed) {  // 1.2 MB are 4.6 times what a turn pays
        rig().inject(wire, in.bytes());
        EXPECT_EQ(real_side.poll({}), worker::Poller::kPassedOver);
    }
    EXPECT_EQ(real_side.poll({}), 3U);
    rig().run();
    expect_exactly({.out = {{client1, std::vector<Bytes>(23, in.bytes())}}});

    const FrameSpec out = frame(outside(1), mac_of(client1)).type(0x88b5).sized(60000);
    for (int i = 0; i < 20; ++i) {
        rig().inject(client1, out.bytes());
        rig().inject(client10, frame(outside(1), mac_of(client10)).bytes());
    }
    ASSERT_EQ(rig().forward(client1), 20U);
    EXPECT_EQ(rig().bridge(0).from_trunk(0, Instant{}).taken, 20U);
    ASSERT_EQ(rig().forward(client10), 20U);
    EXPECT_EQ(rig().bridge(0).from_trunk(0, Instant{}).taken, 20U);
    rig().run();
    EXPECT_EQ(rig().take(wire).size(), 20U);
}

TEST_F(OneSea, ClosedWireCostsWhatWouldLeaveAndNothingBetweenClients) {
    rig().client(wire).set_open(false);
    const FrameSpec out = frame(outside(1), mac_of(client10));
    expect(client10,
           out,
           {.drops = {{.at = wire, .direction = Direction::Out, .why = Drop::PortDown}}});
    const FrameSpec local = frame(mac_of(client10), {0x0233'0000'0001});
    auto settings = rig().settings();
    settings.ports[client1.index].pvid = {10};
    rig().publish(settings);
    expect(client1, local, {.out = {{client10, local}}});
}

TEST_F(OneSea, TagThatADriverTookOutIsTheSameAsOneInTheBytes) {
    const FrameSpec in = frame(mac_of(client10), outside(1));
    for (const Cuts& cuts : usual_cuts()) {
        rte_mbuf* const stripped = make_frame(rig().pools().frames.get(), in.bytes(), cuts);
        port::set_tag_beside(stripped, wire::make_tci({10}, 6));
        rig().inject(wire, stripped);
        rig().run();
        expect_exactly({.out = {{client10, {in.bytes()}}}});
    }
    EXPECT_EQ(rig().totals(wire).rx_bytes, usual_cuts().size() * (in.bytes().size() + 4));
}

TEST_F(OneSea, SharedBytesFromTheWireAreNotWritten) {
    const Bytes sent = frame(mac_of(client10), outside(1)).tag({.vid = 10}).bytes();
    rte_mempool* const pool = rig().pools().frames.get();
    rte_mbuf* const kept = make_frame(pool, sent);
    rig().inject(wire, rte_pktmbuf_clone(kept, pool));
    rig().run();
    expect_exactly({.out = {{client10, {frame(mac_of(client10), outside(1)).bytes()}}}});
    EXPECT_EQ(bytes_of(kept), sent);
    rte_pktmbuf_free(kept);
}

TEST_F(OneSea, NoBufferToTakeATagOutCostsThatFrameAtTheRealAdapter) {
    std::vector<rte_mbuf*> hostages;
    while (rte_mbuf* const one = rte_pktmbuf_alloc(rig().pools().heads.get())) {
        hostages.push_back(one);
    }
    rig().inject(wire, frame(mac_of(client10), outside(1)).tag({.vid = 10}).bytes(), {13, 15});
    rig().run();
    for (rte_mbuf* const one : hostages) {
        rte_pktmbuf_free(one);
    }
    expect_exactly({.drops = {{.at = wire, .why = Drop::NoBuffer}}});
}

TEST_F(OneSea, EachFrameOfASenderGoesByItsOwnTag) {
    // On the link all of them start alike: the tag is beside them.
    const FrameSpec plain = frame(kBroadcast, outside(1));
    std::vector<Bytes> untagged, of_10;
    for (int i = 0; i < 40; ++i) {
        const bool is_tagged = i % 3 == 1;
        rig().inject(wire, is_tagged ? plain.tag({.vid = 10}).bytes() : plain.bytes());
        (is_tagged ? of_10 : untagged).push_back(plain.bytes());
    }
    rig().run();
    expect_exactly({.out = {{client1, untagged}, {client10, of_10}}});
}

}  // namespace
}  // namespace sealane::test
