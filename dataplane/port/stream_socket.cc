#include "dataplane/port/stream_socket.h"

#include <cerrno>
#include <cstring>
#include <optional>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "dataplane/base/cause.h"

namespace sealane::port {
namespace {

constexpr int kBacklog = 8;
constexpr mode_t kOwnerOnly = S_IRUSR | S_IWUSR;

std::optional<sockaddr_un> address_of(const std::string& path) {
    sockaddr_un address{};
    if (path.empty() || path.size() >= sizeof address.sun_path) return std::nullopt;
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

const sockaddr* generic(const sockaddr_un& address) {
    return reinterpret_cast<const sockaddr*>(&address);
}

Error cannot_listen(const std::string& name, const std::string& path, const std::string& why) {
    return Error{name + ": can't listen at " + path + ": " + why};
}

enum class Owner { Nobody, Somebody, Unknown };

/// Who has a socket file open.  Asked with the wrong kind of socket, so that a listener that is
/// there never sees a peer come and go: the kernel answers EPROTOTYPE before it connects anything.
Owner owner_of(const sockaddr_un& address) {
    const Descriptor probe(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!probe.is_open()) return Owner::Unknown;
    if (connect(probe.get(), generic(address), sizeof address) == 0) return Owner::Somebody;
    if (errno == EPROTOTYPE) return Owner::Somebody;
    return errno == ECONNREFUSED ? Owner::Nobody : Owner::Unknown;
}

/// Removes what the last owner of the path could not.
Status remove_stale(const std::string& name, const std::string& path, const sockaddr_un& address) {
    struct stat file {};
    if (lstat(path.c_str(), &file) != 0) return done();  // gone meanwhile
    if (!S_ISSOCK(file.st_mode)) {
        return cannot_listen(
            name, path, "a file is there that is no socket; remove it or choose another path");
    }
    switch (owner_of(address)) {
        case Owner::Somebody:
            return cannot_listen(
                name, path, "in use by a running program; stop it or choose another path");
        case Owner::Unknown:
            return cannot_listen(
                name, path, std::string("a socket is there: ") + std::strerror(errno));
        case Owner::Nobody:
            break;
    }
    if (unlink(path.c_str()) != 0 && errno != ENOENT) {
        return cannot_listen(
            name, path, std::string("can't remove an old socket: ") + std::strerror(errno));
    }
    return done();
}

}  // namespace

Result<Listener> Listener::open(const std::string& name, const std::string& path) {
    if (Status usable = check_socket_path(name, path); !usable) return usable.error();
    const sockaddr_un address = *address_of(path);

    Listener made;
    made.socket_ = Descriptor(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    // Before bind(), Linux gives the file the socket's mode: nobody else can get in at any moment.
    if (!made.is_open() || fchmod(made.get(), kOwnerOnly) != 0) {
        return cannot_listen(name, path, std::strerror(errno));
    }
    int fault = bind(made.get(), generic(address), sizeof address);
    if (fault != 0 && errno == EADDRINUSE) {
        if (Status removed = remove_stale(name, path, address); !removed) return removed.error();
        fault = bind(made.get(), generic(address), sizeof address);
    }
    if (fault != 0) return cannot_listen(name, path, why_not_made(path, errno));
    made.path_ = path;
    struct stat file {};
    if (lstat(path.c_str(), &file) == 0) {
        made.device_ = file.st_dev;
        made.inode_ = file.st_ino;
    }
    if (listen(made.get(), kBacklog) != 0) return cannot_listen(name, path, std::strerror(errno));
    return made;
}

Listener::~Listener() {
    if (!is_open() || path_.empty()) return;
    struct stat file {};
    const bool ours =
        lstat(path_.c_str(), &file) == 0 && file.st_dev == device_ && file.st_ino == inode_;
    if (ours) unlink(path_.c_str());
}

Descriptor Listener::accept() {
    return Descriptor(accept4(socket_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
}

Status check_socket_path(const std::string& name, const std::string& path) {
    if (address_of(path)) return done();
    if (path.empty()) return Error{name + ": a socket needs a path"};
    return Error{name + ": socket path " + path + " is " + std::to_string(path.size()) +
                 " bytes long; the system takes at most " +
                 std::to_string(sizeof(sockaddr_un::sun_path) - 1)};
}

Status free_socket_path(const std::string& name, const std::string& path) {
    if (Status usable = check_socket_path(name, path); !usable) return usable.error();
    return remove_stale(name, path, *address_of(path));
}

Descriptor connect_to(const std::string& path) {
    const std::optional<sockaddr_un> address = address_of(path);
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
