#include "dataplane/port/kernel_interface.h"

#include <cerrno>
#include <cstring>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <utility>

namespace sealane::port {

KernelInterface::KernelInterface(std::string name)
    : name_(std::move(name)),
      socket_(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)),
      first_(index()) {}

int KernelInterface::index() const {
    ifreq asked{};
    name_.copy(asked.ifr_name, sizeof asked.ifr_name - 1);
    return ioctl(socket_.get(), SIOCGIFINDEX, &asked) == 0 ? asked.ifr_ifindex : 0;
}

bool KernelInterface::is_replaced() const {
    const int now = index();
    return now != 0 && now != first_;
}

bool KernelInterface::is_running() const {
    if (is_replaced()) return false;
    ifreq asked{};
    name_.copy(asked.ifr_name, sizeof asked.ifr_name - 1);
    if (ioctl(socket_.get(), SIOCGIFFLAGS, &asked) != 0) return false;
    return (asked.ifr_flags & IFF_UP) != 0 && (asked.ifr_flags & IFF_RUNNING) != 0;
}

Status KernelInterface::set_up(bool up) const {
    const auto failed = [&](const std::string& why) {
        return Error{"can't set " + name_ + (up ? " up: " : " down: ") + why};
    };
    if (is_replaced()) return failed("it was removed and made anew");
    ifreq asked{};
    name_.copy(asked.ifr_name, sizeof asked.ifr_name - 1);
    if (ioctl(socket_.get(), SIOCGIFFLAGS, &asked) != 0) return failed(std::strerror(errno));
    const int flags = up ? asked.ifr_flags | IFF_UP : asked.ifr_flags & ~IFF_UP;
    asked.ifr_flags = static_cast<short>(flags);
    if (ioctl(socket_.get(), SIOCSIFFLAGS, &asked) == 0) return done();
    if (errno == EPERM)
        return failed("it takes CAP_NET_ADMIN (`setcap cap_net_admin+ep`, or root)");
    return failed(std::strerror(errno));
}

std::uint32_t KernelInterface::mtu() const {
    ifreq asked{};
    name_.copy(asked.ifr_name, sizeof asked.ifr_name - 1);
    const bool there = ioctl(socket_.get(), SIOCGIFMTU, &asked) == 0 && asked.ifr_mtu > 0;
    return there ? static_cast<std::uint32_t>(asked.ifr_mtu) : 0;
}

}  // namespace sealane::port
