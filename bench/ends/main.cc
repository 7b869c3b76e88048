// Frames from one client of a switch to another, as many as go or one at a time; both clients are
// this thread's.  For transports that an emulator attaches by.
//
//   sealane_ends FROM TO BYTES      FROM and TO as in ends.h; bytes of a frame in memory
//
// Says "ready" once the switch is there.  Then each line of standard input is a trial, answered by
// a line of JSON: "rate SECONDS WINDOW" has at most WINDOW frames under way, "latency SECONDS" one.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "bench/ends/ends.h"

namespace sealane::ends {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kLost = kSecond / 2;  // what has not come by then will not
constexpr std::size_t kNumberAt = 14;         // behind the Ethernet header
constexpr std::size_t kLeastBytes = 60, kMostBytes = 1514;

std::uint64_t now_ns() {
    return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch() /
                                      std::chrono::nanoseconds{1});
}

/// From the first client to the second, or back.
std::vector<std::uint8_t> make_frame(std::size_t bytes, bool back) {
    std::vector<std::uint8_t> frame(bytes);
    const std::uint8_t to = back ? 1 : 2, from = back ? 2 : 1;
    const std::array<std::uint8_t, 14> head{2, 0, 0, 0, 1, to, 2, 0, 0, 0, 1, from, 0x88, 0xb5};
    std::ranges::copy(head, frame.begin());
    return frame;
}

bool wait_for_switch(Ends& ends) {
    const std::uint64_t end = now_ns() + 10 * kSecond;
    while (!ends.serve(now_ns())) {
        if (now_ns() > end) return false;
        ends.wait();
    }
    return true;
}

/// Until nothing has come for a tenth of a second.
void drain(Ends& ends) {
    std::span<const std::uint8_t> last;
    for (std::uint64_t quiet = now_ns(); now_ns() - quiet < kSecond / 10;) {
        ends.serve(now_ns());
        if (ends.receive(last) > 0) {
            quiet = now_ns();
        } else {
            ends.wait();
        }
    }
}

/// Until a frame has come: a switch may drop those for a client that it has not found yet.
bool meet(Ends& ends, std::size_t bytes) {
    const std::vector<std::uint8_t> frame = make_frame(bytes, false);
    std::span<const std::uint8_t> got;
    const std::uint64_t end = now_ns() + 10 * kSecond;
    while (now_ns() < end) {
        ends.announce(make_frame(bytes, true));
        ends.send(frame, 1);
        for (const std::uint64_t begin = now_ns(); now_ns() - begin < kSecond / 20;) {
            ends.serve(now_ns());
            if (ends.receive(got) > 0) return drain(ends), true;
            ends.wait();
        }
    }
    return false;
}

nlohmann::json rate(Ends& ends, std::size_t bytes, double seconds, std::uint64_t window) {
    const std::vector<std::uint8_t> frame = make_frame(bytes, false);
    const auto burst = static_cast<unsigned>(std::min<std::uint64_t>(window, kBurst));
    std::uint64_t sent = 0, came = 0, lost = 0;
    const std::uint64_t begin = now_ns();
    const auto end = begin + static_cast<std::uint64_t>(seconds * static_cast<double>(kSecond));
    std::uint64_t now = begin, last = begin;
    std::span<const std::uint8_t> bytes_of_last;
    for (; now < end; now = now_ns()) {
        ends.serve(now);
        if (sent - came - lost + burst <= window) sent += ends.send(frame, burst);
        const std::uint64_t before = came;
        for (unsigned got; (got = ends.receive(bytes_of_last)) > 0;) {
            came += got;
            last = now;
        }
        const bool is_full = sent - came - lost + burst > window;
        if (came == before && is_full) ends.wait();
        lost = now - last > kLost ? sent - came : std::min(lost, sent - came);
    }
    const double took = static_cast<double>(now - begin) / static_cast<double>(kSecond);
    drain(ends);
    return {{"mpps", static_cast<double>(came) / took * 1e-6},
            {"loss", sent == 0 ? 1.0 : static_cast<double>(lost) / static_cast<double>(sent)}};
}

