#include "control/runtime/conductor.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <rte_mbuf.h>

#include "control/runtime/clock.h"
#include "dataplane/base/check.h"
#include "dataplane/port/frame.h"
#include "dataplane/wire/rarp.h"

namespace sealane::runtime {

/// One SEA's agent with what it needs of the world.  In this process the hypervisor is next door: a
/// call is a call, and its news wait until the agent has done all it wanted.
class Conductor::Side final : public failover::HypervisorCalls, public failover::Surroundings {
  public:
    Side(Conductor& around, std::size_t index, Sea sea)
        : around_(around),
          index_{index},
          sea_(std::move(sea)),
          agent_(sea_.agent, *this, *this, now()) {}

    [[nodiscard]] const Sea& sea() const { return sea_; }
    [[nodiscard]] failover::SeaIndex index() const { return index_; }
    [[nodiscard]] failover::Agent& agent() { return agent_; }
    [[nodiscard]] const failover::Agent& agent() const { return agent_; }
    [[nodiscard]] std::uint64_t unsent() const;
    [[nodiscard]] Instant next() const { return std::min(agent_.wake(), announcer_.next()); }

    /// The hypervisor says how one of its slots stands.
    void hear(const ha::SlotChanged& change, Instant now);
    /// What has happened to it since the last turn.
    void look(Instant now);
    void announce_due(Instant now);

    void acquire(ha::TrunkSet trunks) override {
        around_.deliver(around_.keeper_.acquire(index_, trunks, around_.now_));
    }
    void hand_over(ha::TrunkSet trunks) override {
        around_.deliver(around_.keeper_.hand_over(index_, trunks));
    }
    void withdraw(ha::TrunkSet trunks) override {
        around_.deliver(around_.keeper_.withdraw(index_, trunks));
    }
    void release(ha::TrunkSet trunks) override {
        around_.deliver(around_.keeper_.release(index_, trunks));
    }

    void send(const ha::Frame& frame) override {
        if (sea_.control_channel != nullptr) emit(*sea_.control_channel, frame, {});
    }
    void announce(ha::TrunkSet trunks) override { announcer_.begin(trunks, around_.now_); }
    void reset_adapter() override {}  // no real adapter here can be reset without losing its port
    void note(std::string_view kind, std::string what, std::string_view cause) override {
        around_.journal_.add({.at = around_.now_,
                              .sea = sea_.name,
                              .kind = std::string(kind),
                              .what = std::move(what),
                              .cause = std::string(cause)});
    }

  private:
    void hear_all(Instant now);
    void emit(port::RingEnd& to, std::span<const std::uint8_t> bytes, std::optional<VlanId> tag);

    Conductor& around_;
    failover::SeaIndex index_;
    Sea sea_;
    failover::Agent agent_;
    failover::Announcer announcer_;
    std::optional<bool> link_;
    AdapterCounters emitted_;  ///< What became of own frames at the rings' ends.
    std::uint64_t unmade_ = 0;
};

std::uint64_t Conductor::Side::unsent() const {
    AdapterTotals sum;
    sum.add(emitted_);
    std::uint64_t dropped = 0;
    for (const std::uint64_t frames : sum.drops[static_cast<std::size_t>(Direction::Out)]) {
        dropped += frames;
    }
    return dropped + unmade_;
}

void Conductor::Side::look(Instant now) {
    agent_.set_progress(sea_.worker->progress());
    if (const bool up = sea_.real->is_up(); link_ != up) {
        link_ = up;
        agent_.tell(ha::Link{up}, now);
    }
    hear_all(now);
    if (now >= agent_.wake()) agent_.tell(ha::Wake{}, now);
}

void Conductor::Side::hear(const ha::SlotChanged& change, Instant now) {
    // Whoever has the slot now announces its clients; a word of ours would take them away again.
    if (change.owner != ha::Owner::Me) {
        ha::TrunkSet gone;
        gone.add(change.trunk);
        announcer_.stop(gone);
    }
    agent_.tell(change, now);
}

void Conductor::Side::hear_all(Instant now) {
    if (sea_.control_channel == nullptr) return;
    std::array<rte_mbuf*, 32> frames;
    port::Tally tally(emitted_);
    const std::uint16_t count = sea_.control_channel->receive(frames.data(), frames.size(), tally);
    for (rte_mbuf* const frame : std::span(frames).first(count)) {
        // One byte more than a message has: a longer frame must not look like one.
        std::array<std::uint8_t, ha::kFrameLength + 1> joined;
        const auto length = std::min<std::uint32_t>(frame->pkt_len, joined.size());
        const void* const bytes = rte_pktmbuf_read(frame, 0, length, joined.data());
        agent_.hear({static_cast<const std::uint8_t*>(bytes), length}, now, around_.draw_());
        rte_pktmbuf_free(frame);
    }
}

void Conductor::Side::announce_due(Instant now) {
    if (const ha::TrunkSet due = announcer_.take_round(now); !due.empty()) {
        announcer_.add(sea_.clients(due));
    }
    for (const failover::ClientAddress& client : announcer_.take(now)) {
        const bool tagged = client.vlan != sea_.untagged;
        emit(*sea_.voice,
             wire::make_rarp(client.mac),
             tagged ? std::optional(client.vlan) : std::nullopt);
    }
}

void Conductor::Side::emit(port::RingEnd& to,
                           std::span<const std::uint8_t> bytes,
                           std::optional<VlanId> tag) {
    rte_mbuf* frame = rte_pktmbuf_alloc(around_.frames_);
    if (frame == nullptr) {  // said again: a keep-alive later, or in a second
        ++unmade_;
        return;
    }
    std::memcpy(rte_pktmbuf_append(frame, static_cast<std::uint16_t>(bytes.size())),
                bytes.data(),
                bytes.size());
    if (tag) port::set_tag_beside(frame, wire::Tci{tag->value});
    port::Tally tally(emitted_);
    to.send(&frame, 1, tally);
}

Conductor::Conductor(Settings settings, hvswitch::SlotTable& slots, rte_mempool* frames)
    : look_(settings.look),
      draw_(std::move(settings.draw)),
      frames_(frames),
      keeper_(std::move(settings.contenders), settings.seas.size(), slots),
      bell_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    for (Sea& sea : settings.seas) {
        sides_.push_back(std::make_unique<Side>(*this, sides_.size(), std::move(sea)));
    }
}

