// One control message of a SEA pair: its fields as a plain value, and their bytes.
//
// An untagged Ethernet frame of exactly kFrameLength bytes, big-endian.  Nothing of it is left to
// choice: a field that its type does not use is zero, so a meaning has one form in bytes.
//
//   offset length
//      0     6   destination, ff:ff:ff:ff:ff:ff
//      6     6   source, the sender's control channel adapter
//     12     2   EtherType 0x88b5, local experimental (IEEE 802-2014, 9.2.3)
//     14     2   protocol 0x5ea1: others experiment too
//     16     1   version, 1
//     17     1   type, MessageType
//     18     1   key id of the seal, 1 to 255; 0: unsealed
//     19     1   id of the other key that the sender holds; 0: it has no other
//     20     4   pair: vswitch_digest() of the name of its virtual switch
//     24     2   pair: PVID of the control channel, without one that of pvid_adapter
//     26     2   trunk adapters, bit 0 the one of the lowest PVID: bridged by the sender, or those
//                that a sharing request or grant is about
//     28     1   role, Role
//     29     1   ha_mode, Mode
//     30     1   trunk priority, 1 (best) to 15
//     31     1   refusal, Refusal; 0 but in a sharing refusal
//     32     8   node id of the sender, never 0
//     40     8   boot id of the sender, never 0: random, drawn when it starts
//     48     8   sequence, from 1; grows by at least one with each message of a boot
//     56     8   I hear you: boot id of the partner; 0: it is not heard
//     64     8   I hear you: sequence of the partner's last message believed; 0: it is not heard
//     72     8   progress: turns of the sender's dataplane loop since it started
//     80     8   trunk_digest() of the VLAN lists of the sender's trunk adapters
//     88     8   nonce of a challenge or response, never 0 there; 0 in all others
//     96     4   epoch: the newest of a trunk slot that the sender knows
//    100     4   transaction that a sharing request opens, and its grant or refusal names
//    104     1   uplink: 1 if the sender's outside works, otherwise 0
//    105    32   seal: HMAC-SHA256 over bytes 0 to 104 (seal.h); zero if the key id is 0
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>

#include "control/ha/reject.h"
#include "control/ha/types.h"
#include "dataplane/base/ids.h"
#include "dataplane/base/mac.h"

namespace sealane::ha {

inline constexpr std::uint16_t kEtherType = 0x88b5;
inline constexpr std::size_t kSealOffset = 105;
inline constexpr std::size_t kSealLength = 32;
inline constexpr std::size_t kFrameLength = kSealOffset + kSealLength;

using Frame = std::array<std::uint8_t, kFrameLength>;
using Seal = std::array<std::uint8_t, kSealLength>;

/// Reference powervm-network.md 3.2.  Each but the last four is a Kind of types.h; each carries all
/// of the sender's state, whatever its type.
enum class MessageType : std::uint8_t {
    KeepAlive,
    Recovery,
    Notify,
    Limbo,
    ShareRequest,
    ShareGrant,
    ShareRefusal,
    Goodbye,
    Hello,      ///< "Is anybody there?"  Of one that knows no partner.
    Live,       ///< Heartbeat of the discovery without a control channel (3.7).
    Challenge,  ///< "Whoever you are: show that you are alive now."
    Response,   ///< To a challenge, with its nonce.
};
inline constexpr std::size_t kMessageTypeCount = 12;

/// "keep-alive", as counters name it.
[[nodiscard]] const char* name_of(MessageType type);

/// Which start of a node it is.
struct BootId {
    std::uint64_t value = 0;
    constexpr auto operator<=>(const BootId&) const = default;
};

/// 1 to 255; 0: none.
struct KeyId {
    std::uint8_t value = 0;
    constexpr auto operator<=>(const KeyId&) const = default;
};

/// Two SEAs with the same one are a pair (reference powervm-network.md 3.7).
struct PairId {
    std::uint32_t vswitch = 0;  ///< vswitch_digest() of its name.
    VlanId pvid;
    constexpr auto operator<=>(const PairId&) const = default;
};

/// "I hear you": the last message believed.  Nothing but zeros: nobody is heard.
struct Echo {
    BootId boot;
    std::uint64_t sequence = 0;
    bool operator==(const Echo&) const = default;
};

struct Message {
    MacAddress source;
    MessageType type = MessageType::KeepAlive;
    KeyId key, other_key;
    PairId pair;
    TrunkSet trunks;
    Role role = Role::Init;
    Mode mode = Mode::Auto;
    std::uint8_t priority = 1;
    Refusal refusal = Refusal::None;
    NodeId node;
    BootId boot;
    std::uint64_t sequence = 0;
    Echo echo;
    std::uint64_t progress = 0;
    std::uint64_t vlan_digest = 0;
    std::uint64_t nonce = 0;
    std::uint32_t epoch = 0;
    std::uint32_t transaction = 0;
    bool uplink = false;

    bool operator==(const Message&) const = default;
};

struct Decoded {
    Reject why = Reject::None;
    Message message;  ///< Set if `why` is None.

    bool operator==(const Decoded&) const = default;
};

/// Reads nothing beyond `frame`.  Says nothing of the seal, unless there is none: whether it is
/// right, and whether the message is to be believed, is for hearing.h.
[[nodiscard]] Decoded decode(std::span<const std::uint8_t> frame);

/// The frame with a seal of zeros.  What decode() gave, encode() makes again.
[[nodiscard]] Frame encode(const Message& message);

}  // namespace sealane::ha
