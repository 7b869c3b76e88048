#include "control/runtime/sea_side.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <rte_mbuf.h>

#include "dataplane/port/frame.h"
#include "dataplane/wire/rarp.h"

namespace sealane::runtime {
namespace {

/// What a worker does at once is done by then.
constexpr Duration kSoon = std::chrono::microseconds{200};

}  // namespace

SeaSide::SeaSide(Settings settings, const Surrounding& around, Instant now)
    : settings_(std::move(settings)),
      around_(around),
      agent_(settings_.agent, *this, *this, now),
      now_(now) {
    if (settings_.ping) pinger_.emplace(*settings_.ping);
}

std::uint64_t SeaSide::announced() const {
    AdapterTotals sum;
    sum.add(announced_);
    return sum.tx_frames;
}

std::uint64_t SeaSide::unsent() const {
    AdapterTotals sum;
    sum.add(announced_);
    sum.add(emitted_);
    return sum.dropped(Direction::Out) + unmade_;
}

void SeaSide::look(Instant now) {
    now_ = now;
    agent_.set_progress(settings_.worker->progress(), now);
    look_at_link(now);
    if (pinger_) ping(now);
    hear_control_channel(now);
    if (now >= agent_.wake()) agent_.tell(ha::Wake{}, now);
}

SeaSide::~SeaSide() {
    if (reset_.is_down()) set_link(true);
}

void SeaSide::look_at_link(Instant now) {
    switch (reset_.take(agent_.bridge_mode() != ha::BridgeMode::None, now)) {
        case failover::LinkDeed::TakeDown:
            set_link(false);
            break;
        case failover::LinkDeed::BringUp:
            set_link(true);
            break;
        case failover::LinkDeed::Leave:
            break;
    }
    const bool up = settings_.real->is_up();
    if (reset_.hides(up, now) || link_ == up) return;
    link_ = up;
    agent_.tell(ha::Link{up}, now);
}

void SeaSide::set_link(bool up) {
    const Status set = settings_.real->set_link(up);
    if (set) {
        note("reset",
             std::string("the real adapter's link is ") + (up ? "up again" : "taken down"),
             "adapter_reset: the switch outside is to forget what it learned there");
        return;
    }
    if (!up) reset_.give_up();
    note("alarm", "adapter_reset", set.error().text);
}

void SeaSide::set_mode(ha::Mode mode, Instant now) {
    now_ = now;
    note("command", "ha_mode " + std::string(failover::name_of(mode)), "somebody asked");
    agent_.set_mode(mode, now);
}

void SeaSide::stop(Instant now) {
    now_ = now;
    agent_.tell(ha::Stop{}, now);
}

void SeaSide::hear(const ha::SlotChanged& change, Instant now) {
    now_ = now;
    // Whoever has the slot now announces its clients; a word of ours would take them away again.
    if (change.owner != ha::Owner::Me) {
        ha::TrunkSet gone;
        gone.add(change.trunk);
        announcer_.stop(gone);
        announcing_ = announcing_ - gone;
    }
    agent_.tell(change, now);
}

Instant SeaSide::next() const {
    Instant due = std::min({agent_.wake(), announcer_.next(), reset_.next()});
    if (pinger_) due = std::min(due, pinger_->next());
    return announcing_.empty() ? due : std::min(due, now_ + kSoon);
}

void SeaSide::hear(std::vector<failover::ClientAddress> clients, bool last) {
    if (last && questions_ > 0) --questions_;
    std::erase_if(clients, [this](const failover::ClientAddress& client) {
        return agent_.state().slots[client.place].owner != ha::Owner::Me;  // lost since it asked
    });
    announcer_.add(clients);
}

/// Calls `hear` for what waits at a port, a burst at most: bytes of at most a message and one,
/// since a longer frame must not look like one.
template <typename Hear>
void SeaSide::for_each_frame(port::Port& port, Hear&& hear) {
    std::array<rte_mbuf*, 32> frames;
    port::Tally tally(emitted_);
    const std::uint16_t count = port.receive(frames.data(), frames.size(), tally);
    for (rte_mbuf* const frame : std::span(frames).first(count)) {
        std::array<std::uint8_t, ha::kFrameLength + 1> joined;
        const auto length = std::min<std::uint32_t>(frame->pkt_len, joined.size());
        const void* const bytes = rte_pktmbuf_read(frame, 0, length, joined.data());
        hear(std::span(static_cast<const std::uint8_t*>(bytes), length));
        rte_pktmbuf_free(frame);
    }
}

void SeaSide::hear_control_channel(Instant now) {
    port::Tally tally(emitted_);
    settings_.control_channel->service(now, tally);
    for_each_frame(*settings_.control_channel, [&](std::span<const std::uint8_t> frame) {
        agent_.hear(frame, now, around_.draw());
    });
}

void SeaSide::ping(Instant now) {
    const bool before = pinger_->answers();
    const auto say = [&](std::span<const std::uint8_t> frame) {
        emit(*settings_.voice, emitted_, frame, {});
    };
    for_each_frame(*settings_.voice, [&](std::span<const std::uint8_t> frame) {
        if (const auto answer = pinger_->hear(frame)) say(*answer);
    });
    for (const failover::Pinger::Frame& frame : pinger_->take(now)) {
        say(frame);
    }
    if (pinger_->answers() != before) agent_.tell(ha::Reachability{pinger_->answers()}, now);
}

void SeaSide::announce_due(Instant now) {
    if (const ha::TrunkSet due = announcer_.take_round(now); !due.empty()) {
        around_.hypervisor.list_clients(settings_.index, due);
        ++questions_;
    }
    for (const failover::ClientAddress& client : announcer_.take(now)) {
        taken_in_.reset();
        const bool tagged = client.vlan != settings_.untagged;
        emit(*settings_.voice,
             announced_,
             wire::make_rarp(client.mac),
             tagged ? std::optional(client.vlan) : std::nullopt);
    }
    tell_announced(now);
}

/// To the hypervisor, which waits for it in a hand-over; at other times it means nothing.
void SeaSide::tell_announced(Instant now) {
    now_ = now;
    const bool all_asked = questions_ == 0 && announcer_.next() > now;
    if (announcing_.empty() || !all_asked || announcer_.is_speaking()) return;
    if (settings_.heard->waiting() > 0) return;
    // What the worker has taken it has sent once the turn that it was in is over.
    const std::uint64_t turns = settings_.worker->progress();
    if (!taken_in_) taken_in_ = turns;
    if (turns == *taken_in_) return;
    call(hypercall::Call::Announced, announcing_);
    announcing_ = {};
}

void SeaSide::note(std::string_view kind, std::string what, std::string_view cause) {
    around_.journal.add({.at = now_,
                         .sea = settings_.name,
                         .kind = std::string(kind),
                         .what = std::move(what),
                         .cause = std::string(cause)});
}

void SeaSide::emit(port::Port& to,
                   AdapterCounters& counters,
                   std::span<const std::uint8_t> bytes,
                   std::optional<VlanId> tag) {
    rte_mbuf* frame = rte_pktmbuf_alloc(around_.frames);
    if (frame == nullptr) {  // said again: a keep-alive later, or in a second
        ++unmade_;
        return;
    }
    std::memcpy(rte_pktmbuf_append(frame, static_cast<std::uint16_t>(bytes.size())),
                bytes.data(),
                bytes.size());
    if (tag) port::set_tag_beside(frame, wire::Tci{tag->value});
    port::Tally tally(counters);
    to.send(&frame, 1, tally);
}

}  // namespace sealane::runtime
