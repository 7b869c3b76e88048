#include "control/runtime/hypervisor.h"

#include <utility>

namespace sealane::runtime {

using failover::SeaIndex;

OwnHypervisor::OwnHypervisor(Settings settings, hvswitch::SlotTable& slots)
    : seas_(std::move(settings.seas)),
      quiescence_(settings.quiescence),
      empty_polls_(std::move(settings.empty_polls)),
      answers_(settings.answers),
      keeper_(std::move(settings.contenders), seas_.size(), slots, *this),
      server_(std::move(settings.server)) {}

void OwnHypervisor::begin(Instant now) {
    now_ = now;
    for (std::size_t i = 0; i < seas_.size(); ++i) {
        if (is_here({i})) deliver(keeper_.connect({i}));
    }
}

/// Leases first: what has ended goes before what SEAs want.
void OwnHypervisor::look(Instant now) {
    now_ = now;
    std::vector<std::uint64_t> progress;
    for (std::size_t i = 0; i < seas_.size(); ++i) {
        progress.push_back(is_here({i}) ? seas_[i].progress() : server_->progress({i}));
    }
    deliver(keeper_.observe(progress, now));
    if (server_) serve();
    deliver(keeper_.advance(now));
}

void OwnHypervisor::call(SeaIndex sea, hypercall::Call call, ha::TrunkSet trunks) {
    switch (call) {
        case hypercall::Call::Acquire:
            return deliver(keeper_.acquire(sea, trunks, now_));
        case hypercall::Call::HandOver:
            return deliver(keeper_.hand_over(sea, trunks));
        case hypercall::Call::Withdraw:
            return deliver(keeper_.withdraw(sea, trunks));
        case hypercall::Call::Release:
            return deliver(keeper_.release(sea, trunks));
        case hypercall::Call::Announced:
            return keeper_.announced(sea, trunks, now_);
    }
}

std::uint64_t OwnHypervisor::answer(const failover::Contender& of) {
    if (!is_here(of.sea)) return server_->answer(of.sea, of.adapter);
    return answers_[of.adapter.index].load(std::memory_order_acquire);
}

void OwnHypervisor::list_clients(SeaIndex sea, ha::TrunkSet trunks) {
    std::vector<failover::ClientAddress> clients = seas_[sea.value].clients(trunks);
    if (is_here(sea)) {
        news_.emplace_back(hypercall::ClientList{.sea = sea, .clients = std::move(clients)});
    } else {
        server_->tell(sea, clients);
    }
}

/// What VIOSes in processes of their own do, one overload each.
struct OwnHypervisor::Hearer {
    OwnHypervisor& around;

    void operator()(const hypercall::Came& it) const {
        around.note(it.partition, "vios", "came", "process " + std::to_string(it.pid));
        around.for_each_of(it.partition,
                           [&](SeaIndex sea) { around.deliver(around.keeper_.connect(sea)); });
    }
    void operator()(const hypercall::Gone& it) const {
        around.note(it.partition, "vios", "gone", it.why);
        around.for_each_of(it.partition, [&](SeaIndex sea) {
            for (const std::string& trunk : around.seas_[sea.value].trunks) {
                around.holders_.erase(trunk);
            }
            around.deliver(around.keeper_.disconnect(sea));
        });
    }
    void operator()(const hypercall::Wish& it) const { around.call(it.sea, it.call, it.trunks); }
    void operator()(const hypercall::Listing& it) const { around.list_clients(it.sea, it.trunks); }
};

void OwnHypervisor::serve() {
    std::vector<hypercall::Event> events;
    server_->service(events);
    for (const hypercall::Event& event : events) {
        std::visit(Hearer{*this}, event);
    }
}

void OwnHypervisor::deliver(const failover::SlotKeeper::News& news) {
    for (const failover::SlotNews& one : news) {
        if (is_here(one.sea)) {
            news_.emplace_back(one);
            continue;
        }
        server_->tell(one);
        note_slot(one);
    }
}

/// Of what its SEA is told, which may be the same again.
void OwnHypervisor::note_slot(const failover::SlotNews& news) {
    const bool has = news.change.owner == ha::Owner::Me;
    const std::string& trunk = seas_[news.sea.value].trunks[news.change.trunk];
    const bool had = holders_.contains(trunk);
    if (has == had) return;
    if (has) {
        holders_.insert(trunk);
    } else {
        holders_.erase(trunk);
    }
    note(seas_[news.sea.value].name,
         "slot",
         trunk + (has ? " has it" : " has it no more") + ", epoch " +
             std::to_string(news.change.epoch),
         has                                       ? "its SEA asked for it"
         : news.change.owner == ha::Owner::Partner ? "another SEA has it"
                                                   : "its SEA let go, or its lease ended");
}

void OwnHypervisor::note(std::string about, std::string kind, std::string what, std::string cause) {
    news_.emplace_back(failover::Occurrence{.at = now_,
                                            .sea = std::move(about),
                                            .kind = std::move(kind),
                                            .what = std::move(what),
                                            .cause = std::move(cause)});
}

void OwnHypervisor::for_each_of(const std::string& partition,
                                const std::function<void(SeaIndex)>& deed) const {
    for (std::size_t i = 0; i < seas_.size(); ++i) {
        if (seas_[i].name.starts_with(partition + "/")) deed({i});
    }
}

void FarHypervisor::look(Instant now) {
    if (!is_there_) return;
    std::vector<hypercall::Heard> heard;
    is_there_ = client_.receive(heard);
    for (hypercall::Heard& one : heard) {
        std::visit([&](auto& it) { news_.emplace_back(std::move(it)); }, one);
    }
    if (!is_there_) {
        news_.emplace_back(failover::Occurrence{.at = now,
                                                .sea = "hypervisor",
                                                .kind = "hypervisor",
                                                .what = "gone",
                                                .cause = "its connection ended"});
    }
}

}  // namespace sealane::runtime
