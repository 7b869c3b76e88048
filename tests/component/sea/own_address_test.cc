// What the wire has for the SEA itself, where somebody listens: a ping's answers.
#include "tests/component/sea/one_sea.h"

namespace sealane::test {
namespace {

constexpr std::uint16_t kArp = 0x0806, kIpv4Type = 0x0800, kIpv6Type = 0x86dd;

FrameSpec to_the_sea(std::uint16_t type) { return frame(kSeaAddress, outside(1)).type(type); }

class OwnAddress : public RigTest {
  protected:
    void SetUp() override { start(true); }
    void start(bool hears) {
        RigSpec spec;
        spec.adapters = {{.name = "client", .rules = member_of(1)},
                         {.name = "trunk", .rules = trunk_of(1, {10}), .slot = {0}}};
        spec.adapters[0].rules.mac = mac_of(client);
        spec.adapters[1].rules.mac = mac_of(trunk);
        spec.slots = 1;
        spec.seas = {{.name = "sea", .trunks = {trunk}, .hears = hears}};
        make(spec);
    }
    void expect_as_for_anybody(const FrameSpec& frame) {
        expect(wire,
               frame,
               {.drops = {
                    {.at = trunk, .direction = Direction::Between, .why = Drop::NoDestination}}});
    }

    const AdapterId client{0}, trunk{1}, wire{2}, virt{3};
};

TEST_F(OwnAddress, ArpAndIpv4ToItAreForItself) {
    for (const std::uint16_t type : {kArp, kIpv4Type}) {
        expect(wire, to_the_sea(type), {.out = {{virt, to_the_sea(type)}}});
    }
}

TEST_F(OwnAddress, OtherFramesToItAreWhatTheyAlwaysWere) {
    expect_as_for_anybody(to_the_sea(kIpv6Type));
    expect_as_for_anybody(to_the_sea(kArp).tag({.vid = 1}));
    expect_as_for_anybody(to_the_sea(kArp).tag({.vid = 10}));
    expect_as_for_anybody(to_the_sea(kArp).to(outside(7)));
}

TEST_F(OwnAddress, WhoDoesNotListenGetsNothing) {
    start(false);
    expect_as_for_anybody(to_the_sea(kArp));
}

TEST_F(OwnAddress, ABackupHearsItToo) {
    rig().shared().slots().take_away({0});
    expect(wire, to_the_sea(kArp), {.out = {{virt, to_the_sea(kArp)}}});
    expect(
        wire, frame(mac_of(client), outside(1)), {.drops = {{.at = wire, .why = Drop::NotActive}}});
}

TEST_F(OwnAddress, AmongOthersEachGoesWhereItBelongs) {
    const FrameSpec mine = to_the_sea(kArp), its = frame(mac_of(client), outside(1));
    for (int i = 0; i < 20; ++i) {
        rig().inject(wire, mine.bytes());
        rig().inject(wire, its.bytes());
    }
    rig().run();
    expect_exactly({.out = {{virt, std::vector<Bytes>(20, mine.bytes())},
                            {client, std::vector<Bytes>(20, its.bytes())}}});
}

}  // namespace
}  // namespace sealane::test
