// How many there may be of everything: the last that is taken, and the first that is not.
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/config/load.h"

namespace sealane::config {
namespace {

using testing::HasSubstr;

/// `begin`, then a line for each of `count`, then `end`.
std::string lines(const std::string& begin,
                  int count,
                  const std::function<std::string(int)>& line,
                  const std::string& end = "") {
    std::string text = begin;
    for (int i = 0; i < count; ++i) {
        text += line(i) + "\n";
    }
    return text + end;
}

std::string faults_of(const std::string& text) { return to_string(load(text, "f").faults); }

std::string number(int n) { return std::to_string(n); }

std::string head() { return "system: f\nvswitches: [{name: E}]\npartitions:\n"; }
std::string client() { return head() + "  - name: c\n    type: client\n    adapters:\n"; }
std::string vios() { return head() + "  - name: v\n    type: vios\n    adapters:\n"; }

TEST(Limits, SixteenVswitchesAndNoMore) {
    const auto text = [](int count) {
        return lines(
            "system: f\nvswitches:\n",
            count,
            [](int i) { return "  - {name: E" + number(i) + "}"; },
            "partitions: []\n");
    };
    EXPECT_EQ(faults_of(text(16)), "");
    EXPECT_EQ(faults_of(text(17)), "f:19:5: 17 virtual switches; at most 16 are possible\n");
}

TEST(Limits, TwentyVidsAndNoMore) {
    const auto text = [](int count) {
        std::string vids = "2";
        for (int vid = 3; vid < 2 + count; ++vid) {
            vids += ", " + number(vid);
        }
        return client() + "      - {name: ent0, type: virtual, vswitch: E, pvid: 1, vids: [" +
               vids + "]}\n";
    };
    EXPECT_EQ(faults_of(text(20)), "");
    EXPECT_EQ(faults_of(text(21)),
              "f:7:64: c/ent0: 21 VIDs; an adapter has at most 20 beside its PVID\n");
}

TEST(Limits, SixteenTrunkAdaptersOfASeaAndNoMore) {
    const auto text = [](int count) {
        std::string members = "ent1";
        for (int i = 2; i <= count; ++i) {
            members += ", ent" + number(i);
        }
        return lines(
            vios() + "      - {name: ent0, type: physical, port: {type: ring}}\n",
            count,
            [](int i) {
                return "      - {name: ent" + number(i + 1) +
                       ", type: virtual, vswitch: E, trunk_priority: 1, pvid: " + number(i + 1) +
                       "}";
            },
            "    seas:\n      - {name: ent99, real_adapter: ent0, pvid_adapter: ent1, pvid: 1, "
            "virt_adapters: [" +
                members + "]}\n");
    };
    EXPECT_EQ(faults_of(text(16)), "");
    EXPECT_EQ(faults_of(text(17)), "f:26:87: v/ent99: 17 trunk adapters; a SEA has 1 to 16\n");
}

TEST(Limits, ThirtyTwoEthdevPortsAndNoMore) {
    const auto text = [](int count) {
        return lines(vios(), count, [](int i) {
            return "      - {name: ent" + number(i) +
                   ", type: physical, port: {type: ethdev, devargs: \"net_null" + number(i) +
                   ",no-rx=1\"}}";
        });
    };
    EXPECT_EQ(faults_of(text(32)), "");
    EXPECT_EQ(faults_of(text(33)),
              "f:39:45: v/ent32: ethdev port number 33; DPDK has room for 32\n");
}

TEST(Limits, FourThousandAndNinetySixAdaptersAndNoMore) {
    const auto text = [](int count) {
        return lines(client(), count, [](int i) {
            return "      - {name: ent" + number(i) + ", type: virtual, vswitch: E, pvid: 1}";
        });
    };
    EXPECT_EQ(faults_of(text(4096)), "");
    EXPECT_EQ(faults_of(text(4097)),
              "f:4:5: 4097 adapters and SEAs up to here; at most 4096 are possible\n");
}

TEST(Limits, FifteenTrunkPrioritiesOfAVlanAndNoMore) {
    const auto text = [](int count) {
        return lines(head(), count, [](int i) {
            return "  - name: v" + number(i) +
                   "\n    type: vios\n    adapters:\n      - {name: ent0, " +
                   "type: virtual, vswitch: E, pvid: 1, trunk_priority: " + number(i % 15 + 1) +
                   "}";
        });
    };
    EXPECT_EQ(faults_of(text(15)), "");
    EXPECT_THAT(faults_of(text(16)), HasSubstr("v15/ent0: trunk_priority 1 is v0/ent0's too"));
}

/// `word`, `count` times, with commas between.
std::string list_of(int count, const std::string& word) {
    std::string list = word;
    for (int i = 1; i < count; ++i) {
        list += ", " + word;
    }
    return list;
}

std::string adapter(int n, const std::string& more) {
    return "      - {name: ent" + number(n) + ", type: virtual, pvid: 1, " + more + "}";
}

TEST(Limits, AHundredFaultsAndOfTheOthersTheNumber) {
    const auto faults = [](int zeros) {
        const std::string cores = list_of(zeros, "0");
        return load(head() + "  []\nruntime: {workers: 1, cores: [" + cores + "]}\n", "f").faults;
    };
    const auto hundred = faults(100);
    EXPECT_EQ(hundred.size(), 100U);
    EXPECT_EQ(to_string(hundred.front()),
              "f:5:30: runtime: 100 cores for 1 worker; give each worker one core, or leave cores "
              "out");
    EXPECT_EQ(to_string(hundred.back()),
              "f:5:328: runtime: core 0 is given twice; a core serves one worker");
    const auto many = faults(4000);
    ASSERT_EQ(many.size(), 101U);
    EXPECT_EQ(to_string(many.at(99)), to_string(hundred.back())) << "the first in the file's order";
    EXPECT_EQ(to_string(many.back()), "f: ... and 3900 more; mend these first");
}

TEST(Limits, FaultsOfTheFilesBeginningAreNotPushedOutByLaterOnes) {
    // Faults of values are found before those of rules, wherever they stand.
    const std::string text = lines(client() + adapter(0, "vswitch: F") + "\n", 300, [](int i) {
        return adapter(i + 1, "vswitch: E, mtu: 0");
    });
    const auto faults = load(text, "f").faults;
    ASSERT_EQ(faults.size(), 101U);
    EXPECT_EQ(to_string(faults.front()), "f:7:55: c/ent0: there is no vswitch F; vswitches has E");
    EXPECT_EQ(faults.back().what, "... and 201 more; mend these first");
}

TEST(Limits, TooManyVswitchesAreNotListedForEveryAdapterThatNamesNone) {
    const auto text = [](int vswitches) {
        return lines("system: f\nvswitches:\n",
                     vswitches,
                     [](int i) { return "  - {name: E" + number(i) + "}"; }) +
               "partitions:\n  - name: c\n    type: client\n    adapters:\n" +
               adapter(0, "vswitch: F") + "\n";
    };
    EXPECT_EQ(faults_of(text(3)),
              "f:10:55: c/ent0: there is no vswitch F; vswitches has E0, E1, E2\n");
    EXPECT_EQ(faults_of(text(17)), "f:19:5: 17 virtual switches; at most 16 are possible\n");
}

TEST(Limits, WhatStandsInAListThatIsTooLongIsNotCompared) {
    const std::string mac = "02:00:00:00:00:01";
    EXPECT_EQ(faults_of(client() +
                        adapter(0, "vswitch: E, allowed_macs: [" + list_of(5, mac) + "]") + "\n"),
              "f:7:72: c/ent0: allowed_macs lists 5 addresses; use all, none, or a list of 1 to 4 "
              "addresses\n");
    EXPECT_EQ(
        faults_of(client() + adapter(0, "vswitch: E, vids: [" + list_of(4097, "2") + "]") + "\n"),
        "f:7:64: c/ent0: vids lists 4097 VLANs, more than there are; list each once\n");
    const std::string members = "ent1, " + list_of(20, "ent1");
    EXPECT_THAT(load(vios() + "      - {name: ent0, type: physical, port: {type: ring}}\n" +
                         adapter(1, "vswitch: E, trunk_priority: 1") +
                         "\n    seas:\n      - {name: ent9, real_adapter: ent0, pvid_adapter: "
                         "ent1, pvid: 1, virt_adapters: [" +
                         members + "]}\n",
                     "f")
                    .faults,
                testing::SizeIs(1 + 15))
        << "the number, and those after the first that may be";
}

TEST(Limits, NoRuleIsAppliedToMoreAdaptersThanThereCanBe) {
    const auto text = [](int count) {
        return lines(client(), count, [](int i) {
            return adapter(i, "vswitch: E, mac: \"02:00:00:00:00:01\"");
        });
    };
    EXPECT_THAT(faults_of(text(2)), HasSubstr("is c/ent0's already"));
    EXPECT_EQ(faults_of(text(4097)),
              "f:4:5: 4097 adapters and SEAs up to here; at most 4096 are possible\n");
}

TEST(Limits, ALongNameIsNotRepeatedInEveryFault) {
    const std::string long_name(100'000, 'x');
    const std::string text =
        lines("system: f\nvswitches: [{name: E}]\npartitions:\n  - name: " + long_name +
                  "\n    type: client\n    adapters:\n",
              90,
              [](int i) { return adapter(i, "vswitch: F"); });
    EXPECT_LT(faults_of(text).size(), 20'000U);
}

TEST(Limits, OwnAddressesFillTheAddressTableAndNoMore) {
    const auto text = [](int clients, const std::string& table, const std::string& more) {
        return lines("system: f\nvswitches: [{name: E" + table + "}]\npartitions:\n" +
                         "  - name: c\n    type: client\n    adapters:\n",
                     clients,
                     [&](int i) { return adapter(i, "vswitch: E" + more); });
    };
    const std::string sixteen = ", address_table: {capacity: 16}";
    const std::string right =
        " is too small for the own addresses of its adapters, one in each of their VLANs; use ";
    EXPECT_EQ(faults_of(text(16, sixteen, "")), "");
    EXPECT_EQ(faults_of(text(17, sixteen, "")),
              "f:2:49: E: address_table: capacity 16" + right +
                  "17 or more, and room for what is learned\n");
    EXPECT_EQ(faults_of(text(8, sixteen, ", vids: [2]")), "");
    EXPECT_THAT(faults_of(text(9, sixteen, ", vids: [2]")), HasSubstr(right + "18 or more"));
    std::string vids = ", vids: [2";
    for (int vid = 3; vid <= 21; ++vid) {
        vids += ", " + number(vid);
    }
    EXPECT_EQ(faults_of(text(3120, "", vids + "]")), "");
    EXPECT_EQ(faults_of(text(3121, "", vids + "]")),
              "f:2:13: E: address_table: capacity 65536" + right +
                  "65541 or more, and room for what is learned\n");
}

TEST(Limits, SixteenLevelsOfNestingAndNoMore) {
    const auto text = [](std::size_t depth) {
        return "system: " + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "\n";
    };
    EXPECT_THAT(faults_of(text(16)), HasSubstr("system is a list"));
    EXPECT_EQ(faults_of(text(17)),
              "f:1:24: nested more than 16 deep; no part of a configuration is\n");
}

}  // namespace
}  // namespace sealane::config
