// What a vhost-user port offers its peer, and what came of it, by name.
#pragma once

#include <cstdint>
#include <vector>

#include "dataplane/port/port.h"

namespace sealane::port {

/// Bits of virtio-net's feature word (virtio 1.1, 5.1.3 and 6) that somebody asks about; the names
/// of all stand in the .cc.
namespace virtio {
inline constexpr std::uint64_t kCsum = 1ULL << 0;
inline constexpr std::uint64_t kGuestCsum = 1ULL << 1;
inline constexpr std::uint64_t kGuestTso4 = 1ULL << 7;
inline constexpr std::uint64_t kGuestTso6 = 1ULL << 8;
inline constexpr std::uint64_t kHostTso4 = 1ULL << 11;
inline constexpr std::uint64_t kHostTso6 = 1ULL << 12;
inline constexpr std::uint64_t kMultiqueue = 1ULL << 22;
inline constexpr std::uint64_t kRingPacked = 1ULL << 34;
}  // namespace virtio

/// What the configuration says about features.
struct VhostOffer {
    std::uint16_t queues = 1;
    bool offloads = true;
};

/// Features of the library that are not offered.
[[nodiscard]] std::uint64_t withheld_features(const VhostOffer& offer);

/// The extensions of the protocol that are offered; the others only widen what a peer can attack.
[[nodiscard]] std::uint64_t offered_protocol_features(const VhostOffer& offer);

/// What the peer takes, by the features that it acked.
[[nodiscard]] Offloads offloads_of(std::uint64_t acked);

/// One line a feature that somebody may want.  `acked` means something only while `connected`.
[[nodiscard]] std::vector<PortFeature> feature_report(const VhostOffer& offer,
                                                      std::uint64_t offered,
                                                      bool connected,
                                                      std::uint64_t acked);

}  // namespace sealane::port
