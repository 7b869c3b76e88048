// The table of states and events in control/ha/README.md: what one event can lead to.
#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/ha/machine_explorer.h"

namespace sealane::ha {
namespace {

constexpr std::size_t kEvents = std::variant_size_v<Event>;
constexpr std::size_t kSituations = 12, kApart = 5;  // Of each state in each search.

struct Outcome {
    std::size_t times = 0;
    std::uint32_t roles = 0;
};
using Table = std::array<std::array<Outcome, kEvents>, kRoleCount>;

struct Situation {
    Node node;
    Instant now;
};

/// Machines in every state, as the searches come by them.
std::array<std::vector<Situation>, kRoleCount> situations() {
    std::array<std::vector<Situation>, kRoleCount> found;
    for (const char* name :
         {"ColdStart", "OnItsFeet", "SwitchOver", "Sharing", "SharersColdStart"}) {
        Search search = search_named(name);
        search.depth = 4;
        search.sample = 1'000'000;
        std::array<std::size_t, kRoleCount> here{};
        search.visit = [&](const Pair& pair) {
            for (const Node& node : pair.node) {
                const auto role = static_cast<std::size_t>(node.state.role);
                if (!node.alive || here[role]++ >= kSituations * kApart) continue;
                if (here[role] % kApart != 1) continue;
                found[role].push_back({node, pair.now});
            }
        };
        (void)explore(search);
    }
    return found;
}

void add_statements(const Config& config, std::vector<Event>& events) {
    for (int kind = 0; kind <= static_cast<int>(Kind::Goodbye); ++kind) {
        for (std::size_t role = 0; role < kRoleCount; ++role) {
            const bool usual = role == static_cast<std::size_t>(Role::Primary) ||
                               role == static_cast<std::size_t>(Role::Backup);
            if (kind != 0 && !usual) continue;  // What it is says the role, of whatever kind.
            for (const bool uplink : {true, false}) {
                Statement said{.kind = static_cast<Kind>(kind),
                               .node = {config.node.value == 1 ? 2U : 1U},
                               .role = static_cast<Role>(role),
                               .mode = config.mode,
                               .uplink = uplink,
                               .vlan_digest = 1,
                               .trunks = {0b10}};
                said.priority = static_cast<std::uint8_t>(said.node.value);
                events.push_back(Heard{said});
                said.mode = Mode::Standby;
                events.push_back(Heard{said});
            }
        }
    }
}

std::vector<Event> events_for(const Node& node) {
    std::vector<Event> events{Wake{},
                              Link{true},
                              Link{false},
                              Reachability{true},
                              Reachability{false},
                              Dataplane{true},
                              Dataplane{false, true},
                              Dataplane{false},
                              HypervisorLost{},
                              ModeChanged{},
                              ConfigChanged{},
                              Stop{}};
    add_statements(node.config, events);
    for (std::uint8_t trunk = 0; trunk < node.config.trunks; ++trunk) {
        const std::uint32_t epoch = node.state.slots[trunk].epoch.value_or(0);
        for (const Owner owner : {Owner::Nobody, Owner::Me, Owner::Partner}) {
            for (const std::uint32_t later : {0U, 1U}) {
                events.push_back(SlotChanged{trunk, owner, false, epoch + later});
            }
        }
        events.push_back(SlotChanged{trunk, Owner::Partner, true, epoch});
    }
    return events;
}

Table exercise() {
    Table table{};
    const auto all = situations();
    for (std::size_t role = 0; role < kRoleCount; ++role) {
        for (const Situation& situation : all[role]) {
            const Node& node = situation.node;
            for (const Event& event : events_for(node)) {
                Config config = node.config;
                if (std::holds_alternative<ModeChanged>(event)) config.mode = Mode::Standby;
                // Now, when it would be woken, and when all its timers have run out.
                for (const Instant at : {situation.now, node.wake, situation.now + 5s}) {
                    const Instant now = at == Instant::max() ? situation.now : at;
                    Outcome& outcome = table[role][event.index()];
                    ++outcome.times;
                    const Step after =
                        step(config, node.state, event, std::max(now, situation.now));
                    outcome.roles |= 1U << static_cast<unsigned>(after.state.role);
                }
            }
        }
    }
    return table;
}

constexpr std::array<const char*, kRoleCount> kShort{"I", "P", "B", "R", "N", "L", "PS", "BS", "U"};

std::string written(const Table& table) {
    std::ostringstream text;
    text << "| state |";
    for (std::size_t event = 0; event < kEvents; ++event)
        text << ' ' << event_name(event) << " |";
    text << "\n|---|";
    for (std::size_t event = 0; event < kEvents; ++event)
        text << "---|";
    for (std::size_t role = 0; role < kRoleCount; ++role) {
        text << "\n| " << kShort[role] << " = " << name_of(static_cast<Role>(role)) << " |";
        for (const Outcome& outcome : table[role]) {
            for (std::size_t next = 0; next < kRoleCount; ++next) {
                if ((outcome.roles >> next & 1) != 0) text << ' ' << kShort[next];
            }
            text << " |";
        }
    }
    text << '\n';
    return text.str();
}

TEST(Table, TheReadmeHasItAndEveryEventWasMetInEveryState) {
    const Table table = exercise();
    for (std::size_t role = 0; role < kRoleCount; ++role) {
        for (std::size_t event = 0; event < kEvents; ++event) {
            EXPECT_GT(table[role][event].times, 0U)
                << event_name(event) << " in " << name_of(static_cast<Role>(role));
        }
    }

    std::ifstream file(SEALANE_HA_README);
    std::stringstream readme;
    readme << file.rdbuf();
    const std::string text = written(table);
    EXPECT_NE(readme.str().find(text), std::string::npos)
        << "control/ha/README.md has another table than this one, which the machine made:\n"
        << text;
}

}  // namespace
}  // namespace sealane::ha
