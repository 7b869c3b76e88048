#include "dataplane/port/stream_socket.h"

#include <cerrno>
#include <cstring>
#include <optional>
#include <poll.h>
#include <sys/socket.h>

namespace sealane::port {

Result<Listener> Listener::open(const std::string& name, const std::string& path) {
    constexpr int kBacklog = 8;
    Result<BoundSocket> bound = BoundSocket::open(name, path, SOCK_STREAM);
    if (!bound) return bound.error();
    Listener made;
    made.socket_ = std::move(bound).value();
    if (listen(made.get(), kBacklog) != 0) {
        return Error{name + ": can't listen at " + path + ": " + std::strerror(errno)};
    }
    return made;
}

Descriptor Listener::accept() {
    return Descriptor(accept4(socket_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
}

Descriptor connect_to(const std::string& path) {
    const std::optional<sockaddr_un> address = unix_address(path);
    if (!address) {
        errno = ENAMETOOLONG;
        return {};
    }
    Descriptor peer(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!peer.is_open()) return peer;
    if (connect(peer.get(), generic(*address), sizeof *address) == 0) return peer;
    const int why = errno;
    peer.close();
    errno = why;
    return peer;
}

bool has_hung_up(const Descriptor& peer) {
    pollfd asked{.fd = peer.get(), .events = POLLRDHUP, .revents = 0};
    return poll(&asked, 1, 0) == 1 && (asked.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

}  // namespace sealane::port
