#include "tests/system/chaos/wire.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <ctime>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <sys/socket.h>
#include <unistd.h>

namespace sealane::chaos {
namespace {

constexpr std::uint16_t kEtherType = 0x88B6;  // local experimental: no kernel speaks it
constexpr std::uint32_t kMagic = 0x7365616c;  // other tests use this type, too
constexpr int kReceiveBuffer = 64 << 20;      // seconds of arrivals
constexpr std::size_t kBurst = 64;
constexpr std::size_t kControlSize = 256;

/// Protocol number for experiments (RFC 3692, 2.1), of probes that are IPv4 packets.
constexpr std::uint8_t kProtocol = 253;
constexpr std::uint8_t kHops = 64;

/// Behind the EtherType or the IPv4 header; sender and receiver are one process, so in its own byte
/// order.
struct Payload {
    std::uint32_t magic = kMagic;
    Mark mark;
};
static_assert(ETH_HLEN + sizeof(iphdr) + sizeof(Payload) <= kFrameSize);

/// RFC 1071; the header's own field is 0.
std::uint16_t checksum_of(const iphdr& header) {
    std::array<std::uint16_t, sizeof(header) / 2> words{};
    std::memcpy(words.data(), &header, sizeof(header));
    std::uint32_t sum = 0;
    for (const std::uint16_t word : words)
        sum += word;
    sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(~(sum + (sum >> 16)));
}

iphdr header_of(const Route& route) {
    iphdr header{};
    header.version = IPVERSION;
    header.ihl = sizeof(header) / 4;
    header.tot_len = htons(sizeof(header) + sizeof(Payload));
    header.ttl = kHops;
    header.protocol = kProtocol;
    header.saddr = htonl(route.source);
    header.daddr = htonl(route.destination);
    header.check = checksum_of(header);
    return header;
}

std::size_t write_frame(const Stream& stream, const Mark& mark, FrameBytes& frame) {
    frame = {};
    std::uint8_t* to = frame.data();
    const auto put = [&](const void* from, std::size_t size) {
        std::memcpy(to, from, size);
        to += size;
    };
    const auto put_16 = [&](std::uint16_t value) {
        const std::uint16_t bytes = htons(value);
        put(&bytes, sizeof(bytes));
    };
    put(stream.destination.data(), ETH_ALEN);
    put(stream.source.data(), ETH_ALEN);
    if (stream.from.vlan) {
        put_16(ETH_P_8021Q);
        put_16(*stream.from.vlan);
    }
    put_16(stream.route ? ETH_P_IP : kEtherType);
    if (stream.route) {
        const iphdr header = header_of(*stream.route);
        put(&header, sizeof(header));
    }
    const Payload payload{.mark = mark};
    put(&payload, sizeof(payload));
    return stream.from.vlan ? kFrameSize + 4 : kFrameSize;
}

bool set(int socket, int level, int option, int value) {
    return setsockopt(socket, level, option, &value, sizeof(value)) == 0;
}

/// A socket bound to our EtherType alone would be told no tags: the kernel forgets them before.
bool hear_only_ours(int socket) {
    std::array<sock_filter, 7> program{{
        BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 2 * ETH_ALEN),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kEtherType, 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 0, 3),
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, ETH_HLEN + offsetof(iphdr, protocol)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kProtocol, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, sizeof(FrameBytes)),
        BPF_STMT(BPF_RET | BPF_K, 0),
    }};
    const sock_fprog filter{.len = program.size(), .filter = program.data()};
    return setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) == 0;
}

bool prepare(int socket, const std::string& device) {
    // The first needs CAP_NET_ADMIN in the first namespace; what the second gives is then enough.
    if (!set(socket, SOL_SOCKET, SO_RCVBUFFORCE, kReceiveBuffer)) {
        set(socket, SOL_SOCKET, SO_RCVBUF, kReceiveBuffer);
    }
    const bool tuned = hear_only_ours(socket) && set(socket, SOL_SOCKET, SO_TIMESTAMPNS, 1) &&
                       set(socket, SOL_PACKET, PACKET_AUXDATA, 1) &&
                       set(socket, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1);
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_protocol = htons(ETH_P_ALL);
    address.sll_ifindex = static_cast<int>(if_nametoindex(device.c_str()));
    packet_mreq all{};
    all.mr_ifindex = address.sll_ifindex;
    all.mr_type = PACKET_MR_PROMISC;
    return tuned && address.sll_ifindex != 0 &&
           bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
           setsockopt(socket, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof(all)) == 0;
}

