// How a bad wire is written, and read back.
#include "dataplane/base/impairment.h"

#include <gtest/gtest.h>

namespace sealane {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

Impairment with(std::string_view key, std::string_view text) {
    Impairment made;
    const Status set = set_impairment(made, key, text);
    EXPECT_TRUE(set.ok()) << set.error().text;
    return made;
}
std::string fault(std::string_view key, std::string_view text) {
    Impairment untouched;
    const Status set = set_impairment(untouched, key, text);
    EXPECT_EQ(untouched, Impairment{});
    return set.ok() ? "" : set.error().text;
}

TEST(ImpairmentText, IsReadWithItsUnit) {
    EXPECT_EQ(with("loss", "30%").loss, 0.3);
    EXPECT_EQ(with("corrupt", "0.000001%").corrupt, 1e-8);
    EXPECT_EQ(with("burst_begin", "0.5%").burst_begin, 0.005);
    EXPECT_EQ(with("duplicate", "100%").duplicate, 1.0);
    EXPECT_EQ(with("delay", "5ms").delay, milliseconds{5});
    EXPECT_EQ(with("jitter", "250us").jitter, microseconds{250});
    EXPECT_EQ(with("queue", "60s").queue, seconds{60});
    EXPECT_EQ(with("reorder_by", "0ns").reorder_by, Duration{});
    EXPECT_EQ(with("rate", "10Mbit").rate, 10'000'000U);
    EXPECT_EQ(with("rate", "none").rate, 0U);
    EXPECT_TRUE(with("black_hole", "true").black_hole);
}

TEST(ImpairmentText, WhatCanNotBeMeantIsRefusedWithWhatWouldBeRight) {
    EXPECT_EQ(fault("loss", "30"),
              "loss '30' can't be read; use a percentage with at most 6 decimals, such as 30% or "
              "0.1%");
    for (const char* text : {"",
                             "%",
                             "-1%",
                             "+1%",
                             "101%",
                             "100.000001%",
                             "1.%",
                             "1.0000001%",
                             "nan%",
                             "1e1%",
                             " 1%",
                             "1 %",
                             "0x1%"}) {
        EXPECT_NE(fault("loss", text), "") << text;
    }
    EXPECT_EQ(fault("delay", "5"),
              "delay '5' can't be read; use a time of at most 60 s, such as 5ms or 100us");
    for (const char* text :
         {"", "ms", "61s", "60001ms", "1.5ms", "-1ms", "5 ms", "5MS", "18446744073709551616ns"}) {
        EXPECT_NE(fault("delay", text), "") << text;
    }
    for (const char* text : {"", "0bit", "10", "10M", "1001Gbit", "-1bit"}) {
        EXPECT_NE(fault("rate", text), "") << text;
    }
    EXPECT_EQ(fault("black_hole", "yes"), "black_hole 'yes' can't be read; use true or false");
    EXPECT_EQ(fault("los", "1%"),
              "no wire has 'los'; it has loss, burst_begin, burst_end, duplicate, corrupt, "
              "reorder, reorder_by, delay, jitter, rate, queue, black_hole");
}

TEST(ImpairmentText, OfEveryKeyIsWrittenAsItIsReadBack) {
    EXPECT_TRUE(impairment_words({}).empty());
    const Impairment all{.loss = 0.3,
                         .burst_begin = 0.0000001,
                         .burst_end = 0.125,
                         .duplicate = 0.01,
                         .corrupt = 1,
                         .reorder = 0.999,
                         .reorder_by = microseconds{1500},
                         .delay = seconds{2},
                         .jitter = Duration{7},
                         .rate = 2'500'000,
                         .queue = Duration{},
                         .black_hole = true};
    const auto words = impairment_words(all);
    EXPECT_EQ(words.size(), kImpairmentKeys.size());
    for (const std::string_view key : kImpairmentKeys) {
        EXPECT_FALSE(impairment_meaning(key).empty() || impairment_form(key).empty()) << key;
    }
    Impairment back;
    std::string line;
    for (const auto& [key, text] : words) {
        line += std::string(key) + "=" + text + " ";
        EXPECT_TRUE(set_impairment(back, key, text).ok()) << text;
    }
    EXPECT_EQ(back, all);
    EXPECT_EQ(line,
              "loss=30% burst_begin=0.00001% burst_end=12.5% duplicate=1% corrupt=100% "
              "reorder=99.9% reorder_by=1500us delay=2s jitter=7ns rate=2500kbit queue=0ns "
              "black_hole=true ");
}

}  // namespace
}  // namespace sealane
