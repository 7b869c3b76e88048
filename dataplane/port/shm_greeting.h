// The first words on the socket of a shared-memory port.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "dataplane/port/shared_memory.h"

namespace sealane::port {

/// What a client says before it is let in.
class ShmGreeting {
  public:
    enum class Outcome : std::uint8_t {
        Incomplete,
        Understood,
        Refused,  ///< A version that isn't spoken here.
        Nonsense,
        Gone,
    };

    /// Reads on; never waits.
    [[nodiscard]] Outcome hear(int socket);
    void clear() { heard_ = 0; }

  private:
    [[nodiscard]] Outcome judge() const;

    std::array<std::byte, sizeof(wire::SharedHello)> bytes_{};
    std::size_t heard_ = 0;
};

/// Answers `status`, with `memory` unless that is null.  False: it couldn't be sent whole.
bool answer_hello(int socket,
                  wire::SharedStatus status,
                  std::uint32_t max_frame,
                  const SharedMemory* memory);

/// A byte that makes the client's descriptor readable.  If there is no room for one, there are many
/// already.
void wake_client(int socket);

/// Takes the bytes by which the client wakes us.  False: it has closed its end.
[[nodiscard]] bool drain_wakes(int socket);

}  // namespace sealane::port
