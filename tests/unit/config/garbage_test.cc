// Whatever comes in, the answer is a system or at least one fault: no crash, no hang.  To be run
// with sanitizers.
#include <random>

#include <gtest/gtest.h>

#include "control/config/dump.h"
#include "control/config/load.h"
#include "tests/unit/config/edited_file.h"

namespace sealane::config {
namespace {

void expect_an_answer(const std::string& text) {
    const Loaded loaded = load(text, "frame.yaml");
    ASSERT_NE(loaded.system.has_value(), !loaded.faults.empty()) << text;
    if (loaded.system) {
        const Loaded again = load(dump(*loaded.system), "again.yaml");
        ASSERT_EQ(to_string(again.faults), "") << text;
        ASSERT_EQ(again.system, loaded.system) << text;
    }
}

TEST(Garbage, BeginningsOfAGoodFileGetAnAnswer) {
    for (const std::string name : {"design.yaml", "pair.yaml"}) {
        const std::string text = sample(name);
        for (std::size_t length = 0; length < text.size(); length += 3) {
            expect_an_answer(text.substr(0, length));
        }
    }
}

TEST(Garbage, WithoutAByteAGoodFileGetsAnAnswer) {
    const std::string text = sample("design.yaml");
    for (std::size_t at = 0; at < text.size(); at += 5) {
        expect_an_answer(text.substr(0, at) + text.substr(at + 1));
    }
}

TEST(Garbage, SeededDamageToAGoodFileGetsAnAnswer) {
    constexpr unsigned kSeed = 20250301;
    constexpr std::string_view kBytes = " \n\t:-,{}[]\"'#&*!|>%@`?~<0x9y\x80\xff";
    std::mt19937 random(kSeed);
    const std::string good = sample("pair.yaml");
    for (int round = 0; round < 1'000; ++round) {
        std::string text = good;
        for (unsigned edits = 1 + random() % 4; edits > 0; --edits) {
            const std::size_t at = random() % text.size();
            switch (random() % 3) {
                case 0:
                    text[at] = kBytes[random() % kBytes.size()];
                    break;
                case 1:
                    text.insert(at, 1, kBytes[random() % kBytes.size()]);
                    break;
                default:
                    text.erase(at, random() % 20);
                    break;
            }
        }
        expect_an_answer(text);
    }
}

TEST(Garbage, SeededNoiseGetsAnAnswer) {
    constexpr unsigned kSeed = 7;
    constexpr std::string_view kBytes = "ab: -,{}[]\"'#&*!|>%@`?~<\n\n\n  0";
    std::mt19937 random(kSeed);
    for (int round = 0; round < 3'000; ++round) {
        std::string text;
        for (std::size_t length = random() % 80; length > 0; --length) {
            text += kBytes[random() % kBytes.size()];
        }
        expect_an_answer(text);
    }
}

TEST(Garbage, DeepAndLongStructuresGetAnAnswer) {
    constexpr std::size_t kMany = 100'000;
    for (const std::string unit :
         {"[", "{", "{a: ", "- ", "? ", "a:\n ", "'", "\"", "| ", "!", "&a ", "*a "}) {
        std::string text;
        while (text.size() < kMany) {
            text += unit;
        }
        expect_an_answer(text);
        expect_an_answer("system: " + text);
    }
    std::string keys;
    for (int i = 0; i < 5'000; ++i) {
        keys += "key" + std::to_string(i) + ": 1\n";
    }
    expect_an_answer(keys);
}

}  // namespace
}  // namespace sealane::config
