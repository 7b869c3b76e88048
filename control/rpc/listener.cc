#include "control/rpc/listener.h"

#include <cerrno>
#include <sys/stat.h>
#include <unistd.h>

#include "dataplane/base/cause.h"

namespace sealane::rpc {

namespace {

constexpr int kBacklog = 64;

Status make_way(const std::string& path, const sockaddr_un& address) {
    struct stat found {};
    if (::lstat(path.c_str(), &found) != 0) return done();  // bind() will say what else is wrong
    if (!S_ISSOCK(found.st_mode)) {
        return Error{"control socket " + path +
                     ": something that is no socket stands there; it "
                     "was not touched"};
    }
    const Fd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int refused =
        ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0
            ? 0
            : errno;
    if (refused == 0 || refused == EAGAIN) {  // EAGAIN: alive, and many are waiting for it
        return Error{"control socket " + path +
                     ": another sealane runs there; stop it, or choose "
                     "another path with --control"};
    }
    if (refused != ECONNREFUSED) {
        return Error{"control socket " + path + ": " + cause_of(refused)};
    }
    if (::unlink(path.c_str()) != 0) {
        return Error{"control socket " + path + ": remove the dead one: " + cause_of(errno)};
    }
    return done();
}

}  // namespace

Result<Listener> Listener::open(const std::string& path) {
    const Result<sockaddr_un> address = unix_address(path);
    if (!address) return address.error();

    const DirectoryLock lock(path);
    if (const Status way = make_way(path, *address); !way) return way.error();

    Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    // A socket's file is born with the mode of the socket: there is no instant in which others can.
    ::fchmod(socket.get(), 0600);
    const int bound =
        ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address);
    if (bound != 0) return Error{"control socket " + path + ": " + why_not_made(path, errno)};

    const auto identity = identify_socket(path);
    if (!identity) return Error{"control socket " + path + " was taken away at once"};
    Listener made(std::move(socket), path, *identity);  // from here on it cleans up after itself
    if (::chmod(path.c_str(), 0600) != 0 || ::listen(made.fd(), kBacklog) != 0) {
        return Error{"control socket " + path + ": " + cause_of(errno)};
    }
    return made;
}

Listener::Listener(Fd socket, std::string path, SocketIdentity identity)
    : socket_(std::move(socket)), path_(std::move(path)), identity_(identity) {}

Listener::~Listener() {
    if (!socket_.is_open()) return;  // moved from
    remove_socket(path_, identity_);
}

}  // namespace sealane::rpc
