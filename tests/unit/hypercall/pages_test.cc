#include "control/hypercall/pages.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sealane::hypercall {
namespace {

/// As if it came over a socket.
Descriptor handed_over(int page) { return Descriptor(::fcntl(page, F_DUPFD_CLOEXEC, 0)); }

Descriptor own_page(std::size_t words, int seals) {
    Descriptor page(::memfd_create("own", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    EXPECT_EQ(::ftruncate(page.get(), static_cast<off_t>(words * sizeof(Word))), 0);
    EXPECT_EQ(::fcntl(page.get(), F_ADD_SEALS, seals), 0);
    return page;
}

TEST(SlotPage, WhatTheHypervisorWritesTheViosReads) {
    const auto page = SlotPage::make(3);
    ASSERT_TRUE(page.ok()) << page.error().text;
    const auto seen = map_slots(handed_over(page->descriptor()), 3);
    ASSERT_TRUE(seen.ok()) << seen.error().text;
    EXPECT_EQ(seen->words()[2], 0U);
    page->words()[2] = 77;
    EXPECT_EQ(seen->words()[2], 77U);
    EXPECT_EQ(page->words().size(), 3U);
}

TEST(SlotPage, NobodyElseCanWriteIt) {
    const auto page = SlotPage::make(3);
    const Descriptor given = handed_over(page->descriptor());
    EXPECT_EQ(::mmap(nullptr, 8, PROT_READ | PROT_WRITE, MAP_SHARED, given.get(), 0), MAP_FAILED);
    EXPECT_EQ(errno, EPERM);
    EXPECT_EQ(::pwrite(given.get(), "x", 1, 0), -1);
    EXPECT_EQ(errno, EPERM);
    const auto seen = map_slots(given, 3);
    EXPECT_EQ(::mprotect(seen->words().data(), 8, PROT_READ | PROT_WRITE), -1);
    EXPECT_EQ(errno, EACCES);
    page->words()[0] = 1;  // while the hypervisor goes on
}

TEST(SlotPage, NobodyCanChangeItsSizeOrItsSeals) {
    const auto slots = SlotPage::make(3);
    const auto progress = ProgressPage::make();
    for (const int page : {slots->descriptor(), progress->descriptor()}) {
        EXPECT_EQ(::ftruncate(page, 0), -1);
        EXPECT_EQ(errno, EPERM);
        EXPECT_EQ(::ftruncate(page, 1 << 20), -1);
        EXPECT_EQ(errno, EPERM);
        EXPECT_EQ(::fcntl(page, F_ADD_SEALS, F_SEAL_WRITE), -1);
        EXPECT_EQ(errno, EPERM);
    }
}

TEST(SlotPage, ThereMayBeNone) {
    const auto page = SlotPage::make(0);
    ASSERT_TRUE(page.ok()) << page.error().text;
    const auto seen = map_slots(handed_over(page->descriptor()), 0);
    ASSERT_TRUE(seen.ok()) << seen.error().text;
    EXPECT_TRUE(seen->words().empty());
}

TEST(ProgressPage, WhatWorkersWriteTheHypervisorReads) {
    const auto page = ProgressPage::make();
    ASSERT_TRUE(page.ok()) << page.error().text;
    const auto counters = map_progress(handed_over(page->descriptor()));
    ASSERT_TRUE(counters.ok()) << counters.error().text;
    ASSERT_EQ(counters->words().size(), 64U + kMaxAdapters + 1);
    counters->words()[63] = 9;
    counters->words()[64] = 10;
    counters->words()[64 + kMaxAdapters - 1] = 11;
    EXPECT_EQ(page->read(63), 9U);
    EXPECT_EQ(page->read(0), 0U);
    EXPECT_EQ(page->answer({0}), 10U);
    EXPECT_EQ(page->answer({kMaxAdapters - 1}), 11U);
}

TEST(GivenPages, OnesThatCouldShrinkOrHaveAnotherSizeAreNotMapped) {
    constexpr int kSealed = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE;
    EXPECT_TRUE(map_slots(own_page(4, kSealed), 4).ok());
    EXPECT_EQ(map_slots(own_page(4, kSealed), 5).error().text,
              "shared page: it has 32 bytes instead of 40");
    EXPECT_EQ(map_slots(own_page(4, F_SEAL_SHRINK | F_SEAL_GROW), 4).error().text,
              "shared page: it is not sealed, so the other end could change it");
    EXPECT_FALSE(map_progress(own_page(kProgressWords, F_SEAL_GROW)).ok());
    EXPECT_FALSE(map_progress(own_page(kProgressWords - 1, kSealed)).ok());
    EXPECT_FALSE(map_progress(own_page(kProgressWords, kSealed)).ok()) << "it can't be written";
    EXPECT_FALSE(map_progress(Descriptor(::open("/dev/null", O_RDWR))).ok());
    EXPECT_FALSE(map_progress(Descriptor()).ok());
}

TEST(Mapping, MovesWithItsOwner) {
    auto page = SlotPage::make(1);
    SlotPage there = std::move(*page);
    there.words()[0] = 5;
    Mapping other;
    Mapping mine = std::move(*map_slots(handed_over(there.descriptor()), 1));
    other = std::move(mine);
    EXPECT_EQ(other.words()[0], 5U);
}

}  // namespace
}  // namespace sealane::hypercall
