#include "control/hypercall/life_line.h"

#include <array>
#include <csignal>
#include <linux/futex.h>
#include <memory>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace sealane::hypercall {
namespace {

constexpr int kSoonMs = 20'000, kAMomentMs = 100;

/// A page, and a connection whose both ends are open here: nobody's death ends it.
class LifeLineTest : public testing::Test {
  protected:
    void SetUp() override {
        auto page = ProgressPage::make();
        ASSERT_TRUE(page.ok()) << page.error().text;
        page_ = std::make_unique<ProgressPage>(std::move(*page));
        std::array<int, 2> ends{};
        ASSERT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()), 0);
        near_ = Descriptor(ends[0]);
        far_ = Descriptor(ends[1]);
        auto mapping = map_progress(Descriptor(dup(page_->descriptor())));
        ASSERT_TRUE(mapping.ok()) << mapping.error().text;
        theirs_ = std::move(*mapping);
        watch_ = std::make_unique<DeathWatch>(page_->life(), near_.get());
    }
    Word& word() { return theirs_.words()[kLife]; }
    /// The far end sees the end of the connection.
    bool ends_within(int ms) {
        pollfd asked{.fd = far_.get(), .events = POLLRDHUP, .revents = 0};
        return poll(&asked, 1, ms) == 1;
    }
    /// A process that holds the word until it is killed.
    pid_t start_holder() {
        const pid_t child = fork();
        if (child == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            const LifeLine life(word());
            for (;;) {
                pause();
            }
        }
        while (word() == 0) {
            usleep(1'000);
        }
        return child;
    }
    static void end(pid_t child) {
        kill(child, SIGKILL);
        int status = 0;
        EXPECT_EQ(waitpid(child, &status, 0), child);
        EXPECT_TRUE(WIFSIGNALED(status));
    }

    std::unique_ptr<ProgressPage> page_;
    Mapping theirs_;
    Descriptor near_, far_;
    std::unique_ptr<DeathWatch> watch_;
};

TEST_F(LifeLineTest, AKilledProcessEndsItsConnectionThoughTheSocketStaysOpen) {
    const pid_t child = start_holder();
    EXPECT_FALSE(ends_within(kAMomentMs));
    end(child);
    EXPECT_TRUE(ends_within(kSoonMs));
}

TEST_F(LifeLineTest, OneThatDiedBeforeSomebodyLookedIsNoticedToo) {
    watch_.reset();
    const pid_t child = start_holder();
    end(child);
    watch_ = std::make_unique<DeathWatch>(page_->life(), near_.get());
    EXPECT_TRUE(ends_within(kSoonMs));
}

TEST_F(LifeLineTest, AnOrderlyEndIsLeftToTheConnection) {
    {
        const LifeLine life(word());
        EXPECT_NE(word(), 0U);
    }
    EXPECT_EQ(word(), 0U);
    EXPECT_FALSE(ends_within(kAMomentMs));
}

TEST_F(LifeLineTest, WhatElseIsWrittenThereDoesNothing) {
    for (const std::uint64_t nonsense : {1ULL, ~0ULL << 32, 0x8000'0000ULL, 0x3fff'ffffULL, 0ULL}) {
        word() = nonsense;
        EXPECT_FALSE(ends_within(20)) << nonsense;
    }
    watch_ = std::make_unique<DeathWatch>(page_->life(), near_.get());
    word() = FUTEX_OWNER_DIED;  // who says so of himself is believed
    EXPECT_TRUE(ends_within(kSoonMs));
}

TEST_F(LifeLineTest, AWatchThatIsNotWantedAnyMoreGoesWhateverTheWordIs) {
    for (const std::uint64_t content : {0ULL, 77ULL, 0x8000'0001ULL}) {
        word() = content;
        watch_ = std::make_unique<DeathWatch>(page_->life(), near_.get());
        usleep(5'000);
        watch_.reset();
        EXPECT_FALSE(ends_within(0));
    }
}

}  // namespace
}  // namespace sealane::hypercall
