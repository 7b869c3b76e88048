#include "tests/system/chaos/traffic.h"

#include <algorithm>
#include <ctime>
#include <sys/prctl.h>

namespace sealane::chaos {
namespace {

constexpr Nanoseconds kMillisecond = kSecond / 1'000;
constexpr Nanoseconds kSenderTick = kMillisecond / 10;
/// Arrivals bear the kernel's times, so nobody has to hurry to see them.
constexpr Nanoseconds kReceiverTick = 2 * kMillisecond;
/// So far behind, the sender lets the time go by: a burst would say more about queues.
constexpr Nanoseconds kMostBehind = 2 * kMillisecond;
/// For copies and stragglers, after each end has seen a frame that was sent later.
constexpr Nanoseconds kQuiet = 50 * kMillisecond;
/// A processor may be busy elsewhere for as long; a stream that is dead costs that much.
constexpr Nanoseconds kLongestWait = 5 * kSecond;

Nanoseconds read(clockid_t clock) {
    timespec at{};
    clock_gettime(clock, &at);
    return at.tv_sec * kSecond + at.tv_nsec;
}

/// As the kernel stamps arrivals.
Nanoseconds now() { return read(CLOCK_REALTIME); }

void sleep_for(Nanoseconds time) {
    const timespec wait{.tv_sec = time / kSecond, .tv_nsec = time % kSecond};
    clock_nanosleep(CLOCK_MONOTONIC, 0, &wait, nullptr);
}

bool is_counted(std::uint32_t window) { return window % 2 == 1; }

}  // namespace

Traffic::Traffic(std::vector<Stream> streams, std::map<std::string, std::unique_ptr<Wire>> wires)
    : streams_(std::move(streams)),
      wires_(std::move(wires)),
      sources_(streams_.size()),
      logs_(streams_.size()) {
    for (std::size_t i = 0; i < streams_.size(); ++i) {
        sources_[i].wire = wires_.at(streams_[i].from.device).get();
    }
    sender_ = std::thread([this] { send_all(); });
    receiver_ = std::thread([this] { receive_all(); });
}

Traffic::~Traffic() {
    stop_ = true;
    sender_.join();
    receiver_.join();
}

void Traffic::begin() {
    {
        const std::lock_guard guard(mutex_);
        for (std::size_t i = 0; i < streams_.size(); ++i) {
            logs_[i] = {};
            logs_[i].ends.resize(streams_[i].to.size());
        }
        for (auto& [_, wire] : wires_) {
            wire->take_overflows();  // what was before
        }
        refused_ = 0;
        begin_ = now();
    }
    switch_to(wanted_ + 1);
}

Window Traffic::end() {
    switch_to(wanted_ + 1);
    Window window{.begin = begin_, .end = now()};
    await_stragglers();
    const std::lock_guard guard(mutex_);
    window.logs = std::move(logs_);
    logs_ = std::vector<Log>(streams_.size());
    window.refused = refused_;
    for (auto& [_, wire] : wires_)
        window.overflowed += wire->take_overflows();
    return window;
}

void Traffic::switch_to(std::uint32_t window) {
    wanted_ = window;
    while (sending_ != window)
        sleep_for(kSenderTick);
}

void Traffic::await_stragglers() {
    const Nanoseconds begin = now();
    while (now() - begin < kLongestWait) {
        sleep_for(kReceiverTick);
        const std::lock_guard guard(mutex_);
        const bool passed =
            std::all_of(logs_.begin(), logs_.end(), [](const Log& log) { return log.is_passed(); });
        if (passed && now() - std::max(begin, heard_at_) > kQuiet) return;
    }
}

void Traffic::send_all() {
    prctl(PR_SET_TIMERSLACK, 1);
    while (!stop_) {
        const std::uint32_t window = wanted_;
        if (window != sending_) {
            for (Source& source : sources_)
                source = {.wire = source.wire, .due = now()};
            sending_ = window;
        }
        send_due(now(), window);
        sleep_for(kSenderTick);
    }
}

void Traffic::send_due(Nanoseconds now, std::uint32_t window) {
    for (std::size_t i = 0; i < streams_.size(); ++i) {
        Source& source = sources_[i];
        if (now - source.due > kMostBehind) source.due = now;
        for (; source.due <= now; source.due += streams_[i].period) {
            const auto stream = static_cast<std::uint32_t>(i);
            source.wire->put(streams_[i], {window, stream, source.number++});
            if (is_counted(window)) logs_[i].sent.push_back(now);
        }
    }
    for (auto& [_, wire] : wires_) {
        if (!wire->flush()) ++refused_;
    }
}

void Traffic::receive_all() {
    std::vector<Sight> seen;
    while (!stop_) {
        for (auto& [device, wire] : wires_) {
            seen.clear();
            wire->receive(seen);
            const std::lock_guard guard(mutex_);
            for (const Sight& sight : seen)
                take(device, sight);
        }
        sleep_for(kReceiverTick);
    }
}

void Traffic::take(const std::string& device, const Sight& sight) {
    // A window's number outlives it until the next begins: that is when its stragglers come.
    const std::uint32_t counted = is_counted(wanted_) ? wanted_.load() : wanted_ - 1;
    if (sight.mark.stream >= streams_.size() || logs_[sight.mark.stream].ends.empty()) return;
    const Stream& stream = streams_[sight.mark.stream];
    Log& log = logs_[sight.mark.stream];
    const auto found = std::find(stream.to.begin(), stream.to.end(), End{device, sight.vlan});
    Arrivals* const end = found == stream.to.end()
                              ? nullptr
                              : &log.ends.at(static_cast<std::size_t>(found - stream.to.begin()));
    if (sight.mark.window == counted + 1) {
        if (end != nullptr && !end->passed_at) end->passed_at = sight.at;
        return;
    }
    if (sight.mark.window != counted) return;
    heard_at_ = now();
    if (end == nullptr) {
        ++log.strays[sight.mark.number];
    } else {
        end->seen.push_back({.number = sight.mark.number, .at = sight.at});
    }
}

}  // namespace sealane::chaos
