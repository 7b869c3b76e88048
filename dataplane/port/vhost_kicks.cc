#include "dataplane/port/vhost_kicks.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/epoll.h>

#include "dataplane/port/vhost_device.h"

namespace sealane::port {

Result<Descriptor> VhostKicks::make_epoll() {
    Descriptor epoll(epoll_create1(EPOLL_CLOEXEC));
    if (!epoll.is_open()) return Error{std::string("no descriptor left: ") + std::strerror(errno)};
    return epoll;
}

void VhostKicks::watch(std::uint16_t ring, int kick) {
    forget(ring);
    Descriptor own(kick < 0 ? -1 : fcntl(kick, F_DUPFD_CLOEXEC, 0));
    if (own.is_open()) {
        epoll_event wanted{};
        wanted.events = EPOLLIN | EPOLLET;
        if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, own.get(), &wanted) != 0) own.close();
    }
    if (!own.is_open()) blind_.fetch_add(1, std::memory_order_relaxed);
    const std::lock_guard lock(mutex_);
    watched_[ring] = std::move(own);
}

void VhostKicks::forget(std::uint16_t ring) {
    const std::lock_guard lock(mutex_);
    const auto found = watched_.find(ring);
    if (found == watched_.end()) return;
    if (found->second.is_open()) {
        epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, found->second.get(), nullptr);
    } else {
        blind_.fetch_sub(1, std::memory_order_relaxed);
    }
    watched_.erase(found);
}

void VhostKicks::forget_all() {
    for (std::uint16_t ring = 0; ring < VhostDevice::kMaxRings; ++ring) {
        forget(ring);
    }
}

void VhostKicks::consume() {
    std::array<epoll_event, 64> events;  // more than a port has rings
    [[maybe_unused]] const int kicked = epoll_wait(epoll_.get(), events.data(), events.size(), 0);
}

}  // namespace sealane::port
