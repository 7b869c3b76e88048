#include "dataplane/port/bound_socket.h"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <sys/stat.h>

#include "dataplane/base/cause.h"

namespace sealane::port {
namespace {

constexpr mode_t kOwnerOnly = S_IRUSR | S_IWUSR;

Error cannot_listen(const std::string& name, const std::string& path, const std::string& why) {
    return Error{name + ": can't listen at " + path + ": " + why};
}

enum class Owner { Nobody, Somebody, Unknown };

/// Who has a socket file open.  Asked with a datagram socket, so that whoever is there never sees a
/// peer come and go: of a listener the kernel says EPROTOTYPE before it connects anything, of a
/// datagram socket that has a peer EPERM, and one that has none is told nothing.
Owner owner_of(const sockaddr_un& address) {
    const Descriptor probe(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!probe.is_open()) return Owner::Unknown;
    if (connect(probe.get(), generic(address), sizeof address) == 0) return Owner::Somebody;
    if (errno == EPROTOTYPE || errno == EPERM) return Owner::Somebody;
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

std::optional<SocketFile> find_socket_file(const std::string& path) {
    struct stat file {};
    if (lstat(path.c_str(), &file) != 0 || !S_ISSOCK(file.st_mode)) return std::nullopt;
    return SocketFile{file.st_dev, file.st_ino, file.st_mtim.tv_sec, file.st_mtim.tv_nsec};
}

Result<BoundSocket> BoundSocket::open(const std::string& name, const std::string& path, int type) {
    if (Status usable = check_socket_path(name, path); !usable) return usable.error();
    const sockaddr_un address = *unix_address(path);

    BoundSocket made;
    made.socket_ = Descriptor(socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
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
    made.file_ = find_socket_file(path);
    return made;
}

BoundSocket::~BoundSocket() {
    if (!is_open() || path_.empty()) return;
    if (file_ && find_socket_file(path_) == file_) unlink(path_.c_str());
}

Status check_socket_path(const std::string& name, const std::string& path) {
    if (unix_address(path)) return done();
    if (path.empty()) return Error{name + ": a socket needs a path"};
    return Error{name + ": socket path " + path + " is " + std::to_string(path.size()) +
                 " bytes long; the system takes at most " +
                 std::to_string(sizeof(sockaddr_un::sun_path) - 1)};
}

Status free_socket_path(const std::string& name, const std::string& path) {
    if (Status usable = check_socket_path(name, path); !usable) return usable.error();
    return remove_stale(name, path, *unix_address(path));
}

std::optional<sockaddr_un> unix_address(const std::string& path) {
    sockaddr_un address{};
    if (path.empty() || path.size() >= sizeof address.sun_path) return std::nullopt;
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

const sockaddr* generic(const sockaddr_un& address) {
    return reinterpret_cast<const sockaddr*>(&address);
}

}  // namespace sealane::port
