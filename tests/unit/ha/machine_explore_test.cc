// Every order of events, to a depth, from starts worth while: no fault is found; with one rule of
// the design broken, one is (reference reliability.md 3.5).
#include <iostream>

#include <gtest/gtest.h>

#include "tests/unit/ha/machine_explorer.h"

namespace sealane::ha {
namespace {

class Explorer : public testing::TestWithParam<std::string> {};

TEST_P(Explorer, NoOrderOfEventsBreaksAnInvariant) {
    const Found found = explore(search_named(GetParam()));
    EXPECT_EQ(found.fault, "");
    std::cout << found.states << " states, " << found.transitions << " transitions, "
              << found.endings << " lived on\n";
    EXPECT_GT(found.states, 1000U);
    EXPECT_GT(found.endings, 10U);
}

INSTANTIATE_TEST_SUITE_P(From,
                         Explorer,
                         testing::Values("ColdStart",
                                         "OnItsFeet",
                                         "Alone",
                                         "SwitchOver",
                                         "LongHoldDown",
                                         "EqualPriorities",
                                         "Sharing",
                                         "SharersColdStart",
                                         "OtherVlans"),
                         [](const auto& name) { return name.param; });

Step without_epoch_check(const Config& config, State state, const Event& event, Instant now) {
    if (const auto* change = std::get_if<SlotChanged>(&event); change && change->epoch > 0) {
        state.slots[change->trunk].epoch = change->epoch - 1;
    }
    return step(config, state, event, now);
}

Step asserting_itself_again(const Config& config, State state, const Event& event, Instant now) {
    const TrunkSet before = owned_by(Owner::Me, state);
    Step result = step(config, state, event, now);
    const TrunkSet lost = before - owned_by(Owner::Me, result.state);
    if (std::holds_alternative<SlotChanged>(event) && !lost.empty()) {
        result.actions.push_back(Acquire{lost});
    }
    return result;
}

Step held_down_for_good(const Config& config, State state, const Event& event, Instant now) {
    Step result = step(config, state, event, now);
    if (now < result.state.hold_until) {
        std::erase_if(result.actions,
                      [](const Action& action) { return std::holds_alternative<Acquire>(action); });
    }
    return result;
}

Step granting_both_halves(const Config& config, State state, const Event& event, Instant now) {
    Step result = step(config, state, event, now);
    for (Action& action : result.actions) {
        if (auto* given = std::get_if<HandOver>(&action)) given->trunks = all_trunks(config);
    }
    const auto* change = std::get_if<SlotChanged>(&event);
    if (change && change->offered) {
        TrunkSet both;
        both.add(change->trunk);
        result.actions.push_back(Acquire{both});
    }
    return result;
}

Step without_tie_break(const Config& config, State state, const Event& event, Instant now) {
    if (const auto* heard = std::get_if<Heard>(&event)) {
        Heard higher = *heard;
        higher.said.node = {~std::uint64_t{0}};
        return step(config, state, higher, now);
    }
    return step(config, state, event, now);
}

Step ignoring_vlans(const Config& config, State state, const Event& event, Instant now) {
    if (const auto* heard = std::get_if<Heard>(&event)) {
        Heard same = *heard;
        same.said.vlan_digest = config.vlan_digest;
        return step(config, state, same, now);
    }
    return step(config, state, event, now);
}

Step deaf_to_its_link(const Config& config, State state, const Event& event, Instant now) {
    const bool down = std::holds_alternative<Link>(event) && !std::get<Link>(event).up;
    return step(config, state, down ? Event{Wake{}} : event, now);
}

void expect_killed(const char* search, Rules rules, const char* invariant) {
    const Found found = explore(search_named(search, rules));
    EXPECT_NE(found.fault.find(invariant), std::string::npos) << "found: " << found.fault;
}

TEST(Mutant, WithoutTheEpochCheckAnOldNoticeMakesAForwarder) {
    expect_killed("OnItsFeet", {.step = without_epoch_check}, "I1");
}

TEST(Mutant, AssertingItselfAgainIsADuel) {
    expect_killed("OnItsFeet", {.step = asserting_itself_again, .last_setter_wins = true}, "I8");
}

TEST(Mutant, AHoldDownThatBlocksTakingOverLeavesVlansDark) {
    expect_killed("LongHoldDown", {.step = held_down_for_good}, "I10");
}

TEST(Mutant, ALeaseThatControlRenewsKeepsAHungDataplane) {
    expect_killed("OnItsFeet", {.control_renews = true}, "I6");
}

TEST(Mutant, BothHalvesGrantedNeverComeToRest) {
    expect_killed("SharersColdStart", {.step = granting_both_halves}, "I7");
}

TEST(Mutant, WithoutATieBreakThePairDoesNotSettle) {
    expect_killed("EqualPriorities", {.step = without_tie_break}, "I7");
}

TEST(Mutant, IgnoringVlansSharesWhatDiffers) {
    expect_killed("OtherVlans", {.step = ignoring_vlans}, "I7");
}

TEST(Mutant, ABrokenLinkThatIsKeptLeavesVlansDark) {
    expect_killed("OnItsFeet", {.step = deaf_to_its_link}, "I6");
}

}  // namespace
}  // namespace sealane::ha
