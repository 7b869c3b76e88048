#include "control/app/service.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>

#include "control/rpc/socket_file.h"

namespace sealane::app {

namespace {

Error untold(const std::string& socket, const char* why) {
    return Error{"can't tell the service manager at " + socket + ": " + why};
}

}  // namespace

ServiceManager::ServiceManager(const char* socket) : socket_(socket == nullptr ? "" : socket) {}

Status ServiceManager::tell_ready(std::string_view status) const {
    return tell("READY=1\nSTATUS=" + std::string(status));
}

Status ServiceManager::tell_stopping() const { return tell("STOPPING=1"); }

Status ServiceManager::tell(const std::string& words) const {
    if (socket_.empty()) return done();
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket_.size() >= sizeof address.sun_path) return untold(socket_, "its path is too long");
    std::copy(socket_.begin(), socket_.end(), address.sun_path);
    if (socket_.front() == '@') address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
    const rpc::Fd out(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const auto* to = reinterpret_cast<const sockaddr*>(&address);
    if (::sendto(out.get(), words.data(), words.size(), MSG_NOSIGNAL, to, length) < 0) {
        return untold(socket_, std::strerror(errno));
    }
    return done();
}

}  // namespace sealane::app
