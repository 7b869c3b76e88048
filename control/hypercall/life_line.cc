#include "control/hypercall/life_line.h"

#include <bit>
#include <climits>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <fcntl.h>
#include <linux/futex.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace sealane::hypercall {
namespace {

/// Until the other end holds its word, and after each wake-up that was none: whoever writes
/// nonsense there costs us no more than a look a millisecond.
constexpr timespec kNap{.tv_sec = 0, .tv_nsec = 1'000'000};

// A futex has 32 bits: the lower half of the word.
static_assert(std::endian::native == std::endian::little);

std::uint32_t lower_half(const Word& word) {
    return static_cast<std::uint32_t>(word.load(std::memory_order_acquire));
}

void wait_for_change(const Word& word, std::uint32_t seen, const timespec* at_most) {
    syscall(SYS_futex, &word, FUTEX_WAIT, seen, at_most, nullptr, 0);
}

void wake(const Word& word) { syscall(SYS_futex, &word, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0); }

/// Signals are for other threads.
void block_signals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace

LifeLine::LifeLine(Word& word) : thread_([this, &word] { hold(word); }) { is_held_.wait(false); }

LifeLine::~LifeLine() {
    is_over_ = true;
    is_over_.notify_one();
    thread_.join();
}

void LifeLine::hold(Word& word) {
    block_signals();
    // One entry, whose futex is the word.  In place of the list that the C library keeps for this
    // thread, which takes no robust mutex.
    robust_list entry{};
    robust_list_head head{
        .list = {.next = &entry},
        .futex_offset = reinterpret_cast<char*>(&word) - reinterpret_cast<char*>(&entry),
        .list_op_pending = nullptr};
    entry.next = &head.list;
    syscall(SYS_set_robust_list, &head, sizeof head);
    word.store(static_cast<std::uint32_t>(gettid()) | FUTEX_WAITERS, std::memory_order_release);
    is_held_ = true;
    is_held_.notify_one();
    is_over_.wait(false);
    word.store(0, std::memory_order_release);
    head.list.next = &head.list;
}

DeathWatch::DeathWatch(const Word& word, int socket)
    : word_(word), socket_(::fcntl(socket, F_DUPFD_CLOEXEC, 0)), thread_([this] { look(); }) {}

DeathWatch::~DeathWatch() {
    is_unwanted_ = 1;
    // It may be about to wait.
    while (!has_ended_) {
        wake(word_);
        std::this_thread::yield();
    }
    thread_.join();
}

void DeathWatch::look() {
    block_signals();
    while (is_unwanted_ == 0) {
        const std::uint32_t seen = lower_half(word_);
        if ((seen & FUTEX_OWNER_DIED) != 0) {
            ::shutdown(socket_.get(), SHUT_RDWR);
            break;
        }
        const bool is_held = (seen & FUTEX_TID_MASK) != 0;
        wait_for_change(word_, seen, is_held ? nullptr : &kNap);
        if (is_held && lower_half(word_) == seen) wait_for_change(is_unwanted_, 0, &kNap);
    }
    has_ended_ = true;
}

}  // namespace sealane::hypercall
