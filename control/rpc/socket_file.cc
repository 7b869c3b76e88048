#include "control/rpc/socket_file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace sealane::rpc {

Fd& Fd::operator=(Fd&& other) noexcept {
    if (this != &other) {
        reset();
        number_ = other.release();
    }
    return *this;
}

int Fd::release() { return std::exchange(number_, -1); }

void Fd::reset() {
    if (is_open()) ::close(release());
}

std::string cause_of(int error_number) { return std::generic_category().message(error_number); }

Result<sockaddr_un> unix_address(const std::string& path) {
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

std::optional<SocketIdentity> identify_socket(const std::string& path) {
    struct stat found {};
    if (::lstat(path.c_str(), &found) != 0 || !S_ISSOCK(found.st_mode)) return std::nullopt;
    return SocketIdentity{found.st_dev, found.st_ino, found.st_mtim.tv_sec, found.st_mtim.tv_nsec};
}

void remove_socket(const std::string& path, const SocketIdentity& identity) {
    const DirectoryLock lock(path);
    if (identify_socket(path) == identity) ::unlink(path.c_str());
}

bool remove_orphan(const std::string& path) {
    const DirectoryLock lock(path);
    const auto identity = identify_socket(path);
    const auto address = unix_address(path);
    if (!identity) return true;
    if (!address) return false;
    // Of the wrong kind for a listener, which so never sees a peer come and go.
    const Fd probe(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int connected =
        ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address);
    if (connected == 0 || errno != ECONNREFUSED) return false;
    if (identify_socket(path) == identity) ::unlink(path.c_str());
    return true;
}

DirectoryLock::DirectoryLock(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    directory_ = Fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory_.is_open()) return;
    constexpr int kTries = 100;
    for (int i = 0; i < kTries && ::flock(directory_.get(), LOCK_EX | LOCK_NB) != 0; ++i) {
        ::poll(nullptr, 0, 10);
    }
}

std::optional<uid_t> peer_user(int socket) {
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return std::nullopt;
    return peer.uid;
}

}  // namespace sealane::rpc
