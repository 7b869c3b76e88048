// Settings that change while frames flow: V27, V28, F07, and who keeps his addresses.
#include "tests/component/switch/t_sw.h"

namespace sealane::test {
namespace {

/// So many frames wait in the adapters' rings while the settings change.
class Waiting : public TSw, public testing::WithParamInterface<std::size_t> {
  protected:
    static std::vector<Bytes> all(const FrameSpec& spec) {
        return numbered_frames(spec, GetParam());
    }
    void inject_all(AdapterId from, const FrameSpec& spec) {
        for (const Bytes& one : all(spec)) {
            rig().inject(from, one);
        }
    }
};

INSTANTIATE_TEST_SUITE_P(Frames,
                         Waiting,
                         testing::ValuesIn(kCounts),
                         testing::PrintToStringParamName());

TEST_P(Waiting, V27VlanTakenFromTheTrunkStopsAtOnceAndTheOtherLosesNothing) {
    const FrameSpec in_10 = frame(host(2), host(1)).tag({.vid = 10});
    const FrameSpec in_20 = frame(host(2), host(1)).tag({.vid = 20});
    const FrameSpec hello = frame(kBroadcast, host(2));
    // host(2) is behind trk in both VLANs.
    for (const std::uint16_t vid : {std::uint16_t{10}, std::uint16_t{20}}) {
        rig().inject(kTrk, hello.tag({.vid = vid}).bytes());
    }
    rig().run();
    for (std::uint16_t i = 0; i < rig().adapters(); ++i) {
        static_cast<void>(rig().take({i}));
    }
    expect_once(kProm, in_10, {.out = {{kTrk, in_10}}});
    expect_once(kProm, in_20, {.out = {{kTrk, in_20}}});
    EXPECT_EQ(rig().shared().table({}).learned_at(kTrk), 2U);

    // Frames that wait in the rings meet the new settings.
    inject_all(kProm, in_10);
    inject_all(kProm, in_20);
    inject_all(kTrk, hello.tag({.vid = 10}));
    auto settings = rig().settings();
    settings.ports[kTrk.index].vids.reset(10);
    rig().publish(settings);
    EXPECT_EQ(rig().shared().table({}).learned_at(kTrk), 1U);
    rig().run();
    expect_exactly({.out = {{kTrk, all(in_20)}},
                    .drops = {{.at = kProm,
                               .direction = Direction::Between,
                               .why = Drop::NoDestination,
                               .frames = GetParam()},
                              {.at = kTrk, .why = Drop::IngressVlan, .frames = GetParam()}}});
}

TEST_P(Waiting, V28ChangedPvidMovesTheAdapterAndItsAddressesWhole) {
    expect_once(kAcc10,
                kToAll,
                {.out = {{kAcc10b, kToAll},
                         {kTrk, kToAll.tag({.vid = 10})},
                         {kHyb, kToAll},
                         {kProm, kToAll.tag({.vid = 10})}}});
    const FrameSpec to_it = frame(host(1), host(9));
    expect_once(kAcc10b, to_it, {.out = {{kAcc10, to_it}}});

    inject_all(kAcc10, kToAll);
    auto settings = rig().settings();
    settings.ports[kAcc10.index].pvid = {20};
    rig().publish(settings);
    rig().run();
    const std::vector<Bytes> in_20 = all(kToAll.tag({.vid = 20}));
    expect_exactly({.out = {{kAcc20, all(kToAll)}, {kTrk, in_20}, {kHyb, in_20}, {kProm, in_20}}});
    // In VLAN 10 nobody knows it any more, neither by its host's address nor by its own.
    const Outcome unknown{
        .drops = {{.at = kAcc10b, .direction = Direction::Between, .why = Drop::NoDestination}}};
    expect_once(kAcc10b, to_it, unknown);
    expect_once(kAcc10b, to_it.to(mac_of(kAcc10)), unknown);
    expect_once(kAcc20, to_it.to(mac_of(kAcc10)), {.out = {{kAcc10, to_it.to(mac_of(kAcc10))}}});
}

TEST_F(TSw, F07AddressesOfARemovedAdapterGoWithItAndItsNumberStartsAfresh) {
    expect_once(kAcc10b,
                frame(mac_of(kAcc10), host(2)),
                {.out = {{kAcc10, frame(mac_of(kAcc10), host(2))}}});
    const FrameSpec to_it = frame(host(2), host(9));
    expect_once(kAcc10, to_it, {.out = {{kAcc10b, to_it}}});

    auto settings = rig().settings();
    const hvswitch::PortRules before = settings.ports[kAcc10b.index];
    settings.ports[kAcc10b.index] = {};
    rig().publish(settings);
    const Outcome unknown{
        .drops = {{.at = kAcc10, .direction = Direction::Between, .why = Drop::NoDestination}}};
    expect_once(kAcc10, to_it, unknown);
    expect_once(kAcc10, to_it.to(mac_of(kAcc10b)), unknown);

    settings.ports[kAcc10b.index] = before;
    rig().publish(settings);
    expect_once(kAcc10, to_it, unknown);
    expect_once(kAcc10, to_it.to(mac_of(kAcc10b)), {.out = {{kAcc10b, to_it.to(mac_of(kAcc10b))}}});
}

TEST_F(TSw, AddressesOfAnAdapterThatBecameATrunkOrMovedToAnotherVswitchAreForgotten) {
    RigSpec spec = t_sw();
    spec.tables.push_back({.capacity = 64});
    spec.slots = 1;
    make(spec);
    for (const AdapterId at : {kAcc10, kAcc20}) {
        rig().inject(at, kToAll.from(host(at.index)).bytes());
    }
    rig().run();
    EXPECT_EQ(rig().shared().table({}).learned_at(kAcc10), 1U);
    EXPECT_EQ(rig().shared().table({}).learned_at(kAcc20), 1U);

    auto settings = rig().settings();
    settings.ports[kAcc10.index].is_trunk = true;
    settings.slots[kAcc10.index] = {0};
    settings.ports[kAcc20.index].vswitch = {1};
    rig().publish(settings);
    EXPECT_EQ(rig().shared().table({}).learned_at(kAcc10), 0U);
    EXPECT_EQ(rig().shared().table({}).learned_at(kAcc20), 0U);
}

TEST_F(TSw, SettingsThatDoNotConcernAnAdapterTakeNothingFromIt) {
    ASSERT_TRUE(rig()
                    .shared()
                    .table({})
                    .fix({{}, {10}, host(5)}, kAcc10b, hvswitch::AddressKind::Static)
                    .ok());
    rig().inject(kAcc10b, kToAll.bytes());
    rig().run();
    const std::size_t before = rig().shared().table({}).size();

    auto settings = rig().settings();
    settings.ports[kAcc20.index].qos_priority = 3;
    rig().publish(settings);
    EXPECT_EQ(rig().shared().table({}).size(), before);
    EXPECT_EQ(rig().shared().table({}).learned_at(kAcc10b), 1U);
}

TEST_F(TSw, FewerAdaptersThanTheTableKnowsAreNoStaleSources) {
    RigSpec spec;
    spec.adapters = {{.name = "trunk", .rules = trunk_of(10), .slot = {0}},
                     {.name = "a", .rules = member_of(10)},
                     {.name = "gone", .rules = member_of(10)}};
    spec.slots = 1;
    make(spec);
    // As a worker sees it between the new settings and the flush of the table.
    ASSERT_TRUE(rig()
                    .shared()
                    .table({})
                    .fix({{}, {10}, host(1)}, {4000}, hvswitch::AddressKind::Static)
                    .ok());
    expect_once({0}, kToAll, {.out = {{{1}, kToAll}, {{2}, kToAll}}});
}

}  // namespace
}  // namespace sealane::test
