// Key files.
#include "control/ha/keys.h"

#include <cstring>
#include <fstream>
#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/ha/samples.h"
#include "tests/unit/rpc/scratch_folder.h"

namespace sealane::ha {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kOldHex[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
constexpr char kNewHex[] = "A0A1A2A3A4A5A6A7A8A9AAABACADAEAFB0B1B2B3B4B5B6B7B8B9BABBBCBDBEBF";

std::string why_not(const std::string& text) {
    const Result<Keyring> keys = parse_keys(text, "f");
    return keys ? "" : keys.error().text;
}

std::string digits(std::size_t count) { return std::string(count, 'a'); }

TEST(Keys, AreReadOlderFirst) {
    const auto both =
        parse_keys(std::string("# pair 1\n\n 1 ") + kOldHex + "\r\n2\t" + kNewHex, "f");
    ASSERT_TRUE(both);
    EXPECT_EQ(both->older(), KeyId{1});
    EXPECT_EQ(both->newer(), KeyId{2});
    EXPECT_EQ(*both->find({1}), test::kOld);
    EXPECT_EQ(*both->find({2}), test::kNew);
    EXPECT_EQ(both->find({3}), nullptr);
    EXPECT_EQ(both->other_than({1}), KeyId{2});
    EXPECT_EQ(both->other_than({2}), KeyId{1});
}

TEST(Keys, OneKeyIsBothOlderAndNewer) {
    const auto one = parse_keys(std::string("7 ") + kOldHex + "\n", "f");
    ASSERT_TRUE(one);
    EXPECT_EQ(one->older(), KeyId{7});
    EXPECT_EQ(one->newer(), KeyId{7});
    EXPECT_EQ(one->other_than({7}), KeyId{});
}

TEST(Keys, WrongFilesAreRefusedWithTheirLine) {
    EXPECT_EQ(why_not(""), "f: no key; make one: openssl rand -hex 32");
    EXPECT_EQ(why_not("# nothing\n"), "f: no key; make one: openssl rand -hex 32");
    const std::string id = ": a key's id is a number from 1 to 255";
    EXPECT_EQ(why_not("0 " + digits(32)), "f:1" + id);
    EXPECT_EQ(why_not("\n256 " + digits(32)), "f:2" + id);
    EXPECT_EQ(why_not("-1 " + digits(32)), "f:1" + id);
    EXPECT_EQ(why_not("x " + digits(32)), "f:1" + id);
    const std::string hex = "f:1: a key is pairs of hexadecimal digits";
    EXPECT_EQ(why_not("1 " + digits(33)), hex);
    EXPECT_EQ(why_not("1 " + digits(30) + "0x"), hex);
    EXPECT_EQ(why_not("1 " + digits(30) + "+1"), hex);
    EXPECT_EQ(why_not("1 " + digits(30)), "f:1: a key has 16 to 64 bytes, this one 15");
    EXPECT_EQ(why_not("1 " + digits(32)), "");
    EXPECT_EQ(why_not("1 " + digits(128)), "");
    EXPECT_EQ(why_not("1 " + digits(130)), "f:1: a key has 16 to 64 bytes, this one 65");
    EXPECT_EQ(why_not("1"), "f:1: a key has 16 to 64 bytes, this one 0");
    EXPECT_EQ(why_not("1 " + digits(32) + " 5"), "f:1: more than `id hex-key`");
    const std::string line = " " + digits(32) + "\n";
    EXPECT_EQ(why_not("1" + line + "1" + line), "f:2: the second key of id 1");
    EXPECT_EQ(why_not("1" + line + "2" + line + "3" + line),
              "f:3: at most two keys live at a time");
}

TEST(Keys, NoSentenceQuotesAKey) {
    EXPECT_THAT(why_not(std::string("1 ") + kOldHex + "q"), Not(HasSubstr("0102")));
    EXPECT_THAT(why_not(std::string("1 ") + kOldHex + " " + kNewHex), Not(HasSubstr("A1A2")));
    EXPECT_THAT(why_not(kOldHex), Not(HasSubstr("0102")));
}

class KeyFile : public testing::Test {
  protected:
    std::string why_not_of_mode(::mode_t mode) {
        std::ofstream(path_) << "1 " << kOldHex << "\n";
        EXPECT_EQ(::chmod(path_.c_str(), mode), 0);
        const Result<Keyring> keys = load_keys(path_);
        return keys ? "" : keys.error().text;
    }

    ScratchFolder folder_;
    std::string path_ = folder_ / "keys";
};

TEST_F(KeyFile, OfTheOwnerAloneIsRead) {
    EXPECT_EQ(why_not_of_mode(0600), "");
    EXPECT_EQ(why_not_of_mode(0400), "");
}

TEST_F(KeyFile, ReadableByOthersIsRefusedByName) {
    EXPECT_EQ(
        why_not_of_mode(0640),
        "key file " + path_ + " has mode 0640; none but its owner may read it: chmod 600 " + path_);
    for (const ::mode_t mode : {0601U, 0602U, 0604U, 0610U, 0620U, 0644U, 0666U, 0700U}) {
        EXPECT_THAT(why_not_of_mode(mode), HasSubstr("chmod 600")) << mode;
    }
}

TEST_F(KeyFile, MissingIsRefusedByName) {
    EXPECT_EQ(load_keys(path_).error().text, "key file " + path_ + ": " + std::strerror(ENOENT));
}

TEST_F(KeyFile, ThatIsNoneIsRefused) {
    EXPECT_THAT(load_keys(folder_ / "").error().text, HasSubstr("no regular file"));
    ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
    EXPECT_THAT(load_keys(path_).error().text, HasSubstr("no regular file"));
}

TEST_F(KeyFile, TooLongIsRefused) {
    std::ofstream(path_) << "1 " << kOldHex << "\n# " << std::string(5000, '.');
    ASSERT_EQ(::chmod(path_.c_str(), 0600), 0);
    EXPECT_THAT(load_keys(path_).error().text, HasSubstr("more than 4096 bytes"));
}

TEST_F(KeyFile, WithoutOneInsecureMustBeSaid) {
    EXPECT_THAT(choose_keys(std::nullopt, false).error().text, HasSubstr("`insecure: true`"));
    const auto none = choose_keys(std::nullopt, true);
    ASSERT_TRUE(none);
    EXPECT_TRUE(none->empty());
    ASSERT_EQ(why_not_of_mode(0600), "");
    EXPECT_TRUE(choose_keys(path_, false));
    EXPECT_THAT(choose_keys(path_, true).error().text, HasSubstr("contradict"));
}

}  // namespace
}  // namespace sealane::ha
