// Why a control message was not believed.  Counted by reason, and never logged one by one: whoever
// floods us shall not fill a disk.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sealane::ha {

enum class Reject : std::uint8_t {
    None,

    // No message of this protocol.
    Length,       ///< Not that of its version.
    EtherType,    ///< Nor is a tagged frame one: the switch takes tags off.
    Destination,  ///< Not broadcast.
    Source,       ///< A group address or zero.
    Protocol,
    Version,
    Type,
    Role,
    Mode,
    Priority,
    Refusal,
    Node,
    Boot,
    Sequence,
    Echo,
    Nonce,
    Uplink,
    Keys,  ///< The same key twice, or a seal without a key.

    // Not for us, or not proven to be from who it says.
    OtherPair,
    Unsealed,    ///< And we have a key.
    UnknownKey,  ///< Or sealed, and we have none.
    Flood,       ///< Too many of its sort this second to look at the seal.
    BadSeal,

    // Sealed rightly, and yet not to be believed.
    OwnMessage,    ///< Our own came back: a loop.
    OwnNode,       ///< Our node id in another boot: ours recorded, or two nodes with one id.
    ThirdNode,     ///< We have a partner, and it is another one.
    UnprovenBoot,  ///< A start of the partner that has not answered a challenge.
    RetiredBoot,   ///< A start of the partner that another one has followed.
    Replay,        ///< Its sequence is not above the last one.
};
inline constexpr std::size_t kRejectCount = 30;

/// "bad-seal", as counters name it.
[[nodiscard]] const char* name_of(Reject why);

}  // namespace sealane::ha
