#include "dataplane/port/ethdev_devargs.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>

#include <rte_errno.h>

#include "dataplane/base/descriptor.h"
#include "dataplane/wire/tag.h"

namespace sealane::port {
namespace {

constexpr std::uint32_t kDefaultFrameSize = 2048;  // of net_af_packet
constexpr std::array<std::string_view, 6> kPacketSocketKeys{
    "iface", "qpairs", "blocksz", "framesz", "framecnt", "qdisc_bypass"};

constexpr std::uint32_t kUsualJumbo = 9000;
// A larger one and its headers would fit into no buffer.
constexpr std::array<std::uint32_t, 4> kSlots{4096, 8192, 16384, 32768};

std::uint32_t frame_size_of(std::string_view devargs) {
    const std::string_view text = devargs_value(devargs, "framesz");
    std::uint32_t size = kDefaultFrameSize;
    std::from_chars(text.data(), text.data() + text.size(), size);
    return size;
}

/// The longest frame without a tag that comes whole in a slot of that size.
std::uint32_t room_of_slot(std::uint32_t slot) {
    // Where the kernel puts a frame in its slot of the ring (tpacket_rcv: the header and 16 bytes,
    // aligned, less the Ethernet header).  A frame that fills the slot may be the rest of a longer.
    constexpr std::uint32_t kAligned = TPACKET_ALIGN(TPACKET2_HDRLEN + 16);
    constexpr std::uint32_t kBefore = kAligned - wire::kHeaderLength;
    return slot > kBefore ? slot - kBefore - 1 : 0;
}

bool fits(std::uint32_t slot, std::uint32_t mtu) {
    return mtu + std::uint32_t{wire::kHeaderLength} <= room_of_slot(slot);
}

/// Arguments for a ring of a megabyte that frames of `mtu` fit into, or nothing.
std::string slots_for(std::uint32_t mtu) {
    for (const std::uint32_t slot : kSlots) {
        if (!fits(slot, mtu)) continue;
        return "framesz=" + std::to_string(slot) +
               ",blocksz=65536,framecnt=" + std::to_string((1U << 20) / slot);
    }
    return {};
}

/// The first argument that net_af_packet has not, or nothing.
std::string_view unknown_packet_socket_key(std::string_view devargs) {
    devargs.remove_prefix(std::min(devargs.find(','), devargs.size()));  // the device's name
    while (!devargs.empty()) {
        devargs.remove_prefix(1);
        const std::string_view word = devargs.substr(0, devargs.find(','));
        const std::string_view key = word.substr(0, word.find('='));
        const bool known = std::ranges::find(kPacketSocketKeys, key) != kPacketSocketKeys.end();
        if (!known && !key.empty()) return key;
        devargs.remove_prefix(word.size());
    }
    return {};
}

std::string explain_packet_socket(std::string_view devargs) {
    if (const std::string_view key = unknown_packet_socket_key(devargs); !key.empty()) {
        return "net_af_packet has no argument " + std::string(key) +
               "; it has iface, qpairs, blocksz, framesz, framecnt and qdisc_bypass";
    }
    const std::string interface(devargs_value(devargs, "iface"));
    if (interface.empty()) return "it needs iface=NAME, a network interface";
    if (if_nametoindex(interface.c_str()) == 0) {
        return "there is no network interface " + interface + "; see `ip link`";
    }
    const Descriptor probe(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
    if (!probe.is_open())
        return "it needs the capabilities CAP_NET_RAW and CAP_NET_ADMIN; see `sealane doctor`";
    return "the kernel refused the ring: blocksz must be a multiple of the page size and of "
           "framesz, "
           "framesz * framecnt one of blocksz, and both rings must fit what may be locked (`ulimit "
           "-l`)";
}

std::string explain_tap() {
    const Descriptor probe(open("/dev/net/tun", O_RDWR | O_CLOEXEC));
    if (!probe.is_open()) return std::string("can't open /dev/net/tun: ") + std::strerror(errno);
    return "it needs the capability CAP_NET_ADMIN, and a name that no other interface has";
}

}  // namespace

std::string_view devargs_value(std::string_view devargs, std::string_view key) {
    while (!devargs.empty()) {
        const std::size_t comma = std::min(devargs.find(','), devargs.size());
        const std::string_view word = devargs.substr(0, comma);
        devargs.remove_prefix(std::min(comma + 1, devargs.size()));
        const bool is_it =
            word.size() > key.size() && word.starts_with(key) && word[key.size()] == '=';
        if (is_it) return word.substr(key.size() + 1);
    }
    return {};
}

bool is_packet_socket(std::string_view devargs) { return devargs.starts_with("net_af_packet"); }

bool is_plain_tap(std::string_view devargs) {
    const auto words = std::count(devargs.begin(), devargs.end(), ',');
    return devargs.starts_with("net_tap") && words == 1 && !devargs_value(devargs, "iface").empty();
}

std::uint32_t packet_socket_room(std::string_view devargs) {
    return room_of_slot(frame_size_of(devargs));
}

std::string advise_packet_socket(std::string_view devargs,
                                 std::uint32_t mtu,
                                 std::uint32_t carries) {
    std::string advice;
    if (carries != 0 && carries < mtu) {
        advice = "give the adapter mtu: " + std::to_string(carries) + ", as " +
                 std::string(devargs_value(devargs, "iface")) + " has";
        if (!fits(frame_size_of(devargs), carries) && !slots_for(carries).empty())
            advice += ", and put " + slots_for(carries) + " into devargs";
    }
    if (const std::string slots = slots_for(mtu); !slots.empty()) {
        if (!advice.empty()) advice += "; or ";
        advice += "put " + slots + " into devargs";
    }
    if (!advice.empty()) return advice;
    return "give the adapter mtu: " + std::to_string(kUsualJumbo) + ", and put " +
           slots_for(kUsualJumbo) + " into devargs";
}

bool chains_silently(std::string_view devargs) {
    // With infinite_rx it reads its file into single buffers once, and refuses what does not fit.
    const std::string_view infinite = devargs_value(devargs, "infinite_rx");
    if (devargs.starts_with("net_pcap")) return infinite.empty() || infinite == "0";
    return devargs.starts_with("net_null") || devargs.starts_with("net_ring");
}

std::uint32_t buffer_room_for(std::string_view devargs) {
    // It copies frames of that size into one buffer, however small.
    if (devargs.starts_with("net_null")) {
        const std::string size(devargs_value(devargs, "size"));
        return static_cast<std::uint32_t>(
            std::strtoul(size.c_str(), nullptr, 0));  // as it reads it
    }
    if (!is_packet_socket(devargs)) return 0;
    constexpr std::uint32_t kLeast = TPACKET2_HDRLEN - sizeof(sockaddr_ll);
    const std::uint32_t slot = frame_size_of(devargs);
    return slot > kLeast ? slot - kLeast : 0;
}

std::string explain_failed_probe(std::string_view devargs, int fault) {
    if (fault == EEXIST) return "it is in use already";
    if (is_packet_socket(devargs)) return explain_packet_socket(devargs);
    if (devargs.starts_with("net_tap")) return explain_tap();
    if (fault == EFAULT || fault == ENODEV || fault == EINVAL) {
        return "DPDK knows no such device, or refuses its arguments; the log has the cause";
    }
    // Drivers say -1 of whatever went wrong, which would read as a lack of permission.
    if (fault == EPERM) return "its driver gave up; the log has the cause";
    return std::string(rte_strerror(fault)) + "; the log has the cause";
}

}  // namespace sealane::port
