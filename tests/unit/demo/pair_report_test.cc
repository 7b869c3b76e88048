#include "control/app/demo/pair/pair_report.h"

#include <nlohmann/json.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sealane::app {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

PlayedAct played_as_promised(const Act& act) {
    const Outcome outcome{.sent = 900, .longest_gap = 1500us, .resumed = true};
    return {act, std::vector<Outcome>(demo_streams().size(), outcome), act.carriers};
}

PairReport all_as_promised() {
    PairReport report;
    for (const Act& act : demo_acts()) {
        report.acts.push_back(played_as_promised(act));
    }
    return report;
}

TEST(DemoPair, AllActsAsPromisedAreGood) {
    EXPECT_TRUE(is_good(all_as_promised()));
    EXPECT_THAT(render_outages(all_as_promised()), Not(HasSubstr("NOT AS IT SHOULD BE")));
}

TEST(DemoPair, AnActThatWasNotPlayedOrAFaultIsNotGood) {
    PairReport report = all_as_promised();
    report.acts.pop_back();
    EXPECT_FALSE(is_good(report));
    report = all_as_promised();
    report.fault = "vios2 has ended";
    EXPECT_FALSE(is_good(report));
    EXPECT_THAT(render_outages(report), HasSubstr("NOT AS IT SHOULD BE: vios2 has ended"));
}

TEST(DemoPair, AKillMayLoseFramesAndAPlannedMoveMayNot) {
    for (const Act& act : demo_acts()) {
        for (std::uint64_t Outcome::*const what :
             {&Outcome::lost, &Outcome::doubled, &Outcome::reordered}) {
            PlayedAct played = played_as_promised(act);
            played.outcomes[5].*what = 1;
            const bool is_planned = act.deed != Deed::Kill && act.deed != Deed::Start;
            EXPECT_EQ(broken_promises(played).empty(), !is_planned) << act.title;
        }
    }
}

TEST(DemoPair, AStreamThatStaysDeadBreaksEveryAct) {
    for (const Act& act : demo_acts()) {
        PlayedAct played = played_as_promised(act);
        played.outcomes[2].resumed = false;
        EXPECT_THAT(broken_promises(played), ElementsAre("VLAN 2 outward: nothing came any more"));
    }
}

TEST(DemoPair, AVlanThatGoesThroughTheWrongViosIsTold) {
    PlayedAct played = played_as_promised(demo_acts().front());
    played.carriers = {2, 2, 2, 2};
    EXPECT_THAT(broken_promises(played),
                ElementsAre("VLAN 1 2 3 4 by vios2, and it should be VLAN 1 2 by vios2, "
                            "VLAN 3 4 by vios1"));
}

TEST(DemoPair, NobodyIsSaidToCarryAVlanThatWasNeverSeen) {
    EXPECT_EQ(render_carriers({0, 0, 1, 1}), "VLAN 1 2 by nobody, VLAN 3 4 by vios1");
}

TEST(DemoPair, TheTableHasARowForEachVlanAndDirection) {
    PairReport report = all_as_promised();
    report.acts[1].outcomes[7] = {
        .sent = 900, .lost = 12, .longest_gap = 13'040us, .resumed = true};
    const std::string text = render_outages(report);
    EXPECT_THAT(text, HasSubstr("\n   1  outward    0 / 1.5 ms"));
    EXPECT_THAT(text, HasSubstr("\n   4  inward     0 / 1.5 ms  12 / 13.0 ms"));
    const json all = pair_as_json(report);
    EXPECT_EQ(all["acts"][1]["streams"][7],
              (json{{"vlan", 4},
                    {"direction", "inward"},
                    {"sent", 900},
                    {"lost", 12},
                    {"doubled", 0},
                    {"reordered", 0},
                    {"longest_gap_ms", 13.04},
                    {"resumed", true}}));
    EXPECT_EQ(all["good"], true);
}

json event(int number, const char* kind, const char* what) {
    return {{"number", number},
            {"age_s", 0.25},
            {"sea", "vios2/ent6"},
            {"kind", kind},
            {"what", what},
            {"cause", "so"}};
}

TEST(DemoPair, EventsAreToldOnceAndBackAtTheirTime) {
    const json reply{{"events", {event(3, "role", "BACKUP > PRIMARY")}}};
    std::uint64_t after = 2;
    EXPECT_THAT(entries_of(reply, false, 4s, after),
                ElementsAre(TimelineEntry{3750ms, "vios2/ent6", "BACKUP > PRIMARY", "so"}));
    EXPECT_EQ(after, 3U);
    EXPECT_THAT(entries_of(reply, false, 4s, after), IsEmpty());
}

TEST(DemoPair, OfSlotsTheHypervisorSaysWhoHasThem) {
    const json reply{{"events",
                      {event(1, "slot", "vios2/ent3 has it, epoch 2"),
                       event(2, "slot", "vios1/ent3 has it no more, epoch 2")}}};
    std::uint64_t after = 0;
    EXPECT_THAT(entries_of(reply, true, 1s, after),
                ElementsAre(testing::Field(&TimelineEntry::what, "vios2/ent3 has it, epoch 2")));
    after = 0;
    EXPECT_THAT(entries_of(reply, false, 1s, after), IsEmpty());
    EXPECT_EQ(after, 2U);
}

TEST(DemoPair, ADeedOfTheDemoStandsOutAgainstWhatItLedTo) {
    EXPECT_EQ(render_entry({4500ms, "", "vios1 is killed: SIGKILL", ""}),
              "  4.500 s  vios1 is killed: SIGKILL\n");
    EXPECT_EQ(render_entry({4503ms, "vios2/ent6", "BACKUP > PRIMARY", "it owns all trunk slots"}),
              "  4.503 s    vios2/ent6  BACKUP > PRIMARY             it owns all trunk slots\n");
}

}  // namespace
}  // namespace sealane::app
