// What a switch sends to libsealane-port, which then loses it: each frame is received as it was
// sent, or counted as unreceived.  The first byte says how many the host receives before the switch
// goes, the second how the host learns of that.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sealane/port.h>
#include <span>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <vector>

#include "dataplane/base/check.h"
#include "dataplane/wire/bytes.h"
#include "tests/fuzz/entry.h"

namespace sealane::test {
namespace {

using Bytes = std::span<const std::uint8_t>;

/// The switch's socket, in a folder that goes with the process.
class Listener {
  public:
    Listener() {
        std::string name =
            (std::filesystem::temp_directory_path() / "sealane-fuzz-XXXXXX").string();
        SEALANE_CHECK(::mkdtemp(name.data()) != nullptr, "no folder");
        folder_ = name;
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path().copy(address.sun_path, sizeof address.sun_path - 1);
        descriptor_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const auto* const at = reinterpret_cast<const sockaddr*>(&address);
        SEALANE_CHECK(::bind(descriptor_, at, sizeof address) == 0, "no socket");
        SEALANE_CHECK(::listen(descriptor_, 1) == 0, "no listener");
    }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    ~Listener() {
        ::close(descriptor_);
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    [[nodiscard]] std::string path() const { return folder_ + "/switch"; }
    [[nodiscard]] int accept() const {
        return ::accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC);
    }

  private:
    std::string folder_;
    int descriptor_ = -1;
};

/// What is in a stream, by the simplest means.
struct Expected {
    std::vector<Bytes> frames;
    std::uint64_t malformed = 0;
};

Expected expected_of(Bytes bytes) {
    Expected expected;
    while (bytes.size() >= 4) {
        const std::size_t length = wire::load_be32(bytes.data());
        if (length < 14 || length > SEALANE_MAX_FRAME) {
            expected.malformed = 1;
            break;
        }
        if (bytes.size() - 4 < length) break;
        expected.frames.push_back(bytes.subspan(4, length));
        bytes = bytes.subspan(4 + length);
    }
    return expected;
}

/// Receives at most `most` frames, each of which has to be the next one.
void receive(sealane_port* port, const Expected& expected, std::size_t most) {
    std::array<sealane_frame, 3> room{};
    for (std::size_t at = 0; at < most;) {
        const auto count = static_cast<unsigned>(std::min(room.size(), most - at));
        const int got = sealane_port_receive(port, room.data(), count);
        if (got == 0) return;
        for (const sealane_frame& frame : std::span(room).first(static_cast<std::size_t>(got))) {
            SEALANE_CHECK(at < expected.frames.size(), "a frame that nobody sent");
            const Bytes sent = expected.frames[at++];
            SEALANE_CHECK(frame.length == sent.size() &&
                              std::memcmp(frame.bytes, sent.data(), sent.size()) == 0,
                          "a frame that is not as it was sent");
        }
    }
}

/// As a host does whose descriptor is readable: the last bytes come before the end does.
void end(sealane_port* port) {
    int is_up = sealane_port_service(port, 1, nullptr);
    for (int turn = 0; is_up == 1 && turn < 2; ++turn) {
        sealane_frame one{};
        while (sealane_port_receive(port, &one, 1) > 0) {
        }
        is_up = sealane_port_service(port, 1, nullptr);
    }
    SEALANE_CHECK(is_up == 0, "an end that is not noticed");
}

void play(const Listener& listener, std::size_t before, bool by_sending, Bytes bytes) {
    sealane_port* const port =
        sealane_port_open(("unix:" + listener.path()).c_str(), nullptr, nullptr, 0);
    SEALANE_CHECK(port != nullptr && sealane_port_service(port, 0, nullptr) == 1, "no connection");
    const int peer = listener.accept();
    const auto sent = ::send(peer, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    SEALANE_CHECK(sent == static_cast<ssize_t>(bytes.size()), "the kernel takes less");

    const Expected expected = expected_of(bytes);
    receive(port, expected, before);
    ::close(peer);
    if (by_sending) {
        constexpr std::array<std::uint8_t, 60> kAny{};
        const sealane_frame one{kAny.data(), kAny.size()};
        (void)sealane_port_send(port, &one, 1);
    }
    end(port);
    sealane_port_stats stats{};
    stats.size = sizeof stats;
    SEALANE_CHECK(sealane_port_read_stats(port, &stats) == 0, "no statistics");
    SEALANE_CHECK(stats.received_frames + stats.unreceived == expected.frames.size(),
                  "a frame is neither received nor unreceived");
    SEALANE_CHECK(stats.malformed == expected.malformed, "a wrong length is not counted once");
    sealane_port_close(port);
}

}  // namespace
}  // namespace sealane::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const sealane::test::Listener listener;
    if (size < 3) return 0;
    sealane::test::play(listener, data[0], data[1] % 2 == 1, {data + 2, size - 2});
    return 0;
}
