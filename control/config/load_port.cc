#include <algorithm>
#include <array>
#include <bit>

#include "control/config/devargs.h"
#include "control/config/load_parts.h"
#include "control/config/text.h"

namespace sealane::config {
namespace {

constexpr std::array<std::string_view, 2> kRingKeys{"type", "size"};
constexpr std::array<std::string_view, 5> kEthdevKeys{
    "type", "devargs", "pci", "rx_descriptors", "tx_descriptors"};
constexpr std::array<std::string_view, 4> kStreamKeys{"type", "listen", "connect", "queue_frames"};
constexpr std::array<std::string_view, 4> kDgramKeys{"type", "local", "remote", "queue_frames"};
constexpr std::array<std::string_view, 5> kVhostKeys{"type", "path", "mode", "queues", "offloads"};
constexpr std::array<std::string_view, 3> kShmKeys{"type", "listen", "queue_frames"};

constexpr std::uint64_t kMinRing = 64, kMaxRing = 16'384;
constexpr std::uint64_t kMinDescriptors = 32, kMaxDescriptors = 32'768;
constexpr std::uint64_t kMaxQueueFrames = 65'536;
constexpr std::uint64_t kMaxVhostQueues = 16;
constexpr std::size_t kMaxSocketPath = 107;  // sockaddr_un's 108 bytes with the final zero
constexpr std::size_t kMaxDevargs = 1'024;
constexpr std::size_t kMaxDeviceName = 63;  // RTE_ETH_NAME_MAX_LEN with the final zero

bool is_printable(std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7f;
    });
}

/// "0000:01:00.0"; the domain may be left out.
bool is_pci_address(std::string_view text) {
    constexpr std::string_view kPattern = "hhhh:hh:hh.o";
    constexpr std::size_t kDomain = 5;
    const std::string_view pattern =
        text.size() == kPattern.size() ? kPattern : kPattern.substr(kDomain);
    if (text.size() != pattern.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::string_view fits = pattern[i] == 'h'   ? "0123456789abcdefABCDEF"
                                      : pattern[i] == 'o' ? "01234567"
                                                          : pattern.substr(i, 1);
        if (fits.find(text[i]) == std::string_view::npos) return false;
    }
    return true;
}

RingPort load_ring(const YamlValue& value, const std::string& who, Source& source) {
    RingPort port;
    Fields fields(source, value, who, "a ring port", kRingKeys);
    fields.read("size", port.size, kMinRing, kMaxRing);
    if (!std::has_single_bit(port.size)) {
        fields.fault("size",
                     "size " + std::to_string(port.size) + " is no power of two; use " +
                         std::to_string(std::bit_floor(port.size)) + " or " +
                         std::to_string(std::bit_ceil(port.size)));
    }
    return port;
}

EthdevPort load_ethdev(const YamlValue& value, const std::string& who, Source& source) {
    constexpr std::string_view kDevargsRight = "use a DPDK device, such as \"net_tap0,iface=t0\"";
    constexpr std::string_view kPciRight = "use a PCI address, such as 0000:01:00.0";
    EthdevPort port;
    Fields fields(source, value, who, "an ethdev port", kEthdevKeys);
    fields.read("devargs", port.devargs, kDevargsRight);
    fields.read("pci", port.pci, kPciRight);
    fields.read("rx_descriptors", port.rx_descriptors, kMinDescriptors, kMaxDescriptors);
    fields.read("tx_descriptors", port.tx_descriptors, kMinDescriptors, kMaxDescriptors);
    if (fields.has("devargs") && fields.has("pci")) {
        fields.fault("pci", "devargs and pci both name the device; keep one of them");
    } else if (!fields.has("devargs") && !fields.has("pci")) {
        fields.require("devargs", std::string(kDevargsRight) + ", or pci");
    }
    if (fields.has("devargs") && !source.is_spoilt(value.place, "devargs")) {
        const std::size_t name = port.devargs.substr(0, port.devargs.find(',')).size();
        if (name == 0 || name > kMaxDeviceName || port.devargs.size() > kMaxDevargs ||
            !is_printable(port.devargs)) {
            fields.fault("devargs",
                         "devargs " + quote(port.devargs) + " names no device; " +
                             std::string(kDevargsRight));
        }
    }
    if (const std::string wrong = fault_of_devargs(port.devargs); !wrong.empty()) {
        fields.fault("devargs", "devargs " + quote(port.devargs) + wrong);
    }
    if (fields.has("pci") && !source.is_spoilt(value.place, "pci") && !is_pci_address(port.pci)) {
        fields.fault("pci", "pci " + quote(port.pci) + " is none; " + std::string(kPciRight));
    }
    return port;
}

constexpr std::string_view kSocketRight = "name a unix socket of at most 107 bytes";

