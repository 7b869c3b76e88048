#include "dataplane/port/vhost_features.h"

#include <array>
#include <string_view>

namespace sealane::port {
namespace {

/// Why a feature is not offered.
enum class Withheld : std::uint8_t { Never, WithoutOffloads, WithoutQueues, Always };

struct Feature {
    unsigned bit;
    std::string_view name;  ///< As QEMU calls the device's property, where it has one.
    Withheld withheld = Withheld::Never;
    std::string_view why = {};  ///< Of Always.
};

constexpr std::string_view kNoEcn = "the library can't tell a guest about ECN in a large frame";
constexpr std::string_view kNoUso = "the library knows no large frames of datagrams";
constexpr std::string_view kNoUfo = "UDP fragments are not ours to make";

constexpr std::array kFeatures{
    Feature{0, "csum", Withheld::WithoutOffloads},
    Feature{1, "guest_csum", Withheld::WithoutOffloads},
    Feature{3, "mtu"},
    Feature{
        6, "gso", Withheld::Always, "the old word for all large frames at once, UFO among them"},
    Feature{7, "guest_tso4", Withheld::WithoutOffloads},
    Feature{8, "guest_tso6", Withheld::WithoutOffloads},
    Feature{9, "guest_ecn", Withheld::Always, kNoEcn},
    Feature{10, "guest_ufo", Withheld::Always, kNoUfo},
    Feature{11, "host_tso4", Withheld::WithoutOffloads},
    Feature{12, "host_tso6", Withheld::WithoutOffloads},
    Feature{13, "host_ecn", Withheld::Always, kNoEcn},
    Feature{14, "host_ufo", Withheld::Always, kNoUfo},
    Feature{15, "mrg_rxbuf"},
    Feature{17, "ctrl_vq"},
    Feature{18, "ctrl_rx"},
    Feature{21, "guest_announce"},
    Feature{22, "mq", Withheld::WithoutQueues},
    Feature{26, "log_all", Withheld::Always, "live migration is not supported"},
    Feature{27, "any_layout"},
    Feature{28, "indirect_desc"},
    Feature{29, "event_idx"},
    Feature{30, "protocol_features"},
    Feature{32, "version_1"},
    Feature{33, "iommu_platform", Withheld::Always, "guest memory is addressed directly"},
    Feature{34, "packed"},
    Feature{35, "in_order"},
    Feature{54, "guest_uso4", Withheld::Always, kNoUso},
    Feature{55, "guest_uso6", Withheld::Always, kNoUso},
    Feature{56, "host_uso", Withheld::Always, kNoUso},
};

// Bits of the protocol's own word.
constexpr std::uint64_t kProtocolMultiqueue = 1ULL << 0;
constexpr std::uint64_t kProtocolRarp = 1ULL << 2;
constexpr std::uint64_t kProtocolReplyAck = 1ULL << 3;
constexpr std::uint64_t kProtocolMtu = 1ULL << 4;
constexpr std::uint64_t kProtocolStatus = 1ULL << 16;

bool is_withheld(const Feature& feature, const VhostOffer& offer) {
    switch (feature.withheld) {
        case Withheld::Never:
            return false;
        case Withheld::WithoutOffloads:
            return !offer.offloads;
        case Withheld::WithoutQueues:
            return offer.queues == 1;
        case Withheld::Always:
            return true;
    }
    return true;
}

std::string_view why_withheld(const Feature& feature) {
    switch (feature.withheld) {
        case Withheld::WithoutOffloads:
            return "the port says `offloads: false`";
        case Withheld::WithoutQueues:
            return "the port has one queue; see `queues`";
        default:
            return feature.why;
    }
}

}  // namespace

std::uint64_t withheld_features(const VhostOffer& offer) {
    std::uint64_t withheld = 0;
    for (const Feature& feature : kFeatures) {
        if (is_withheld(feature, offer)) withheld |= 1ULL << feature.bit;
    }
    return withheld;
}

std::uint64_t offered_protocol_features(const VhostOffer& offer) {
    const std::uint64_t always = kProtocolRarp | kProtocolReplyAck | kProtocolMtu | kProtocolStatus;
    return offer.queues > 1 ? always | kProtocolMultiqueue : always;
}

Offloads offloads_of(std::uint64_t acked) {
    const bool checksum = (acked & virtio::kGuestCsum) != 0;
    return {.checksum = checksum,
            .tcp4 = checksum && (acked & virtio::kGuestTso4) != 0,
            .tcp6 = checksum && (acked & virtio::kGuestTso6) != 0};
}

std::vector<PortFeature> feature_report(const VhostOffer& offer,
                                        std::uint64_t offered,
                                        bool connected,
                                        std::uint64_t acked) {
    std::vector<PortFeature> report;
    for (const Feature& feature : kFeatures) {
        const std::uint64_t bit = 1ULL << feature.bit;
        PortFeature line{.name = std::string(feature.name),
                         .offered = (offered & bit) != 0,
                         .acked = connected && (acked & bit) != 0};
        if (is_withheld(feature, offer)) {
            line.why_not = why_withheld(feature);
        } else if (!line.offered) {
            line.why_not = "the library has it not";
        } else if (!connected) {
            line.why_not = "no peer";
        } else if (!line.acked) {
            line.why_not = "the peer does not want it";
        }
        report.push_back(std::move(line));
    }
    return report;
}

}  // namespace sealane::port
