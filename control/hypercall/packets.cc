#include "control/hypercall/packets.h"

#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <utility>

namespace sealane::hypercall {
namespace {

constexpr std::size_t kMostGiven = 2;

struct Control {
    alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(kMostGiven * sizeof(int))> bytes{};
};

/// Owns all descriptors that came, whatever else is wrong with them.
void adopt(msghdr& message, Received& got) {
    std::size_t count = 0;
    for (cmsghdr* at = CMSG_FIRSTHDR(&message); at != nullptr; at = CMSG_NXTHDR(&message, at)) {
        if (at->cmsg_level != SOL_SOCKET || at->cmsg_type != SCM_RIGHTS) continue;
        const std::size_t numbers = (at->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < numbers; ++i, ++count) {
            int number = -1;
            std::memcpy(&number, CMSG_DATA(at) + i * sizeof number, sizeof number);
            Descriptor owned(number);
            if (count < kMostGiven) got.given[count] = std::move(owned);
        }
    }
    got.was_given_more = count > kMostGiven || (message.msg_flags & MSG_CTRUNC) != 0;
}

}  // namespace

Result<sockaddr_un> address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty()) return Error{"a socket's path must not be empty"};
    if (path.size() >= sizeof address.sun_path) {
        return Error{"socket path " + path + " has " + std::to_string(path.size()) +
                     " bytes; at most " + std::to_string(sizeof address.sun_path - 1) +
                     " fit into an address"};
    }
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

Sent send(int socket, std::span<const std::uint8_t> packet, std::initializer_list<int> given) {
    iovec part{.iov_base = const_cast<std::uint8_t*>(packet.data()), .iov_len = packet.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    Control control;
    if (given.size() != 0) {
        const std::size_t length = given.size() * sizeof(int);
        message.msg_control = control.bytes.data();
        message.msg_controllen = CMSG_SPACE(length);
        cmsghdr* const rights = CMSG_FIRSTHDR(&message);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(length);
        std::memcpy(CMSG_DATA(rights), given.begin(), length);
    }
    ssize_t sent = -1;
    do {
        sent = ::sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    if (sent >= 0) return Sent::Yes;
    return errno == EAGAIN || errno == ENOBUFS ? Sent::Full : Sent::Broken;
}

// The kernel calls a unix socket writable when a quarter of its buffer at most is unread.
bool has_much_room(int socket) {
    pollfd asked{.fd = socket, .events = POLLOUT, .revents = 0};
    return ::poll(&asked, 1, 0) == 1 && (asked.revents & POLLOUT) != 0;
}

bool has_ended(int socket) {
    pollfd asked{.fd = socket, .events = POLLRDHUP, .revents = 0};
    return ::poll(&asked, 1, 0) == 1;
}

Received receive(int socket, Buffer& buffer, bool descriptors) {
    Received got;
    iovec part{.iov_base = buffer.data(), .iov_len = buffer.size()};
    Control control;
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (descriptors) {
        message.msg_control = control.bytes.data();
        message.msg_controllen = control.bytes.size();
    }
    ssize_t size = -1;
    do {
        // ECONNRESET, once: the other end closed and left something unread.  What it said before
        // comes all the same.
        size = ::recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    } while (size < 0 && (errno == EINTR || errno == ECONNRESET));
    if (size < 0) {
        got.kind = errno == EAGAIN ? Received::Kind::Nothing : Received::Kind::End;
        return got;
    }
    adopt(message, got);
    got.kind = size == 0 ? Received::Kind::End : Received::Kind::Something;
    got.packet = std::span<const std::uint8_t>(buffer).first(static_cast<std::size_t>(size));
    got.is_cut = (message.msg_flags & MSG_TRUNC) != 0;
    return got;
}

}  // namespace sealane::hypercall
