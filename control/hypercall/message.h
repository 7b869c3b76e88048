// What a VIOS and the hypervisor say to each other, as values and as the bytes of one packet each.
//
// Both run on one machine, so numbers stand in its own byte order.  A packet is a head of 8 bytes
// (magic 4, version 2, type 2) and a body of a length that its type has; only that of a ClientList
// depends on how many there are.  The structs in message.cc are the layouts.
//
//     VIOS                             hypervisor
//     Hello            ->
//                      <-              Welcome, with two descriptors (pages.h), or Refused and the
//                      end
//     Wish, Listing    ->
//                      <-              SlotNews, ClientList
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "control/failover/announcer.h"
#include "control/failover/slot_keeper.h"
#include "control/ha/seal.h"
#include "control/ha/types.h"
#include "control/hypercall/reject.h"
#include "dataplane/base/ids.h"

namespace sealane::hypercall {

using failover::ClientAddress;
using failover::SeaIndex;
using failover::SlotNews;

inline constexpr std::uint16_t kVersion = 4;
inline constexpr std::size_t kMaxPartitionName = 255;  ///< Bytes.
inline constexpr std::size_t kMaxRefusal = 255;        ///< Bytes; a longer text is cut.
inline constexpr std::size_t kMaxSeas = kMaxAdapters;
inline constexpr std::size_t kMaxSlots = kMaxAdapters;
inline constexpr std::size_t kMaxClients = 1000;  ///< In one packet.
inline constexpr std::size_t kMaxPacket = 8192;   ///< Bytes; no message is longer.

/// Of the whole configuration: both ends run the same file.
using Digest = std::array<std::uint8_t, 32>;

/// The first word of a VIOS.
struct Hello {
    Digest digest{};
    std::string partition;
    bool operator==(const Hello&) const = default;
};

/// failover::HypervisorCalls as words.
enum class Call : std::uint8_t { Acquire, HandOver, Withdraw, Release, Announced };
inline constexpr std::size_t kCallCount = 5;

struct Wish {
    SeaIndex sea;
    Call call = Call::Acquire;
    ha::TrunkSet trunks;
    bool operator==(const Wish&) const = default;
};

/// Asks which clients are behind these trunk adapters; the answer is ClientLists.
struct Listing {
    SeaIndex sea;
    ha::TrunkSet trunks;
    bool operator==(const Listing&) const = default;
};

struct Welcome {
    ha::Key key;  ///< Of the pairs' control messages: drawn by the hypervisor, the same for all.
    std::size_t slots = 0;     ///< Words of the slot page.
    std::size_t counters = 0;  ///< Words of the progress page.
    bool operator==(const Welcome&) const = default;
};

/// Why not, for people, and what would be right.
struct Refused {
    std::string text;
    bool operator==(const Refused&) const = default;
};

/// A part of the answer to a Listing, at most kMaxClients.  The parts of one answer come in order,
/// and no part of another answer between them.
struct ClientList {
    SeaIndex sea;
    std::vector<ClientAddress> clients;
    bool last = true;  ///< Of its answer.
    bool operator==(const ClientList&) const = default;
};

using Message = std::variant<Hello, Wish, Listing, Welcome, Refused, SlotNews, ClientList>;

struct Decoded {
    Reject why = Reject::None;
    Message message;  ///< Set if `why` is None.
    bool operator==(const Decoded&) const = default;
};

using Packet = std::vector<std::uint8_t>;

/// Reads nothing beyond `packet`.  What it gives is in the ranges above; whose SEA it is it can't
/// know.
[[nodiscard]] Decoded decode(std::span<const std::uint8_t> packet);

/// What decode() gave, encode() makes again.  A message beyond the ranges is our own mistake, but
/// for a refusal's text, which is cut.
[[nodiscard]] Packet encode(const Message& message);

}  // namespace sealane::hypercall
