// Load sharing: reference 1.4-G.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/ha/share.h"
#include "tests/unit/ha/machine_pair.h"

namespace sealane::ha {
namespace {

Config sharer(std::uint8_t priority, std::uint8_t trunks = 2) {
    return config_of(priority, Mode::Sharing, trunks);
}

void expect_split(const Pair& pair) {
    const std::size_t trunks = pair.slots.size();
    EXPECT_EQ(pair.owned(0), share_of_better(trunks));
    EXPECT_EQ(pair.owned(1), share_of_worse(trunks));
    EXPECT_EQ(pair.role(0), Role::PrimarySh);
    EXPECT_EQ(pair.role(1), Role::BackupSh);
}

TEST(Sharing, L01_L02_EachGetsItsHalf) {
    for (const std::uint8_t trunks : std::initializer_list<std::uint8_t>{2, 3, 5, 7, 16}) {
        expect_split(settled(sharer(1, trunks), sharer(2, trunks)));
    }
}

TEST(Sharing, L03_OneTrunkIsNotShared) {
    const Pair pair = settled(sharer(1, 1), sharer(2, 1));
    EXPECT_EQ(pair.role(0), Role::Primary);
    EXPECT_EQ(pair.role(1), Role::Backup);
}

TEST(Sharing, L04_ItBeginsWhenThePrimaryIsSetToItToo) {
    Pair pair = settled(config_of(1, Mode::Auto, 2), sharer(2));
    pair.run(60s);
    EXPECT_EQ(pair.role(0), Role::Primary);
    EXPECT_EQ(pair.changes, 2U);
    pair.set_mode(0, Mode::Sharing);
    pair.run(1s);
    expect_split(pair);
}

TEST(Sharing, L05_OtherVlansAreNotSharedAndThatIsTold) {
    Config other = sharer(2);
    other.vlan_digest = 2;
    const Pair pair = settled(sharer(1), other);
    EXPECT_EQ(pair.role(0), Role::Primary);
    EXPECT_EQ(pair.role(1), Role::Backup);
    EXPECT_TRUE(has_alarm(pair.node[0], AlarmCause::OtherVlans));
    EXPECT_TRUE(has_alarm(pair.node[1], AlarmCause::OtherVlans));
}

TEST(Sharing, EveryRefusalSaysWhy) {
    const auto answer_to = [](const Config& primary, const Statement& request) {
        Pair pair = settled(primary, config_of(2, Mode::Auto, primary.trunks));
        pair.feed(0, Heard{request});
        for (const Send& sent : all_of<Send>(pair.node[0].done)) {
            if (sent.say.kind == Kind::ShareRefusal) return sent.say.refusal;
        }
        return Refusal::None;
    };
    const Statement fine{.kind = Kind::ShareRequest,
                         .node = {2},
                         .role = Role::Backup,
                         .priority = 2,
                         .mode = Mode::Sharing,
                         .uplink = true,
                         .vlan_digest = 1,
                         .trunks = {0b10}};
    EXPECT_EQ(answer_to(sharer(1), fine), Refusal::None);
    EXPECT_EQ(answer_to(config_of(1, Mode::Auto, 2), fine), Refusal::NotSharing);
    EXPECT_EQ(answer_to(sharer(1, 1), fine), Refusal::OneTrunk);
    Statement other = fine;
    other.vlan_digest = 2;
    EXPECT_EQ(answer_to(sharer(1), other), Refusal::OtherVlans);
    other = fine;
    other.trunks = {0b01};
    EXPECT_EQ(answer_to(sharer(1), other), Refusal::OtherSplit);
    Config unhurried = sharer(1);
    unhurried.hold_down = 600s;
    EXPECT_EQ(answer_to(unhurried, fine), Refusal::NotReady);
}

TEST(Sharing, ALastingRefusalIsAnAlarmAndAskedAgainSeldom) {
    Pair pair = settled(sharer(1), config_of(2, Mode::Auto, 2));
    Statement refusal{.kind = Kind::ShareRefusal,
                      .node = {1},
                      .role = Role::Primary,
                      .priority = 1,
                      .mode = Mode::Sharing,
                      .uplink = true,
                      .vlan_digest = 1,
                      .refusal = Refusal::OtherSplit};
    pair.feed(1, Heard{refusal});
    EXPECT_TRUE(has_alarm(pair.node[1], AlarmCause::SharingRefused));
    EXPECT_EQ(pair.node[1].state.refused, Refusal::OtherSplit);
}

TEST(Sharing, L06_VlansThatComeToDifferLeaveTheSplitAsItIs) {
    Pair pair = settled(sharer(1), sharer(2));
    const std::uint32_t changes = pair.changes;
    pair.node[0].config.vlan_digest = 2;
    pair.feed(0, ConfigChanged{});
    pair.run(60s);
    EXPECT_EQ(pair.changes, changes);
    EXPECT_TRUE(has_alarm(pair.node[1], AlarmCause::OtherVlans));
    pair.node[1].config.vlan_digest = 2;
    pair.feed(1, ConfigChanged{});
    pair.run(1s);
    EXPECT_FALSE(has_alarm(pair.node[1], AlarmCause::OtherVlans));
    expect_split(pair);
    EXPECT_EQ(pair.changes, changes);
}

TEST(Sharing, L07_WhenOneDiesTheOtherTakesTheRestAndKeepsItsOwn) {
    for (const std::size_t dead : {0, 1}) {
        Pair pair = settled(sharer(1, 3), sharer(2, 3));
        const std::size_t kept = dead == 0 ? 2 : 0;
        const std::uint32_t epoch = pair.slots[kept].epoch;
        pair.kill(dead);
        pair.settle();
        EXPECT_TRUE(pair.owns_all(1 - dead));
        EXPECT_EQ(pair.role(1 - dead), Role::Primary);
        EXPECT_EQ(pair.slots[kept].epoch, epoch) << "what was its own was not touched";
    }
}

TEST(Sharing, L08_TheReturningOneGetsItsHalfBackFromHandToHand) {
    for (const std::size_t dead : {0, 1}) {
        Pair pair = settled(sharer(1, 3), sharer(2, 3));
        pair.kill(dead);
        pair.run(5s);
        const std::uint32_t changes = pair.changes;
        pair.start(dead);
        pair.run(5s);
        expect_split(pair);
        EXPECT_EQ(pair.changes - changes, pair.owned(dead).size()) << "each trunk moved once";
    }
}

TEST(Sharing, L09_ABrokenLinkOfOneIsCoveredByTheOther) {
    Pair pair = settled(sharer(1), sharer(2));
    pair.set_link(1, false);
    pair.settle();
    EXPECT_TRUE(pair.owns_all(0));
    pair.set_link(1, true);
    pair.run(5s);
    expect_split(pair);
}

TEST(Sharing, L11_ARequestThatMeetsAChangeOfModeEndsInOneOrder) {
    Pair pair = settled(config_of(1, Mode::Auto, 2), sharer(2));
    pair.node[0].config.mode = Mode::Sharing;
    pair.feed(0, ModeChanged{});
    while (!pair.node[1].wire.empty())
        pair.deliver(1, 0);           // It asks,
    pair.set_mode(0, Mode::Standby);  // and the mode is another one again.
    pair.run(10s);
    EXPECT_EQ(pair.role(0), Role::Backup);
    EXPECT_TRUE(pair.owns_all(1));
}

TEST(Sharing, L12_OnlyTwoThatBothShareDo) {
    const Pair pair = settled(sharer(1), config_of(2, Mode::Auto, 2));
    EXPECT_EQ(pair.role(0), Role::Primary);
    EXPECT_EQ(pair.role(1), Role::Backup);
}

TEST(Sharing, L13_ACutControlChannelLeavesEachItsHalf) {
    Pair pair = settled(sharer(1), sharer(2));
    const std::uint32_t changes = pair.changes;
    pair.cut_control(true);
    pair.run(600s);
    expect_split(pair);
    EXPECT_EQ(pair.changes, changes);
}

TEST(Sharing, L14_WithoutControlADeadOnesHalfIsStillTaken) {
    Pair pair = settled(sharer(1), sharer(2));
    pair.cut_control(true);
    pair.run(5s);
    pair.kill(1);
    pair.settle();
    EXPECT_TRUE(pair.owns_all(0));
}

TEST(Sharing, LeavingItOnThePrimaryGivesThePrimaryAll) {
    Pair pair = settled(sharer(1), sharer(2));
    pair.set_mode(0, Mode::Auto);
    pair.run(5s);
    EXPECT_TRUE(pair.owns_all(0));
    EXPECT_EQ(pair.role(1), Role::Backup);
}

TEST(Sharing, ALostGrantIsMadeUpForByTheOfferItself) {
    Pair pair(sharer(1), sharer(2));
    pair.start(0);
    pair.start(1);
    for (int i = 0; i < 100; ++i) {
        auto& wire = pair.node[1].wire;
        std::erase_if(wire, [](const Statement& s) { return s.kind == Kind::ShareGrant; });
        for (std::size_t n : {0, 1}) {
            while (!pair.node[n].notices.empty())
                pair.read_notice(n);
        }
        while (!pair.node[0].wire.empty())
            pair.deliver(0, 0);
        while (!wire.empty() && wire[0].kind != Kind::ShareGrant)
            pair.deliver(1, 0);
        pair.pass_to(pair.now + 50ms);
        pair.feed(0, Wake{});
        pair.feed(1, Wake{});
    }
    pair.node[1].wire.clear();
    pair.settle();
    expect_split(pair);
}

}  // namespace
}  // namespace sealane::ha
