#include "control/runtime/conductor.h"

#include <algorithm>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "control/runtime/clock.h"
#include "dataplane/base/check.h"

namespace sealane::runtime {

Conductor::Conductor(Settings settings, rte_mempool* frames)
    : look_(settings.look),
      clock_(std::move(settings.clock)),
      draw_(std::move(settings.draw)),
      hypervisor_(std::move(settings.hypervisor)),
      bell_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    for (SeaSide::Settings& sea : settings.seas) {
        const SeaSide::Surrounding around{*hypervisor_, journal_, frames, draw_};
        sides_.push_back(std::make_unique<SeaSide>(std::move(sea), around, clock_()));
    }
}

Conductor::~Conductor() {
    stopping_ = true;
    ring();
    if (thread_.joinable()) thread_.join();
    end();
    close(bell_);
}

void Conductor::start() {
    SEALANE_CHECK(!thread_.joinable(), "a conductor was started twice");
    thread_ = std::thread([this] { loop(); });
}

SeaSide* Conductor::find(const std::string& sea) const {
    const auto found = std::ranges::find_if(
        sides_, [&](const auto& side) { return side->settings().name == sea; });
    return found == sides_.end() ? nullptr : found->get();
}

void Conductor::between_turns(const std::function<void()>& work) {
    const std::lock_guard lock(mutex_);
    work();
}

std::optional<SeaStanding> Conductor::standing(const std::string& sea) const {
    const std::lock_guard lock(mutex_);
    const SeaSide* const side = find(sea);
    if (side == nullptr) return std::nullopt;
    const failover::Agent& agent = side->agent();
    return SeaStanding{.config = agent.config(),
                       .state = agent.state(),
                       .bridge_mode = agent.bridge_mode(),
                       .heard = agent.hearing().counters(),
                       .said = agent.speaking().counters(),
                       .announced = side->announced(),
                       .unsent = side->unsent()};
}

bool Conductor::set_mode(const std::string& sea, ha::Mode mode) {
    const std::lock_guard lock(mutex_);
    SeaSide* const side = find(sea);
    if (side == nullptr || side->agent().config().mode == mode) return false;
    now_ = clock_();
    side->set_mode(mode, now_);
    ring();
    return true;
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
        const worker::Worker& worker = *side->settings().worker;
        while (worker.progress() == 0 && !stopping_.load(std::memory_order_relaxed)) {
            wait_for(std::chrono::milliseconds{1});
        }
    }
}

void Conductor::begin() {
    now_ = clock_();
    has_begun_ = true;
    // Of its link first: a SEA that hears of a slot before it knows would be one without a link.
    for (const auto& side : sides_) {
        side->look(now_);
    }
    hypervisor_->begin(now_);
}

void Conductor::end() {
    if (!has_begun_) return;
    now_ = clock_();
    for (const auto& side : sides_) {
        side->stop(now_);
    }
}

void Conductor::drive() {
    SEALANE_CHECK(!thread_.joinable(), "a conductor with a thread was driven");
    if (!has_begun_) begin();
    turn();
}

void Conductor::loop() {
    wait_for_workers();
    {
        const std::lock_guard lock(mutex_);
        begin();
    }
    while (!stopping_.load(std::memory_order_relaxed)) {
        {
            const std::lock_guard lock(mutex_);
            turn();
        }
        rest();
    }
}

/// The hypervisor first: what it has seen goes before what SEAs want of it.
void Conductor::turn() {
    now_ = clock_();
    hypervisor_->look(now_);
    deliver_all();
    for (const auto& side : sides_) {
        side->look(now_);
        deliver_all();
        side->announce_due(now_);
        deliver_all();
    }
    if (!hypervisor_->is_there()) lost_.store(true, std::memory_order_relaxed);
}

/// News to whom they are for, one overload each.
struct Conductor::Deliverer {
    Conductor& around;

    void operator()(const failover::SlotNews& it) const {
        if (SeaSide* const side = find(it.sea)) side->hear(it.change, around.now_);
    }
    void operator()(hypercall::ClientList& it) const {
        if (SeaSide* const side = find(it.sea)) side->hear(std::move(it.clients), it.last);
    }
    void operator()(failover::Occurrence& it) const { around.journal_.add(std::move(it)); }

    [[nodiscard]] SeaSide* find(failover::SeaIndex sea) const {
        const auto found = std::ranges::find_if(
            around.sides_, [&](const auto& side) { return side->settings().index == sea; });
        return found == around.sides_.end() ? nullptr : found->get();
    }
};

/// What an agent hears may make it call, and the call may have news.
void Conductor::deliver_all() {
    for (;;) {
        std::vector<HypervisorNews> news = hypervisor_->take();
        if (news.empty()) return;
        for (HypervisorNews& one : news) {
            std::visit(Deliverer{*this}, one);
        }
    }
}

Instant Conductor::next() const {
    const std::lock_guard lock(mutex_);
    Instant next = std::min(now_ + look_, hypervisor_->next());
    for (const auto& side : sides_) {
        next = std::min(next, side->next());
    }
    return next;
}

void Conductor::rest() {
    std::vector<pollfd> waiting{{.fd = bell_, .events = POLLIN, .revents = 0}};
    bool nothing_there = true;
    if (hypervisor_->is_there())
        waiting.push_back({.fd = hypervisor_->wake_descriptor(), .events = POLLIN, .revents = 0});
    for (const auto& side : sides_) {
        port::Port* const channel = side->settings().control_channel;
        nothing_there = channel->prepare_to_sleep() && nothing_there;
        waiting.push_back({.fd = channel->wake_descriptor(), .events = POLLIN, .revents = 0});
    }
    if (nothing_there) {
        const Duration left = std::max(next() - clock_(), Duration{});
        const timespec limit{.tv_sec = left / std::chrono::seconds{1},
                             .tv_nsec = (left % std::chrono::seconds{1}).count()};
        [[maybe_unused]] const int woken =
            ppoll(waiting.data(), waiting.size(), &limit, nullptr);  // any outcome: go on
    }
    for (const auto& side : sides_) {
        side->settings().control_channel->awake();
    }
    std::uint64_t rung = 0;
    [[maybe_unused]] const ssize_t drained = read(bell_, &rung, sizeof rung);  // EAGAIN: not rung
}

void Conductor::ring() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t rung = write(bell_, &one, sizeof one);  // EAGAIN: rung already
}

}  // namespace sealane::runtime
