// All streams at once: one thread sends, one receives, both between short sleeps.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/system/chaos/stream.h"
#include "tests/system/chaos/wire.h"

namespace sealane::chaos {

/// Of all streams, in their order.
struct Window {
    Nanoseconds begin = 0;
    Nanoseconds end = 0;
    std::vector<Log> logs;
    std::uint64_t refused = 0;     ///< Bursts that the kernel did not take.
    std::uint64_t overflowed = 0;  ///< Arrivals that were not seen for want of room.
};

/// Frames flow all the time, so that addresses stay known; those of a window are counted.
class Traffic {
  public:
    Traffic(std::vector<Stream> streams, std::map<std::string, std::unique_ptr<Wire>> wires);
    ~Traffic();
    Traffic(const Traffic&) = delete;
    Traffic& operator=(const Traffic&) = delete;

    [[nodiscard]] const std::vector<Stream>& streams() const { return streams_; }

    void begin();
    /// Waits until every end has seen a later frame, for five seconds at most.
    Window end();

  private:
    struct Source {
        Wire* wire = nullptr;
        Nanoseconds due = 0;
        std::uint64_t number = 0;
    };

    void send_all();
    void send_due(Nanoseconds now, std::uint32_t window);
    void receive_all();
    void take(const std::string& device, const Sight& sight);
    void switch_to(std::uint32_t window);
    void await_stragglers();

    std::vector<Stream> streams_;
    std::map<std::string, std::unique_ptr<Wire>> wires_;
    std::vector<Source> sources_;  ///< The sender's, in the order of the streams.

    /// Odd: it is counted.  The sender follows, and says where it is.
    std::atomic<std::uint32_t> wanted_{0};
    std::atomic<std::uint32_t> sending_{0};
    std::atomic<std::uint64_t> refused_{0};
    std::atomic<bool> stop_{false};

    /// Of the window that is counted.  `sent` is the sender's while it sends that window.
    std::mutex mutex_;
    std::vector<Log> logs_;
    Nanoseconds begin_ = 0;
    Nanoseconds heard_at_ = 0;  ///< When the last frame of it was seen.

    std::thread sender_;
    std::thread receiver_;
};

}  // namespace sealane::chaos
