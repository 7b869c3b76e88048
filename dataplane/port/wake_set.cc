#include "dataplane/port/wake_set.h"

#include <cstdint>
#include <sys/epoll.h>

namespace sealane::port {
namespace {

bool epoll_has(const Descriptor& epoll, int operation, int socket, std::uint32_t events) {
    epoll_event wanted{};
    wanted.events = events;
    return epoll_ctl(epoll.get(), operation, socket, &wanted) == 0;
}

}  // namespace

WakeSet::WakeSet() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {}

bool WakeSet::add(int socket) {
    if (!epoll_has(epoll_, EPOLL_CTL_ADD, socket, EPOLLIN)) return false;
    watching_for_room_ = false;
    return true;
}

void WakeSet::watch_for_room(int socket, bool wanted) {
    if (wanted == watching_for_room_) return;
    const std::uint32_t events = EPOLLIN | (wanted ? std::uint32_t{EPOLLOUT} : 0U);
    if (epoll_has(epoll_, EPOLL_CTL_MOD, socket, events)) watching_for_room_ = wanted;
}

}  // namespace sealane::port
