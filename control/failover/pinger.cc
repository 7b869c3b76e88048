#include "control/failover/pinger.h"

#include "dataplane/wire/icmp_echo.h"

namespace sealane::failover {
namespace {

template <typename Bytes>
Pinger::Frame frame_of(const Bytes& bytes) {
    return {bytes.begin(), bytes.end()};
}

}  // namespace

Pinger::Frame Pinger::echo() const {
    return frame_of(wire::make_echo(
        {.from = settings_.own, .to = settings_.target, .id = id(), .sequence = sequence_},
        settings_.mac,
        *their_));
}

std::vector<Pinger::Frame> Pinger::take(Instant now) {
    if (now < next_) return {};
    if (!answered_ && ++missed_ >= settings_.tries) answers_ = false;
    // Whoever has been away may come back as another one.
    const bool ask = !answered_ || !their_;
    next_ = now + settings_.period;
    answered_ = false;
    ++sequence_;
    std::vector<Frame> frames;
    if (ask) {
        frames.push_back(frame_of(wire::make_arp({.kind = wire::Arp::Kind::Request,
                                                  .sender = settings_.mac,
                                                  .sender_ip = settings_.own,
                                                  .target = {},
                                                  .target_ip = settings_.target})));
    }
    if (their_) frames.push_back(echo());
    return frames;
}

std::optional<Pinger::Frame> Pinger::hear(std::span<const std::uint8_t> frame) {
    if (const auto arp = wire::parse_arp(frame)) {
        if (arp->kind == wire::Arp::Kind::Request) {
            if (arp->target_ip != settings_.own) return std::nullopt;
            return frame_of(wire::make_arp({.kind = wire::Arp::Kind::Reply,
                                            .sender = settings_.mac,
                                            .sender_ip = settings_.own,
                                            .target = arp->sender,
                                            .target_ip = arp->sender_ip}));
        }
        if (arp->sender_ip != settings_.target || arp->target_ip != settings_.own)
            return std::nullopt;
        const bool is_known = their_ == arp->sender;
        their_ = arp->sender;
        if (is_known || answered_) return std::nullopt;
        return echo();
    }
    const auto heard = wire::parse_echo(frame);
    const bool is_ours = heard && heard->reply && heard->from == settings_.target &&
                         heard->to == settings_.own && heard->id == id() &&
                         heard->sequence == sequence_;
    if (is_ours) {
        answered_ = answers_ = true;
        missed_ = 0;
    }
    return std::nullopt;
}

}  // namespace sealane::failover
