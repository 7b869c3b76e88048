// The device behind a vhost-user port, which comes and goes on other threads than the workers'.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace sealane::port {

/// Lets workers use a device only while it is there.  A worker enters once a burst, which costs one
/// locked instruction; the thread that takes the device away waits until no worker is inside.
///
/// Threads: attach(), detach() and set_ring() from one at a time; one Use a side at a time.
class VhostDevice {
  public:
    static constexpr int kNone = -1;
    static constexpr std::uint16_t kMaxRings = 64;
    /// Rings that the guest receives from, and those that it sends to.
    static constexpr std::uint64_t kToGuest = 0x5555'5555'5555'5555;
    static constexpr std::uint64_t kFromGuest = kToGuest << 1;

    enum class Side : std::uint8_t { Receive, Send };

    /// The right to use the device, if there is one, until it ends.
    class Use {
      public:
        Use(VhostDevice& device, Side side)
            : inside_(device.sides_[static_cast<std::size_t>(side)].inside) {
            // Sequential consistency: either the one who takes the device away sees us inside, or
            // we see that it is gone.
            inside_.store(true, std::memory_order_seq_cst);
            id_ = device.id_.load(std::memory_order_seq_cst);
        }
        Use(const Use&) = delete;
        Use& operator=(const Use&) = delete;
        ~Use() { inside_.store(false, std::memory_order_release); }

        explicit operator bool() const { return id_ != kNone; }
        [[nodiscard]] int id() const { return id_; }

      private:
        std::atomic<bool>& inside_;
        int id_ = kNone;
    };

    void attach(int id, std::uint64_t features);
    /// Returns when no worker uses the device.
    void detach();
    /// One bit each; before attach().
    void set_rings(std::uint64_t rings) { rings_.store(rings, std::memory_order_relaxed); }
    void set_ring(std::uint16_t ring, bool enabled);

    /// A glance for those who then use it, or only report.
    [[nodiscard]] bool is_attached() const { return id_.load(std::memory_order_acquire) != kNone; }
    [[nodiscard]] bool is(int id) const { return id_.load(std::memory_order_acquire) == id; }
    /// One bit a ring that the peer has enabled.
    [[nodiscard]] std::uint64_t rings() const { return rings_.load(std::memory_order_acquire); }
    /// What the peer acked; 0 without one.
    [[nodiscard]] std::uint64_t features() const {
        return features_.load(std::memory_order_relaxed);
    }
    /// Counts devices and changes of rings, so that a worker notices that it has others.
    [[nodiscard]] std::uint32_t generation() const {
        return generation_.load(std::memory_order_acquire);
    }

  private:
    struct alignas(64) Busy {
        std::atomic<bool> inside{false};
    };

    std::atomic<int> id_{kNone};
    std::atomic<std::uint32_t> generation_{0};
    std::atomic<std::uint64_t> rings_{0};
    std::atomic<std::uint64_t> features_{0};
    std::array<Busy, 2> sides_;
};

}  // namespace sealane::port
