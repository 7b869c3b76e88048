// Two ends joined by a pair of single-producer, single-consumer rings of mbuf pointers: an
// in-process client and the switch, or a trunk adapter and its SEA.  Nothing is copied.
#pragma once

#include <cstdint>
#include <memory>

#include "dataplane/base/result.h"
#include "dataplane/port/port.h"

namespace sealane::port {

class RingChannel;

/// One end.  What one end sends, the other receives.  Each end belongs to one thread for receiving;
/// senders to one end are serialised by its Outlet.
class RingEnd final : public Port {
  public:
    RingEnd(RingChannel& out, RingChannel& in, PortTraits traits, Offloads offloads)
        : out_(out), in_(in), traits_(traits), offloads_(offloads) {}

    /// Of the flags of a frame in a ring for clients only a tag beside it and what offload.h lets a
    /// sender claim are kept.
    std::uint16_t receive(rte_mbuf** frames, std::uint16_t room, Tally& tally) override;
    void send(rte_mbuf** frames, std::uint16_t count, Tally& tally) override;
    [[nodiscard]] int wake_descriptor() const override;
    bool prepare_to_sleep() override;
    void awake() override;
    [[nodiscard]] bool is_up() const override;
    [[nodiscard]] PortTraits traits() const override { return traits_; }
    [[nodiscard]] Offloads offloads() const override { return offloads_; }
    [[nodiscard]] PortState state() const override;

    /// Frames that wait to be received at this end.  Any thread; exact only while nothing moves.
    [[nodiscard]] std::size_t waiting() const;

    /// This end stops (false) or starts (true) receiving: while it doesn't, what the other end
    /// sends is dropped there as port_down.  Both ends start open.  Any thread.
    void set_open(bool open);

  private:
    RingChannel& out_;
    RingChannel& in_;
    PortTraits traits_;
    Offloads offloads_;
};

/// Owns both ends and the rings between them; frees the frames still in the rings.
class RingPair {
  public:
    static constexpr std::uint32_t kAnyNumber = INT32_MAX;

    /// `size` is a power of two; a ring takes size - 1 frames, of `most_buffers` buffers together.
    /// With `tag_beside` tags travel beside the frames (the form inside the product), else in the
    /// bytes (what a client expects).  `offloads` are what the receivers at both ends finish
    /// themselves.
    [[nodiscard]] static Result<std::unique_ptr<RingPair>> make(
        std::uint32_t size,
        bool tag_beside,
        Offloads offloads = {},
        std::uint32_t most_buffers = kAnyNumber);

    RingPair(std::unique_ptr<RingChannel> there,
             std::unique_ptr<RingChannel> back,
             bool tag_beside,
             Offloads offloads);
    ~RingPair();

    [[nodiscard]] RingEnd& near() { return near_; }
    [[nodiscard]] RingEnd& far() { return far_; }

  private:
    std::unique_ptr<RingChannel> there_, back_;
    RingEnd near_, far_;
};

}  // namespace sealane::port