/// The time of one frame, or none: it did not come.
std::optional<std::uint32_t> time_one(Ends& ends,
                                      std::vector<std::uint8_t>& frame,
                                      std::uint64_t number) {
    std::memcpy(frame.data() + kNumberAt, &number, sizeof number);
    const std::uint64_t begin = now_ns();
    ends.serve(begin);
    if (ends.send(frame, 1) == 0) return std::nullopt;
    std::span<const std::uint8_t> got;
    for (std::uint64_t now = begin; now - begin < kLost; now = now_ns()) {
        ends.serve(now);
        if (ends.receive(got) == 0) continue;
        if (std::memcmp(got.data() + kNumberAt, &number, sizeof number) == 0)
            return static_cast<std::uint32_t>(now_ns() - begin);
    }
    return std::nullopt;
}

nlohmann::json latency(Ends& ends, std::size_t bytes, double seconds) {
    std::vector<std::uint8_t> frame = make_frame(bytes, false);
    std::vector<std::uint32_t> times;
    std::uint64_t tried = 0;
    const auto end = now_ns() + static_cast<std::uint64_t>(seconds * static_cast<double>(kSecond));
    while (now_ns() < end) {
        if (const auto took = time_one(ends, frame, ++tried)) times.push_back(*took);
    }
    if (times.empty()) return {{"error", "no frame came"}};
    const auto at = [&](double share) {
        const auto place =
            static_cast<std::ptrdiff_t>(share * static_cast<double>(times.size() - 1));
        std::nth_element(times.begin(), times.begin() + place, times.end());
        return times[static_cast<std::size_t>(place)] * 1e-3;
    };
    return {{"p50", at(0.5)},
            {"p99", at(0.99)},
            {"p999", at(0.999)},
            {"loss", 1 - static_cast<double>(times.size()) / static_cast<double>(tried)}};
}

nlohmann::json answer(Ends& ends, std::size_t bytes, const std::string& line) {
    std::istringstream words(line);
    std::string what;
    double seconds = 0;
    std::uint64_t window = 0;
    if (!(words >> what >> seconds) || seconds <= 0) return {{"error", "not understood: " + line}};
    if (what == "latency") return latency(ends, bytes, seconds);
    if (what == "rate" && words >> window && window > 0) return rate(ends, bytes, seconds, window);
    return {{"error", "not understood: " + line}};
}

int fail(const std::string& why) {
    std::fprintf(stderr, "sealane_ends: error: %s\n", why.c_str());
    return 1;
}

int run(int count, char** words) {
    const std::size_t bytes = count == 4 ? std::strtoul(words[3], nullptr, 10) : 0;
    if (bytes < kLeastBytes || bytes > kMostBytes)
        return fail("use FROM TO BYTES, such as unix:a.sock unix:b.sock 60");
    Result<std::unique_ptr<Ends>> opened = open_ends(words[1], words[2]);
    if (!opened) return fail(opened.error().text);
    Ends& ends = **opened;
    if (!wait_for_switch(ends)) return fail("the switch is not there");
    if (!meet(ends, bytes)) return fail("no frame comes through the switch");
    std::puts("ready");
    std::fflush(stdout);
    for (std::string line; std::getline(std::cin, line);) {
        std::puts(answer(ends, bytes, line).dump().c_str());
        std::fflush(stdout);
    }
    return 0;
}

}  // namespace

Result<std::unique_ptr<Ends>> open_ends(const std::string& from, const std::string& to) {
    const auto rest_of = [&](const char* way) { return from.substr(std::strlen(way)); };
    if (from.starts_with("vde:")) return open_vde(rest_of("vde:"));
    if (from.starts_with("poll:")) return open_in_process(rest_of("poll:"));
    return open_ports(from, to);
}

}  // namespace sealane::ends

int main(int count, char** words) { return sealane::ends::run(count, words); }
