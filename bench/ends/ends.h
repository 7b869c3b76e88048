// Two clients of a switch in one thread, whatever they are attached by.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dataplane/base/result.h"

namespace sealane::ends {

inline constexpr unsigned kBurst = 64;

/// The one sends and the other receives.  Nothing here waits but wait().
class Ends {
  public:
    virtual ~Ends() = default;

    /// Takes `count` frames of these bytes, as many as there is room for; how many.
    virtual unsigned send(std::span<const std::uint8_t> frame, unsigned count) = 0;
    /// How many frames came, kBurst at most; the last one's bytes are in `last` until the next
    /// call.
    virtual unsigned receive(std::span<const std::uint8_t>& last) = 0;
    /// What both need done once a turn.  False: the switch is not there.
    virtual bool serve(std::uint64_t now_ns) = 0;
    /// Until something comes, a millisecond at most.
    virtual void wait() = 0;
    /// A frame the other way, so that the switch knows where the receiver is; some learn only so.
    virtual void announce(std::span<const std::uint8_t> frame) = 0;
};

/// Of "unix:PATH", "shm:PATH", "vde:FOLDER" (twice the same) or "poll:FILE", a configuration whose
/// adapters lpar1/ent0 and lpar2/ent0 are rings and which runs in this process.
[[nodiscard]] Result<std::unique_ptr<Ends>> open_ends(const std::string& from,
                                                      const std::string& to);

// Each in a file of its own.
[[nodiscard]] Result<std::unique_ptr<Ends>> open_ports(const std::string& from,
                                                       const std::string& to);
[[nodiscard]] Result<std::unique_ptr<Ends>> open_vde(const std::string& folder);
[[nodiscard]] Result<std::unique_ptr<Ends>> open_in_process(const std::string& file);

}  // namespace sealane::ends