void check_socket_path(Fields& fields, std::string_view key, const std::string& path) {
    if (!fields.has(key) || fields.source().is_spoilt(fields.place(), key)) return;
    if (!path.empty() && path.size() <= kMaxSocketPath && is_printable(path)) return;
    fields.fault(key,
                 std::string(key) + " " + quote(path) + " of " + std::to_string(path.size()) +
                     " bytes can't be a path; " + std::string(kSocketRight));
}

QemuStreamPort load_stream(const YamlValue& value, const std::string& who, Source& source) {
    QemuStreamPort port;
    Fields fields(source, value, who, "a qemu-stream port", kStreamKeys);
    port.listen = !fields.has("connect");
    const std::string_view key = port.listen ? "listen" : "connect";
    fields.read(key, port.path, kSocketRight);
    fields.read("queue_frames", port.queue_frames, 1, kMaxQueueFrames);
    if (fields.has("listen") && fields.has("connect")) {
        fields.fault("connect", "listen and connect are both given; keep one of them");
    } else if (port.listen) {
        fields.require("listen", std::string(kSocketRight) + " to listen on, or connect to");
    }
    check_socket_path(fields, key, port.path);
    return port;
}

QemuDgramPort load_dgram(const YamlValue& value, const std::string& who, Source& source) {
    QemuDgramPort port;
    Fields fields(source, value, who, "a qemu-dgram port", kDgramKeys);
    fields.read("local", port.local, kSocketRight);
    fields.read("remote", port.remote, kSocketRight);
    fields.read("queue_frames", port.queue_frames, 1, kMaxQueueFrames);
    fields.require("local", std::string(kSocketRight) + ", which is made");
    fields.require("remote", std::string(kSocketRight) + ", which the peer makes");
    check_socket_path(fields, "local", port.local);
    check_socket_path(fields, "remote", port.remote);
    return port;
}

VhostUserPort load_vhost(const YamlValue& value, const std::string& who, Source& source) {
    VhostUserPort port;
    Fields fields(source, value, who, "a vhost-user port", kVhostKeys);
    fields.read("path", port.path, kSocketRight);
    fields.read("mode", port.server, kVhostModes);
    fields.read("queues", port.queues, 1, kMaxVhostQueues);
    fields.read("offloads", port.offloads);
    fields.require("path", kSocketRight);
    check_socket_path(fields, "path", port.path);
    return port;
}

ShmPort load_shm(const YamlValue& value, const std::string& who, Source& source) {
    ShmPort port;
    Fields fields(source, value, who, "a shm port", kShmKeys);
    fields.read("listen", port.path, kSocketRight);
    fields.read("queue_frames", port.queue_frames, 1, kMaxQueueFrames);
    fields.require("listen", std::string(kSocketRight) + " to listen on");
    check_socket_path(fields, "listen", port.path);
    return port;
}

/// Says why the type of `value` is none that a port can have.
void refuse_type(const YamlValue& value, const std::string& who, Source& source) {
    constexpr std::array<std::string_view, 1> kTypeKey{"type"};
    YamlValue only_type = value;
    std::erase_if(only_type.members, [](const YamlMember& member) { return member.key != "type"; });
    Fields fields(source, only_type, who, "a port", kTypeKey);
    const std::string right = "use " + either(kPortTypes);
    if (!fields.require("type", right)) return;
    const auto type = fields.text("type", *fields.find("type"), right);
    if (!type) return;
    const bool known = std::find(kUnbuiltPortTypes.begin(), kUnbuiltPortTypes.end(), *type) !=
                       kUnbuiltPortTypes.end();
    fields.fault(
        "type", "type " + quote(*type) + (known ? " is not built yet; " : " is unknown; ") + right);
}

}  // namespace

std::optional<PortSpec> load_port(const YamlValue& value, Fields& adapter) {
    const std::string who = adapter.who() + ": port";
    Source& source = adapter.source();
    const std::string_view type = peek(value, "type");
    for (const std::string_view key :
         {"devargs", "pci", "listen", "connect", "path", "local", "remote"}) {
        for (const YamlMember& member : value.members) {
            if (member.key == key) source.note(adapter.place(), key, member.value.place);
        }
    }
    if (type == kPortTypes[0]) return load_ring(value, who, source);
    if (type == kPortTypes[1]) return load_ethdev(value, who, source);
    if (type == kPortTypes[2]) return load_stream(value, who, source);
    if (type == kPortTypes[3]) return load_dgram(value, who, source);
    if (type == kPortTypes[4]) return load_vhost(value, who, source);
    if (type == kPortTypes[5]) return load_shm(value, who, source);
    refuse_type(value, who, source);
    return std::nullopt;
}

}  // namespace sealane::config
