// Any port behind a bad wire: loses, delays, doubles and spoils frames as it is told (design 7).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include <rte_mempool.h>

#include "dataplane/port/port.h"
#include "dataplane/wire/bad_wire.h"

namespace sealane::port {

/// Stands before a port.  The laws of counters hold of what passes here: a frame that is lost on
/// the way in came in and was dropped (Impaired), one that comes in twice came in twice; a second
/// one on the way out is a copy made and offered here; what is under way outward is pending. Copies
/// and spoilt frames are made of buffers of `frames`; where there is none, the frame passes as it
/// is.
///
/// Frames on the way out leave within a millisecond of their time, those on the way in when the
/// worker looks.  What would be more than kMostHeld
/// buffers under way in one direction is lost (Impaired).
///
/// Threads: as Port; change(), impairments() and count() are for any.
class ImpairedPort final : public Port {
  public:
    static constexpr std::uint32_t kMostHeld = 4096;  ///< Buffers.

    struct Settings {
        Impairments impairments;
        std::uint64_t seed = 1;
        Instant (*now)() = nullptr;  ///< The clock, read once a burst.
    };

    /// `port` and `frames` outlive it.
    ImpairedPort(Port& port, rte_mempool* frames, const Settings& settings);
    ~ImpairedPort() override;

    /// Takes effect at the next service().
    void change(const Impairments& impairments);
    /// As last changed.
    [[nodiscard]] Impairments impairments() const;
    /// Events of frames that came in, or that went out.
    [[nodiscard]] std::uint64_t count(Direction direction, wire::WireEvent event) const;

    std::uint16_t receive(rte_mbuf** frames, std::uint16_t room, Tally& tally) override;
    void send(rte_mbuf** frames, std::uint16_t count, Tally& tally) override;
    void service(Instant now, Tally& tally) override;
    [[nodiscard]] int wake_descriptor() const override { return port_.wake_descriptor(); }
    bool prepare_to_sleep() override;
    void awake() override { port_.awake(); }
    [[nodiscard]] bool is_up() const override {
        return !link_down_.load(std::memory_order_relaxed) && port_.is_up();
    }
    [[nodiscard]] PortTraits traits() const override { return port_.traits(); }
    [[nodiscard]] Offloads offloads() const override { return port_.offloads(); }
    [[nodiscard]] PortState state() const override;
    Status set_link(bool up) override { return port_.set_link(up); }

  private:
    struct Held {
        Instant due;
        std::uint64_t number;  ///< Of those due at once, which came first.
        rte_mbuf* frame;
    };
    /// One way: the wire and what is on it, the next to arrive first.
    struct Way {
        Way(const Impairment& impairment, std::uint64_t seed) : wire(impairment, seed) {}
        wire::BadWire wire;
        std::vector<Held> held;
        std::uint64_t numbers = 0;
        std::uint32_t buffers = 0;           ///< Of all of `held`.
        std::atomic<std::size_t> length{0};  ///< Of `held`, for other threads.

        bool hold(rte_mbuf* frame, Instant due);
        /// The next that is due, or null.
        rte_mbuf* take(Instant now);
        [[nodiscard]] bool is_idle() const;
    };

    void take_in(rte_mbuf* frame, Instant now, Tally& tally);
    void take_out(rte_mbuf* frame, Instant now, Tally& tally);
    void let_out(Instant now, Tally& tally);
    [[nodiscard]] rte_mbuf* spoilt(rte_mbuf* frame, const wire::Passage& passage) const;

    Port& port_;
    rte_mempool* frames_;
    Instant (*now_)();
    Way in_, out_;
    std::atomic<bool> link_down_;
    mutable std::mutex asked_lock_;
    Impairments asked_;
    std::atomic<bool> was_asked_{false};
};

}  // namespace sealane::port
