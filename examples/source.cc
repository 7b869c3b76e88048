// A traffic source: sends COUNT numbered frames to MAC and tells how many came back (see echo.c).
//
//     c++ -std=c++20 source.cc $(pkg-config --cflags --libs libsealane-port) -o source
//     ./source unix:run/lpar2.sock 02:00:00:00:00:01 100000
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iostream>
#include <poll.h>
#include <sealane/port.hpp>

namespace {

using Frame = std::array<std::byte, 60>;

std::chrono::nanoseconds now() { return std::chrono::steady_clock::now().time_since_epoch(); }

Frame make_frame(const char* to) {
    std::array<unsigned, 6> mac{};
    std::sscanf(to, "%x:%x:%x:%x:%x:%x", &mac[0], &mac[1], &mac[2], &mac[3], &mac[4], &mac[5]);
    Frame frame{};
    for (std::size_t i = 0; i < mac.size(); ++i) {
        frame[i] = static_cast<std::byte>(mac[i]);
    }
    frame[6] = std::byte{0x02};
    frame[11] = std::byte{0x99};
    frame[12] = std::byte{0x88};
    frame[13] = std::byte{0xb5};
    return frame;
}

/// Waits for the switch, for frames, or for room.
void wait(const sealane::Port& port) {
    pollfd one{.fd = port.descriptor(), .events = POLLIN, .revents = 0};
    ::poll(&one, 1, 10);
}

/// Whether all came back.
bool run(const char* url, const char* to, std::uint64_t count) {
    constexpr std::uint64_t kOnTheWay = 512;  // less than any queue between holds
    sealane::Port port(url, [](bool up, std::string_view why) {
        std::cerr << (up ? "up: " : "down: ") << why << '\n';
    });
    Frame frame = make_frame(to);
    std::array<sealane_frame, 64> room;
    std::uint64_t sent = 0, back = 0;
    const auto end = now() + std::chrono::seconds(30);
    while (back < count && now() < end) {
        port.service(now());
        while (sent < count && sent - back < kOnTheWay) {
            std::memcpy(frame.data() + 14, &sent, sizeof sent);
            if (!port.send(frame)) break;
            ++sent;
        }
        const auto got = port.receive(room);
        back += got.size();
        if (got.empty()) wait(port);
    }
    if (sent == 0) std::cerr << "nobody there: " << port.error() << '\n';
    std::cout << sent << " sent, " << back << " came back\n";
    return back == count;
}

}  // namespace

int main(int count, char** words) try {
    if (count != 4) return std::cerr << "usage: source URL MAC COUNT\n", 2;
    return run(words[1], words[2], std::strtoull(words[3], nullptr, 10)) ? 0 : 1;
} catch (const std::exception& failure) {
    return std::cerr << failure.what() << '\n', 1;
}
