// A reverse ARP request (RFC 903) that says nothing but "this address is here": what hypervisors
// send so that switches learn where a client has gone.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "dataplane/base/mac.h"

namespace sealane::wire {

inline constexpr std::uint16_t kEtherTypeRarp = 0x8035;
inline constexpr std::size_t kRarpLength = 60;  ///< Padded to Ethernet's least, FCS left aside.

/// Untagged, broadcast, from `client`, asking for the address of `client`.
[[nodiscard]] std::array<std::uint8_t, kRarpLength> make_rarp(MacAddress client);

}  // namespace sealane::wire
