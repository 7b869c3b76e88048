// Random schedules of faults: no invariant breaks; and with one mistake made, one does (reference
// reliability.md 3.5 and 4.3).
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/seed.h"
#include "tests/unit/simulator/world.h"

namespace sealane::simulator {
namespace {

using testing::HasSubstr;

/// Schedules of one run; those of another SEALANE_SEED begin elsewhere.
constexpr std::uint64_t kApart = 1'000'000'000;
constexpr std::uint64_t kShards = 4;

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
    const char* const text = std::getenv(variable);
    return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

std::uint64_t first_schedule() { return test::seed_of_run() * kApart; }

std::string timeline_of(std::uint64_t schedule, Mutant mutant = Mutant::None) {
    World world(schedule, mutant, true);
    (void)world.run();
    std::string text = "schedule " + std::to_string(schedule) + ":\n";
    for (const std::string& line : world.timeline()) {
        text += line + '\n';
    }
    return text;
}

class Schedules : public testing::TestWithParam<std::uint64_t> {};

TEST_P(Schedules, BreakNoInvariant) {
    const std::uint64_t many = number_from("SEALANE_SCHEDULES", SEALANE_SCHEDULES) / kShards;
    const std::uint64_t first = first_schedule() + GetParam() * many;
    for (std::uint64_t schedule = first; schedule < first + many; ++schedule) {
        const std::string broken = World(schedule, Mutant::None, false).run();
        ASSERT_EQ(broken, "") << timeline_of(schedule);
    }
    std::cout << many << " schedules from " << first << "\n";
}

INSTANTIATE_TEST_SUITE_P(Simulator, Schedules, testing::Range(std::uint64_t{0}, kShards));

/// A mistake, and the invariants one of which it breaks first.
struct Mistake {
    const char* name;
    Mutant mutant;
    std::vector<std::string> breaks;
};

class Mutants : public testing::TestWithParam<Mistake> {};

TEST_P(Mutants, AreFound) {
    constexpr std::uint64_t kWithin = 1000;
    const Mistake& mistake = GetParam();
    std::string broken;
    std::uint64_t tried = 0;
    while (broken.empty() && tried < kWithin) {
        broken = World(first_schedule() + tried++, mistake.mutant, false).run();
    }
    const std::string invariant = broken.substr(0, broken.find(':'));
    EXPECT_THAT(mistake.breaks, testing::Contains(invariant))
        << broken << "\n"
        << timeline_of(first_schedule() + tried - 1, mistake.mutant);
    std::cout << "schedule " << tried << ": " << broken << "\n";
}

INSTANTIATE_TEST_SUITE_P(
    Simulator,
    Mutants,
    testing::Values(Mistake{"NoEpochCheck", Mutant::NoEpochCheck, {"I2", "I6", "I11", "I12"}},
                    Mistake{"AssertsItselfAgain", Mutant::AssertsItselfAgain, {"I9"}},
                    Mistake{"HoldDownBlocksTakeOver", Mutant::HoldDownBlocksTakeOver, {"I10"}},
                    Mistake{"ControlRenewsLease", Mutant::ControlRenewsLease, {"I6"}},
                    Mistake{"EqualSequence", Mutant::EqualSequence, {"I3"}},
                    Mistake{"BothHalves", Mutant::BothHalves, {"I7"}},
                    Mistake{"NoTieBreak", Mutant::NoTieBreak, {"I7"}},
                    Mistake{"VlansIgnored", Mutant::VlansIgnored, {"I7"}},
                    Mistake{"OpenSeal", Mutant::OpenSeal, {"I4"}},
                    Mistake{"TurnsAtOnce", Mutant::TurnsAtOnce, {"I11"}},
                    Mistake{"BringsInTwice", Mutant::BringsInTwice, {"I12"}}),
    [](const auto& one) { return std::string(one.param.name); });

/// SEALANE_SCHEDULE=n shows that one.
TEST(Schedule, IsTheSameAgainAndTellsItsTimeline) {
    const std::uint64_t schedule = number_from("SEALANE_SCHEDULE", first_schedule());
    const std::string timeline = timeline_of(schedule);
    EXPECT_EQ(timeline, timeline_of(schedule));
    EXPECT_THAT(timeline, HasSubstr("node 0: starts"));
    EXPECT_THAT(timeline, HasSubstr("faults end"));
    if (std::getenv("SEALANE_SCHEDULE") != nullptr) std::cout << timeline;
}

TEST(Schedule, MeetsEveryFaultRoleStepAndEnding) {
    std::string all;
    for (std::uint64_t i = 0; i < 300; ++i) {
        all += timeline_of(first_schedule() + i);
    }
    for (const char* what : {": killed\n",
                             "stopped in order",
                             "the process stands still\n",
                             "its agent stands still\n",
                             "its dataplane stands still\n",
                             "the hypervisor's control stands still",
                             "timers are late",
                             "link down\n",
                             "its gateway is silent",
                             "loss=",
                             "duplicate=",
                             "corrupt=",
                             "reorder=",
                             "delay=",
                             "jitter=",
                             "burst_begin=",
                             "black_hole=",
                             "told ha_mode standby",
                             "told ha_mode sharing",
                             "told ha_mode auto",
                             "of node 0 is played to node 1",
                             "of node 1 is played to node 1",
                             "> INIT",
                             "> PRIMARY,",
                             "> BACKUP,",
                             "> RECOVERY",
                             "> NOTIFY",
                             "> LIMBO",
                             "> PRIMARY_SH",
                             "> BACKUP_SH",
                             "> UNHEALTHY",
                             ", noting",
                             ", turning",
                             ", turned",
                             ", lingering",
                             ", closing",
                             "channel from node 1: cut for good",
                             "killed for good",
                             "link down for good",
                             "its dataplane stands still for good",
                             "its agent stands still for good",
                             "the process stands still for good",
                             "all is right",
                             "told to switch over"}) {
        EXPECT_NE(all.find(what), std::string::npos) << what;
    }
}

}  // namespace
}  // namespace sealane::simulator
