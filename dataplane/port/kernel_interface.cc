#include "dataplane/port/kernel_interface.h"

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

std::uint32_t KernelInterface::mtu() const {
    ifreq asked{};
    name_.copy(asked.ifr_name, sizeof asked.ifr_name - 1);
    const bool there = ioctl(socket_.get(), SIOCGIFMTU, &asked) == 0 && asked.ifr_mtu > 0;
    return there ? static_cast<std::uint32_t>(asked.ifr_mtu) : 0;
}

}  // namespace sealane::port
