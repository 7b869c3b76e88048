// Words for messages, and the bytes that a file may hold.
#include "control/config/text.h"

#include <array>

#include <gtest/gtest.h>

namespace sealane::config {
namespace {

std::string stray(std::string_view text) {
    const auto found = find_stray_byte(text);
    if (!found) return {};
    return std::to_string(found->place.line) + ":" + std::to_string(found->place.column) + " " +
           found->what.substr(0, found->what.find(';'));
}

TEST(Text, NamesBeginWithALetterAndHaveUpTo32Characters) {
    EXPECT_TRUE(is_name("f"));
    EXPECT_TRUE(is_name("Frame_1.a-b"));
    EXPECT_TRUE(is_name(std::string(32, 'x')));
    EXPECT_FALSE(is_name(std::string(33, 'x')));
    for (const std::string_view bad : {"", "1f", "-f", "f/g", "f g", "f\n", "\xc3\xa4"}) {
        EXPECT_FALSE(is_name(bad)) << bad;
    }
}

TEST(Text, AdaptersAreCalledEntAndANumber) {
    for (const std::string_view good : {"ent0", "ent9", "ent10", "ent65535"}) {
        EXPECT_TRUE(is_adapter_name(good)) << good;
    }
    for (const std::string_view bad : {"",
                                       "ent",
                                       "ent00",
                                       "ent01",
                                       "ent65536",
                                       "ent1x",
                                       "ent-1",
                                       "ent+1",
                                       "en0",
                                       "Ent0",
                                       "ent 1"}) {
        EXPECT_FALSE(is_adapter_name(bad)) << bad;
    }
}

TEST(Text, TheClosestWordIsAtMostTwoSlipsAway) {
    constexpr std::array<std::string_view, 4> kKnown{"name", "pvid", "vids", "port"};
    EXPECT_EQ(closest("pvdi", kKnown), "pvid");
    EXPECT_EQ(closest("vid", kKnown), "pvid");
    EXPECT_EQ(closest("prot", kKnown), "port");
    EXPECT_EQ(closest("nam", kKnown), "name");
    EXPECT_EQ(closest("colour", kKnown), "");
    EXPECT_EQ(closest("x", kKnown), "");
    EXPECT_EQ(closest(std::string(10'000, 'p'), kKnown), "");
}

TEST(Text, QuotingShortensAndHidesWhatCantBePrinted) {
    EXPECT_EQ(quote("abc"), "\"abc\"");
    EXPECT_EQ(quote("a\x1b[31m\xff"), "\"a?[31m?\"");
    EXPECT_EQ(quote("\xc3\xa4"), "\"\xc3\xa4\"");
    EXPECT_EQ(quote(std::string(61, 'x')), "\"" + std::string(60, 'x') + "...\"");
}

TEST(Text, AlternativesReadLikeASentence) {
    constexpr std::array<std::string_view, 3> kWords{"ring", "ethdev", "vde"};
    EXPECT_EQ(either(std::span(kWords).first(1)), "ring");
    EXPECT_EQ(either(std::span(kWords).first(2)), "ring or ethdev");
    EXPECT_EQ(either(kWords), "ring, ethdev or vde");
}

TEST(StrayByte, PlainTextHasNone) {
    EXPECT_EQ(stray(""), "");
    EXPECT_EQ(stray("a: b\r\n  c: \xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80\n"), "");
    EXPECT_EQ(stray("a: b\t# a tab that indents nothing\n\t\n \t# nor here\n"), "");
}

TEST(StrayByte, ATabThatIndentsIsFoundWhereItStands) {
    EXPECT_EQ(stray("a:\n\tb: c\n"), "2:1 a tab in the indentation");
    EXPECT_EQ(stray("a:\n  \tb: c\n"), "2:3 a tab in the indentation");
}

TEST(StrayByte, WhatIsNotUtf8IsFoundWhereItStands) {
    for (const std::string_view bad : {"\x80",
                                       "\xff",
                                       "\xc0\xaf",
                                       "\xc3",
                                       "\xe0\x80\x80",
                                       "\xed\xa0\x80",
                                       "\xe2\x82",
                                       "\xf0\x80\x80\x80",
                                       "\xf4\x90\x80\x80",
                                       "\xf8\x88\x80\x80\x80"}) {
        EXPECT_EQ(stray("ab\nc" + std::string(bad)), "2:2 a byte that is not UTF-8");
    }
}

TEST(StrayByte, ControlCharactersAreFoundWhereTheyStand) {
    EXPECT_EQ(stray(std::string_view("a\0b", 3)), "1:2 a control character");
    EXPECT_EQ(stray("a\x1b[0m"), "1:2 a control character");
    EXPECT_EQ(stray("a\x7f"), "1:2 a control character");
}

}  // namespace
}  // namespace sealane::config