/// Where the payload begins; the tag is beside the frame.
std::size_t offset_of_payload(const FrameBytes& frame) {
    std::uint16_t type = 0;
    std::memcpy(&type, frame.data() + 2 * ETH_ALEN, sizeof(type));
    return ETH_HLEN + (ntohs(type) == ETH_P_IP ? sizeof(iphdr) : 0);
}

void read_control(msghdr& head, Sight& sight) {
    for (cmsghdr* part = CMSG_FIRSTHDR(&head); part != nullptr; part = CMSG_NXTHDR(&head, part)) {
        if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_TIMESTAMPNS) {
            timespec at{};
            std::memcpy(&at, CMSG_DATA(part), sizeof(at));
            sight.at = at.tv_sec * kSecond + at.tv_nsec;
        }
        if (part->cmsg_level == SOL_PACKET && part->cmsg_type == PACKET_AUXDATA) {
            tpacket_auxdata aux{};
            std::memcpy(&aux, CMSG_DATA(part), sizeof(aux));
            if ((aux.tp_status & TP_STATUS_VLAN_VALID) != 0) sight.vlan = aux.tp_vlan_tci & 0xfff;
        }
    }
}

}  // namespace

struct Wire::Inbox {
    std::array<FrameBytes, kBurst> frames{};
    std::array<std::array<std::uint8_t, kControlSize>, kBurst> controls{};
    std::array<iovec, kBurst> parts{};
    std::array<mmsghdr, kBurst> heads{};

    void clear() {
        for (std::size_t i = 0; i < kBurst; ++i) {
            parts[i] = {.iov_base = frames[i].data(), .iov_len = frames[i].size()};
            heads[i] = {};
            heads[i].msg_hdr.msg_iov = &parts[i];
            heads[i].msg_hdr.msg_iovlen = 1;
            heads[i].msg_hdr.msg_control = controls[i].data();
            heads[i].msg_hdr.msg_controllen = kControlSize;
        }
    }
};

std::unique_ptr<Wire> Wire::open(const std::string& device) {
    const int socket = ::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket < 0) return nullptr;
    std::unique_ptr<Wire> wire(new Wire(device, socket));
    if (!prepare(socket, device)) return nullptr;
    return wire;
}

Wire::Wire(std::string device, int socket)
    : device_(std::move(device)), socket_(socket), inbox_(std::make_unique<Inbox>()) {}

Wire::~Wire() { close(socket_); }

void Wire::put(const Stream& stream, const Mark& mark) {
    sizes_.push_back(write_frame(stream, mark, frames_.emplace_back()));
}

bool Wire::flush() {
    std::array<iovec, kBurst> parts{};
    std::array<mmsghdr, kBurst> heads{};
    std::size_t sent = 0;
    while (sent < frames_.size()) {
        const std::size_t count = std::min(frames_.size() - sent, kBurst);
        for (std::size_t i = 0; i < count; ++i) {
            parts[i] = {.iov_base = frames_[sent + i].data(), .iov_len = sizes_[sent + i]};
            heads[i].msg_hdr = {};
            heads[i].msg_hdr.msg_iov = &parts[i];
            heads[i].msg_hdr.msg_iovlen = 1;
        }
        const int taken = sendmmsg(socket_, heads.data(), static_cast<unsigned>(count), 0);
        if (taken < 0 && errno == EINTR) continue;
        if (taken <= 0) break;
        sent += static_cast<std::size_t>(taken);
    }
    const bool all = sent == frames_.size();
    frames_.clear();
    sizes_.clear();
    return all;
}

void Wire::receive(std::vector<Sight>& into) {
    for (;;) {
        inbox_->clear();
        const int count = recvmmsg(socket_, inbox_->heads.data(), kBurst, MSG_DONTWAIT, nullptr);
        for (int i = 0; i < count; ++i) {
            const auto at = static_cast<std::size_t>(i);
            Payload payload;
            const std::size_t offset = offset_of_payload(inbox_->frames[at]);
            if (inbox_->heads[at].msg_len < offset + sizeof(payload)) continue;
            std::memcpy(&payload, inbox_->frames[at].data() + offset, sizeof(payload));
            if (payload.magic != kMagic) continue;
            Sight& sight = into.emplace_back();
            sight.mark = payload.mark;
            read_control(inbox_->heads[at].msg_hdr, sight);
        }
        if (count < static_cast<int>(kBurst)) return;
    }
}

std::uint64_t Wire::take_overflows() {
    tpacket_stats stats{};
    socklen_t size = sizeof(stats);
    if (getsockopt(socket_, SOL_PACKET, PACKET_STATISTICS, &stats, &size) != 0) return 0;
    return stats.tp_drops;
}

}  // namespace sealane::chaos
