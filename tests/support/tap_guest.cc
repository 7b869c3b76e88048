// A guest without a machine: a TAP of this namespace's kernel behind a vhost-user port.
//
//     tap_guest SOCKET TAP SEND RECEIVE
//
// SEND 1: the kernel leaves checksums and the cutting of large frames to the switch; RECEIVE 1: it
// takes unfinished frames from the switch.  With 0 an unfinished frame ends the program.  The TAP's
// header is virtio-net's, so frames are copied as they are.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <span>
#include <string>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tests/support/vhost_driver.h"

namespace {

using sealane::Descriptor;
using sealane::test::VhostDriver;
using sealane::test::VirtioHeader;

constexpr std::size_t kBuffer = 69'632;  // a header, and a frame of 64 KiB with tags
constexpr std::size_t kLongestFinished = sizeof(VirtioHeader) + 1514;

[[noreturn]] void give_up(const char* what) {
    std::perror(what);
    std::exit(1);
}

Descriptor open_tap(const char* name, bool send) {
    Descriptor tap(open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
    ifreq request{};
    std::strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    request.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
    if (ioctl(tap.get(), TUNSETIFF, &request) != 0) give_up("TUNSETIFF");
    const int header = sizeof(VirtioHeader);
    if (ioctl(tap.get(), TUNSETVNETHDRSZ, &header) != 0) give_up("TUNSETVNETHDRSZ");
    const unsigned long left_to_us = send ? TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 : 0;
    if (ioctl(tap.get(), TUNSETOFFLOAD, left_to_us) != 0) give_up("TUNSETOFFLOAD");
    return tap;
}

void expect_finished(std::span<const std::uint8_t> bytes) {
    VirtioHeader header;
    std::memcpy(&header, bytes.data(), sizeof header);
    header.buffers = 0;
    if (header == VirtioHeader{} && bytes.size() <= kLongestFinished) return;
    std::printf("unfinished frame of %zu bytes, flags %d, kind %d\n",
                bytes.size(),
                header.flags,
                header.kind);
    std::exit(1);
}

class TapGuest {
  public:
    TapGuest(VhostDriver& driver, Descriptor tap, bool receives)
        : driver_(driver), tap_(std::move(tap)), receives_(receives) {}

    /// Until the switch hangs up.
    void run() {
        driver_.give_buffers();
        while (wait()) {
            const bool full = to_switch();
            waits_ = full;
            to_kernel();
        }
    }

  private:
    /// Sleeps until something may go on; false: there is nobody to go on with.
    bool wait() {
        pollfd all[]{{.fd = driver_.connection(), .events = POLLIN, .revents = 0},
                     {.fd = driver_.call(VhostDriver::ToGuest), .events = POLLIN, .revents = 0},
                     {.fd = driver_.call(VhostDriver::FromGuest), .events = POLLIN, .revents = 0},
                     {.fd = waits_ ? -1 : tap_.get(), .events = POLLIN, .revents = 0}};
        poll(all, 4, -1);
        for (const pollfd& call : {all[1], all[2]}) {
            std::uint64_t count = 0;
            if (call.revents != 0 && read(call.fd, &count, sizeof count) < 0) give_up("call");
        }
        return all[0].revents == 0;
    }

    /// True: the ring is full, and more may wait.
    bool to_switch() {
        for (int i = 0; i < VhostDriver::kRing; ++i) {
            const auto buffer = driver_.next_buffer();
            if (!buffer) return true;
            const ssize_t length = read(tap_.get(), buffer->data(), buffer->size());
            if (length <= 0) return false;
            driver_.send_next(static_cast<std::size_t>(length));
        }
        return false;
    }

    void to_kernel() {
        driver_.receive([&](std::span<const std::uint8_t> bytes) {
            if (!receives_) expect_finished(bytes);
            // A kernel that refuses a frame loses it, and its TCP sends it again.
            [[maybe_unused]] const ssize_t taken = write(tap_.get(), bytes.data(), bytes.size());
        });
    }

    VhostDriver& driver_;
    Descriptor tap_;
    bool receives_;
    bool waits_ = false;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 5) return 2;
    const bool sends = std::string(argv[3]) == "1";
    const bool receives = std::string(argv[4]) == "1";
    Descriptor tap = open_tap(argv[2], sends);
    VhostDriver driver(
        {.path = argv[1],
         .features = (sends ? VhostDriver::kSends : 0) | (receives ? VhostDriver::kReceives : 0),
         .buffer = kBuffer});
    if (!driver.is_open()) give_up(argv[1]);
    std::puts("ready");
    std::fflush(stdout);
    TapGuest(driver, std::move(tap), receives).run();
    return 0;
}
