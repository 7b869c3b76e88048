#include "control/hypercall/door.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "control/hypercall/packets.h"
#include "dataplane/base/cause.h"

namespace sealane::hypercall {
namespace {

constexpr int kBacklog = 64;

Error fault(const std::string& path, const std::string& what) {
    return Error{"hypervisor's socket " + path + ": " + what};
}

Descriptor make_socket() {
    return Descriptor(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

/// Keeps out another hypervisor that starts now: looking whose a socket is and removing it are two
/// steps.  Who can't have it does without: it closes a window of microseconds.
Descriptor lock_folder_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    Descriptor locked(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (locked.is_open()) {
        [[maybe_unused]] const int without = ::flock(locked.get(), LOCK_EX | LOCK_NB);
    }
    return locked;
}

Status make_way(const std::string& path, const sockaddr_un& address) {
    struct stat found {};
    if (::lstat(path.c_str(), &found) != 0) return done();  // bind() will say what else is wrong
    if (!S_ISSOCK(found.st_mode)) {
        return fault(path, "something that is no socket stands there; it was not touched");
    }
    const Descriptor probe = make_socket();
    const auto* const where = reinterpret_cast<const sockaddr*>(&address);
    const int refused = ::connect(probe.get(), where, sizeof address) == 0 ? 0 : errno;
    if (refused == 0 || refused == EAGAIN) {  // EAGAIN: alive, and many are waiting for it
        return fault(path, "another hypervisor runs there; stop it first");
    }
    if (refused == EPROTOTYPE) return fault(path, "something else listens there; stop it first");
    if (refused != ECONNREFUSED) return fault(path, std::generic_category().message(refused));
    if (::unlink(path.c_str()) != 0) {
        return fault(path, "remove the dead one: " + std::generic_category().message(errno));
    }
    return done();
}

}  // namespace

Result<Door> Door::open(const std::string& path) {
    const Result<sockaddr_un> address = address_of(path);
    if (!address) return address.error();

    const Descriptor lock = lock_folder_of(path);
    if (const Status way = make_way(path, *address); !way) return way.error();

    Descriptor socket = make_socket();
    // A socket's file is born with the mode of the socket: there is no instant in which others can.
    ::fchmod(socket.get(), 0600);
    const auto* const where = reinterpret_cast<const sockaddr*>(&*address);
    if (::bind(socket.get(), where, sizeof *address) != 0) {
        return fault(path, why_not_made(path, errno));
    }
    struct stat made {};
    if (::lstat(path.c_str(), &made) != 0) return fault(path, "it was taken away at once");
    Door door(std::move(socket), path, made.st_dev, made.st_ino);  // cleans up from here on
    if (::chmod(path.c_str(), 0600) != 0 || ::listen(door.descriptor(), kBacklog) != 0) {
        return fault(path, std::generic_category().message(errno));
    }
    return door;
}

Descriptor Door::accept() const {
    return Descriptor(::accept4(socket_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
}

Door::Door(Descriptor socket, std::string path, dev_t device, ino_t inode)
    : socket_(std::move(socket)), path_(std::move(path)), device_(device), inode_(inode) {}

Door::~Door() {
    if (!socket_.is_open()) return;  // moved from
    // While the socket is open, its file's number is nobody else's.
    const Descriptor lock = lock_folder_of(path_);
    struct stat found {};
    if (::lstat(path_.c_str(), &found) != 0) return;
    if (found.st_dev == device_ && found.st_ino == inode_) ::unlink(path_.c_str());
}

}  // namespace sealane::hypercall
