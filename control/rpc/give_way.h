// Who must leave when all places at the control socket are taken and somebody else comes.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>

#include "dataplane/base/time.h"

namespace sealane::rpc {

/// A client that moved no byte for so long may have to leave, ...
inline constexpr Duration kSilence = std::chrono::milliseconds(250);
/// ... and so may one that has not brought a request to its end for so long, a byte now and then or
/// not.
inline constexpr Duration kPatience = std::chrono::seconds(5);

/// What is known of a client; it has come with nothing done and nothing said.
struct Conduct {
    Instant served;        ///< When its last request was answered, or else when it came.
    Instant heard;         ///< When a byte last came from it or went to it.
    bool is_amid = false;  ///< A request has begun to come, or an answer waits to be read.
};

/// Whose place is given to the one who waits: of those who may have to leave, first who holds half
/// a request or an unread answer, then who was served longest ago.  Nothing if all are busy.
[[nodiscard]] std::optional<std::size_t> who_gives_way(std::span<const Conduct> clients,
                                                       Instant now);

}  // namespace sealane::rpc
