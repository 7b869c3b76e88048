#include "dataplane/port/shm_greeting.h"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>

namespace sealane::port {

ShmGreeting::Outcome ShmGreeting::hear(int socket) {
    const ssize_t got = recv(socket, bytes_.data() + heard_, bytes_.size() - heard_, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return Outcome::Incomplete;
    if (got <= 0) return Outcome::Gone;
    heard_ += static_cast<std::size_t>(got);
    return heard_ < bytes_.size() ? Outcome::Incomplete : judge();
}

ShmGreeting::Outcome ShmGreeting::judge() const {
    wire::SharedHello hello;
    std::memcpy(&hello, bytes_.data(), sizeof hello);
    if (hello.magic != wire::kSharedMagic) return Outcome::Nonsense;
    const bool known =
        hello.version == wire::kSharedVersion && hello.size == sizeof(wire::SharedHello);
    return known ? Outcome::Understood : Outcome::Refused;
}

bool answer_hello(int socket,
                  wire::SharedStatus status,
                  std::uint32_t max_frame,
                  const SharedMemory* memory) {
    wire::SharedWelcome welcome;
    welcome.status = status;
    welcome.max_frame = max_frame;
    iovec piece{&welcome, sizeof welcome};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> room{};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    if (memory != nullptr) {
        message.msg_control = room.data();
        message.msg_controllen = room.size();
        cmsghdr* const passed = CMSG_FIRSTHDR(&message);
        passed->cmsg_level = SOL_SOCKET;
        passed->cmsg_type = SCM_RIGHTS;
        passed->cmsg_len = CMSG_LEN(sizeof(int));
        const int file = memory->descriptor();
        std::memcpy(CMSG_DATA(passed), &file, sizeof file);
    }
    return sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL) == sizeof welcome;
}

void wake_client(int socket) {
    const char wake = 0;
    [[maybe_unused]] const ssize_t sent =  // a client that has gone is noticed by drain_wakes()
        send(socket, &wake, sizeof wake, MSG_DONTWAIT | MSG_NOSIGNAL);
}

bool drain_wakes(int socket) {
    std::array<char, 256> wakes;
    const ssize_t got = recv(socket, wakes.data(), wakes.size(), MSG_DONTWAIT);
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

}  // namespace sealane::port
