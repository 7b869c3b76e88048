// Messages of vhost-user that the library does not treat well enough, before it sees them.
#pragma once

#include <cstdint>

namespace sealane::port {

/// What to do with a message after this.
enum class MessageFate : std::uint8_t { Library, Reply };

/// Looks at a message as rte_vhost's `pre_msg_handle` is given it, and changes it: a peer that asks
/// for its number of queues is told `queues`; memory in flight, which is never offered, is neither
/// made nor taken, so that the library closes the connection.  Any thread; keeps nothing.
[[nodiscard]] MessageFate before_the_library(void* message, std::uint16_t queues);

}  // namespace sealane::port
