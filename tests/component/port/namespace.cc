#include "tests/component/port/namespace.h"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>

#include <gtest/gtest.h>

namespace sealane::test {
namespace {

bool is_ours(const Bytes& frame) {
    const std::size_t at = frame.size() > 17 && frame[12] == 0x81 && frame[13] == 0 ? 16 : 12;
    return frame.size() > at + 1 && frame[at] == 0x88 && frame[at + 1] == 0xb5;
}

/// Puts back the tag that the kernel has taken out.
void restore_tag(Bytes& frame, const msghdr& message) {
    for (const cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
         part = CMSG_NXTHDR(const_cast<msghdr*>(&message), const_cast<cmsghdr*>(part))) {
        if (part->cmsg_level != SOL_PACKET || part->cmsg_type != PACKET_AUXDATA) continue;
        tpacket_auxdata beside{};
        std::memcpy(&beside, CMSG_DATA(part), sizeof beside);
        if ((beside.tp_status & TP_STATUS_VLAN_VALID) == 0) continue;
        const std::array<std::uint8_t, 4> tag{0x81,
                                              0x00,
                                              static_cast<std::uint8_t>(beside.tp_vlan_tci >> 8),
                                              static_cast<std::uint8_t>(beside.tp_vlan_tci)};
        frame.insert(frame.begin() + 12, tag.begin(), tag.end());
    }
}

}  // namespace

NetworkNamespace::NetworkNamespace()
    : home_(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)) {
    if (unshare(CLONE_NEWNET) != 0) {
        missing_ = std::string("can't make a network namespace: ") + std::strerror(errno);
    }
}

NetworkNamespace::~NetworkNamespace() {
    if (!missing_.empty()) return;
    EXPECT_EQ(setns(home_.get(), CLONE_NEWNET), 0);
}

void NetworkNamespace::ip(const std::string& arguments) const {
    const std::string command = "ip " + arguments;
    EXPECT_EQ(std::system(command.c_str()), 0)
        << command;  // NOLINT(bugprone-command-processor) a fixed command
}

RawSocket::RawSocket(const std::string& interface)
    : socket_(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL))) {
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_protocol = htons(ETH_P_ALL);
    address.sll_ifindex = static_cast<int>(if_nametoindex(interface.c_str()));
    EXPECT_EQ(bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    const int one = 1;
    EXPECT_EQ(setsockopt(socket_.get(), SOL_PACKET, PACKET_AUXDATA, &one, sizeof one), 0);
    const int room = 1 << 24;
    setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
}

void RawSocket::send(const Bytes& frame) {
    const ssize_t sent = ::send(socket_.get(), frame.data(), frame.size(), 0);
    EXPECT_EQ(sent, static_cast<ssize_t>(frame.size())) << std::strerror(errno);
}

std::vector<Bytes> RawSocket::receive(std::size_t count) {
    std::vector<Bytes> frames;
    while (frames.size() < count) {
        pollfd asked{.fd = socket_.get(), .events = POLLIN, .revents = 0};
        if (poll(&asked, 1, 2000) != 1) break;
        Bytes frame(70000);
        iovec bytes{frame.data(), frame.size()};
        sockaddr_ll from{};
        alignas(cmsghdr) std::array<char, 256> beside{};
        msghdr message{};
        message.msg_name = &from;
        message.msg_namelen = sizeof from;
        message.msg_iov = &bytes;
        message.msg_iovlen = 1;
        message.msg_control = beside.data();
        message.msg_controllen = beside.size();
        const ssize_t got = recvmsg(socket_.get(), &message, 0);
        if (got < 0) break;
        if (from.sll_pkttype == PACKET_OUTGOING) continue;
        frame.resize(static_cast<std::size_t>(got));
        restore_tag(frame, message);
        if (is_ours(frame)) frames.push_back(std::move(frame));
    }
    return frames;
}

}  // namespace sealane::test
