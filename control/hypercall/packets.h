// A unix socket of packets (SOCK_SEQPACKET): one message a packet, and the end of either side is
// seen at once.  As thin as it could be made.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <sys/un.h>

#include "control/hypercall/message.h"
#include "dataplane/base/descriptor.h"
#include "dataplane/base/result.h"

namespace sealane::hypercall {

/// 107 bytes of path fit; a longer one (or an empty one) is an Error that says so.
[[nodiscard]] Result<sockaddr_un> address_of(const std::string& path);

enum class Sent : std::uint8_t { Yes, Full, Broken };

/// Never waits.  The other end gets copies of `given`.
[[nodiscard]] Sent send(int socket,
                        std::span<const std::uint8_t> packet,
                        std::initializer_list<int> given = {});

/// Whether it takes a packet, and most of what it was given before has been read.
[[nodiscard]] bool has_much_room(int socket);

/// Whether the other end has closed it; something unread may still be there.
[[nodiscard]] bool has_ended(int socket);

/// What one recvmsg(2) brought.
struct Received {
    enum class Kind : std::uint8_t { Something, Nothing, End };

    Kind kind = Kind::Nothing;
    std::span<const std::uint8_t> packet;  ///< In the buffer.
    std::array<Descriptor, 2> given;       ///< In their order; closed ones if there were none.
    bool is_cut = false;                   ///< It was longer than the buffer.
    bool was_given_more = false;           ///< Descriptors beyond those asked for, now closed.
};

using Buffer = std::array<std::uint8_t, kMaxPacket>;

/// Never waits.  An empty packet is an end too.  With `descriptors` it takes two, otherwise none.
[[nodiscard]] Received receive(int socket, Buffer& buffer, bool descriptors = false);

}  // namespace sealane::hypercall
