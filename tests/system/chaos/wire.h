// Numbered frames on a network device that exists: sent in bursts, and seen with their tags and
// the kernel's times of arrival.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/system/chaos/stream.h"

namespace sealane::chaos {

constexpr std::size_t kFrameSize = 60;
using FrameBytes = std::array<std::uint8_t, kFrameSize + 4>;  // with a tag

/// Which frame of which stream that is.
struct Mark {
    std::uint32_t window = 0;
    std::uint32_t stream = 0;
    std::uint64_t number = 0;
};

struct Sight {
    Mark mark;
    std::optional<std::uint16_t> vlan;
    Nanoseconds at = 0;
};

/// A packet socket on one device, which sees the arrivals of our frames there and nothing else.
/// One thread may send while another receives.
class Wire {
  public:
    /// Empty, with errno set, if the device can't be opened.
    static std::unique_ptr<Wire> open(const std::string& device);
    ~Wire();
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;

    [[nodiscard]] const std::string& device() const { return device_; }

    /// Sends it with the others at the next flush().
    void put(const Stream& stream, const Mark& mark);
    /// True if the kernel took all that was put.
    bool flush();

    /// What has arrived since the last call; doesn't wait.
    void receive(std::vector<Sight>& into);
    /// Arrivals that the socket had no room for, since it was last asked.
    std::uint64_t take_overflows();

  private:
    struct Inbox;

    Wire(std::string device, int socket);

    std::string device_;
    int socket_;
    std::vector<FrameBytes> frames_;
    std::vector<std::size_t> sizes_;
    std::unique_ptr<Inbox> inbox_;
};

}  // namespace sealane::chaos
