#include "tests/component/port/dgram_peer.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

#include <gtest/gtest.h>

namespace sealane::test {
namespace {

sockaddr_un dgram_address(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    return address;
}

}  // namespace

DgramPeer::DgramPeer(const std::string& local, std::string remote)
    : remote_(std::move(remote)),
      socket_(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    const sockaddr_un address = dgram_address(local);
    unlink(local.c_str());
    EXPECT_EQ(bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
}

int DgramPeer::send(const Bytes& datagram) {
    const sockaddr_un address = dgram_address(remote_);
    const ssize_t sent = sendto(socket_.get(),
                                datagram.data(),
                                datagram.size(),
                                MSG_NOSIGNAL,
                                reinterpret_cast<const sockaddr*>(&address),
                                sizeof address);
    return sent < 0 ? errno : 0;
}

int DgramPeer::send_with(const Bytes& datagram, int descriptor) {
    sockaddr_un address = dgram_address(remote_);
    iovec bytes{const_cast<std::uint8_t*>(datagram.data()), datagram.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof descriptor)> beside{};
    msghdr message{};
    message.msg_name = &address;
    message.msg_namelen = sizeof address;
    message.msg_iov = &bytes;
    message.msg_iovlen = 1;
    message.msg_control = beside.data();
    message.msg_controllen = beside.size();
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof descriptor);
    std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    return sendmsg(socket_.get(), &message, MSG_NOSIGNAL) < 0 ? errno : 0;
}

std::vector<Bytes> DgramPeer::frames(std::size_t most) {
    std::vector<Bytes> all;
    while (all.size() < most) {
        Bytes datagram(std::size_t{1} << 17);
        const ssize_t got = recv(socket_.get(), datagram.data(), datagram.size(), 0);
        if (got < 0) break;
        datagram.resize(static_cast<std::size_t>(got));
        all.push_back(std::move(datagram));
    }
    return all;
}

int DgramPeer::connect() {
    const sockaddr_un address = dgram_address(remote_);
    return ::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
                   0
               ? 0
               : errno;
}

void DgramPeer::shut_down_input() { EXPECT_EQ(shutdown(socket_.get(), SHUT_RD), 0); }

}  // namespace sealane::test