Conductor::~Conductor() {
    stopping_ = true;
    ring();
    if (thread_.joinable()) thread_.join();
    close(bell_);
}

void Conductor::start() {
    SEALANE_CHECK(!thread_.joinable(), "a conductor was started twice");
    thread_ = std::thread([this] { loop(); });
}

std::optional<SeaStanding> Conductor::standing(const std::string& sea) const {
    const std::lock_guard lock(mutex_);
    for (const auto& side : sides_) {
        if (side->sea().name != sea) continue;
        const failover::Agent& agent = side->agent();
        return SeaStanding{.config = agent.config(),
                           .state = agent.state(),
                           .bridge_mode = agent.bridge_mode(),
                           .heard = agent.hearing().counters(),
                           .said = agent.speaking().counters(),
                           .unsent = side->unsent()};
    }
    return std::nullopt;
}

bool Conductor::set_mode(const std::string& sea, ha::Mode mode) {
    const std::lock_guard lock(mutex_);
    for (const auto& side : sides_) {
        if (side->sea().name != sea || side->agent().config().mode == mode) continue;
        now_ = now();
        side->note("command", "ha_mode " + std::string(failover::name_of(mode)), "somebody asked");
        side->agent().set_mode(mode, now_);
        ring();
        return true;
    }
    return false;
}

std::vector<failover::Occurrence> Conductor::occurrences(std::uint64_t after) const {
    const std::lock_guard lock(mutex_);
    std::vector<failover::Occurrence> found;
    std::ranges::copy_if(journal_.kept(), std::back_inserter(found), [&](const auto& one) {
        return one.number > after;
    });
    return found;
}

/// A port knows of its link once its worker has served it.
void Conductor::wait_for_workers() const {
    for (const auto& side : sides_) {
        while (side->sea().worker->progress() == 0 && !stopping_.load(std::memory_order_relaxed)) {
            wait_for(std::chrono::milliseconds{1});
        }
    }
}

void Conductor::loop() {
    wait_for_workers();
    {
        const std::lock_guard lock(mutex_);
        now_ = now();
        for (const auto& side : sides_) {
            deliver(keeper_.connect(side->index()));
        }
    }
    while (!stopping_.load(std::memory_order_relaxed)) {
        {
            const std::lock_guard lock(mutex_);
            turn();
        }
        rest();
    }
    const std::lock_guard lock(mutex_);
    now_ = now();
    for (const auto& side : sides_) {
        side->agent().tell(ha::Stop{}, now_);
    }
}

/// The hypervisor first: what it has seen goes before what SEAs want of it.
void Conductor::turn() {
    now_ = now();
    std::vector<std::uint64_t> progress;
    for (const auto& side : sides_) {
        progress.push_back(side->sea().worker->progress());
    }
    deliver(keeper_.observe(progress, now_));
    deliver_all();
    for (const auto& side : sides_) {
        side->look(now_);
        deliver_all();
        side->announce_due(now_);
    }
}

void Conductor::deliver(failover::SlotKeeper::News news) {
    news_.insert(news_.end(), news.begin(), news.end());
}

void Conductor::deliver_all() {
    while (!news_.empty()) {
        const failover::SlotNews next = news_.front();
        news_.pop_front();
        sides_[next.sea.value]->hear(next.change, now_);
    }
}

Instant Conductor::next() const {
    const std::lock_guard lock(mutex_);
    Instant next = now_ + look_;
    for (const auto& side : sides_) {
        next = std::min(next, side->next());
    }
    return next;
}

void Conductor::rest() {
    std::vector<pollfd> waiting{{.fd = bell_, .events = POLLIN, .revents = 0}};
    bool nothing_there = true;
    for (const auto& side : sides_) {
        port::RingEnd* const channel = side->sea().control_channel;
        if (channel == nullptr) continue;
        nothing_there = channel->prepare_to_sleep() && nothing_there;
        waiting.push_back({.fd = channel->wake_descriptor(), .events = POLLIN, .revents = 0});
    }
    if (nothing_there) {
        const Duration left = std::max(next() - now(), Duration{});
        const timespec limit{.tv_sec = left / std::chrono::seconds{1},
                             .tv_nsec = (left % std::chrono::seconds{1}).count()};
        [[maybe_unused]] const int woken =
            ppoll(waiting.data(), waiting.size(), &limit, nullptr);  // any outcome: go on
    }
    for (const auto& side : sides_) {
        if (port::RingEnd* const channel = side->sea().control_channel) channel->awake();
    }
    std::uint64_t rung = 0;
    [[maybe_unused]] const ssize_t drained = read(bell_, &rung, sizeof rung);  // EAGAIN: not rung
}

void Conductor::ring() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t rung = write(bell_, &one, sizeof one);  // EAGAIN: rung already
}

}  // namespace sealane::runtime
