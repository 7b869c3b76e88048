// The hypervisor as the SEAs of this process see it: next door, or in a process of its own.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "control/failover/journal.h"
#include "control/failover/slot_keeper.h"
#include "control/hypercall/client.h"
#include "control/hypercall/server.h"
#include "dataplane/worker/quiescence.h"

namespace sealane::runtime {

/// What the hypervisor says: how a slot stands, which clients there are, what happened.
using HypervisorNews =
    std::variant<failover::SlotNews, hypercall::ClientList, failover::Occurrence>;

/// One small set of calls (design 5).  None waits: what a call has led to is among the news, after
/// it has returned.
///
/// Threads: one, but for what is borrowed.
class Hypervisor {
  public:
    Hypervisor() = default;
    Hypervisor(const Hypervisor&) = delete;
    Hypervisor& operator=(const Hypervisor&) = delete;
    virtual ~Hypervisor() = default;

    /// The first of the other calls, once the SEAs of this process are ready to hear.
    virtual void begin(Instant now) = 0;
    /// Looks at what has come and at what has ended.
    virtual void look(Instant now) = 0;
    /// What it has had to say since the last time, in its order.
    [[nodiscard]] std::vector<HypervisorNews> take() { return std::exchange(news_, {}); }

    virtual void call(failover::SeaIndex sea, hypercall::Call call, ha::TrunkSet trunks) = 0;
    virtual void list_clients(failover::SeaIndex sea, ha::TrunkSet trunks) = 0;

    /// When to look at the latest.
    [[nodiscard]] virtual Instant next() const { return Instant::max(); }
    /// Readable (poll) when look() has something to do; -1: there is none.
    [[nodiscard]] virtual int wake_descriptor() const { return -1; }
    /// False: it is gone, for good.
    [[nodiscard]] virtual bool is_there() const { return true; }

  protected:
    std::vector<HypervisorNews> news_;
};

/// The hypervisor in this process: for SEAs here, and over a socket for those of VIOSes in
/// processes of their own.
class OwnHypervisor final : public Hypervisor, private failover::Traffic {
  public:
    struct Sea {
        std::string name;                 ///< Qualified.
        std::vector<std::string> trunks;  ///< Names of its trunk adapters, by place.
        /// How far its dataplane has come; empty: it is in a process of its own.
        std::function<std::uint64_t()> progress;
        std::function<std::vector<failover::ClientAddress>(ha::TrunkSet)> clients;
    };
    struct Settings {
        std::vector<Sea> seas;  ///< By SeaIndex.
        std::vector<failover::Contender> contenders;
        worker::Quiescence& quiescence;  ///< Of the switch's workers.
        /// How often the switch found nothing at a trunk adapter.
        std::function<std::uint64_t(AdapterId)> empty_polls;
        /// Of the SEAs here, by AdapterId of the trunk (sea::Permit::answer).
        std::span<const std::atomic<std::uint64_t>> answers;
        std::unique_ptr<hypercall::Server> server;  ///< Null: all SEAs are here.
    };

    OwnHypervisor(Settings settings, hvswitch::SlotTable& slots);

    void begin(Instant now) override;
    void look(Instant now) override;
    void call(failover::SeaIndex sea, hypercall::Call call, ha::TrunkSet trunks) override;
    void list_clients(failover::SeaIndex sea, ha::TrunkSet trunks) override;
    [[nodiscard]] Instant next() const override {
        return keeper_.is_handing_over() ? now_ + kBetweenSteps : Instant::max();
    }
    [[nodiscard]] int wake_descriptor() const override {
        return server_ ? server_->descriptor() : -1;
    }

  private:
    struct Hearer;

    /// A hand-over takes some five steps, and frames wait in a SEA meanwhile.
    static constexpr Duration kBetweenSteps = std::chrono::microseconds{100};

    std::uint64_t mark() override { return quiescence_.mark(); }
    bool have_passed(std::uint64_t mark) override { return quiescence_.has_passed(mark); }
    std::uint64_t answer(const failover::Contender& of) override;
    std::uint64_t empty_polls(AdapterId trunk) override { return empty_polls_(trunk); }

    [[nodiscard]] bool is_here(failover::SeaIndex sea) const {
        return static_cast<bool>(seas_[sea.value].progress);
    }
    void serve();
    void deliver(const failover::SlotKeeper::News& news);
    void note_slot(const failover::SlotNews& news);
    void note(std::string about, std::string kind, std::string what, std::string cause);
    void for_each_of(const std::string& partition,
                     const std::function<void(failover::SeaIndex)>& deed) const;

    std::vector<Sea> seas_;
    worker::Quiescence& quiescence_;
    std::function<std::uint64_t(AdapterId)> empty_polls_;
    std::span<const std::atomic<std::uint64_t>> answers_;
    failover::SlotKeeper keeper_;
    std::unique_ptr<hypercall::Server> server_;
    std::set<std::string> holders_;  ///< Trunk adapters of other processes that have their slot.
    Instant now_{};
};

/// The hypervisor in another process.
class FarHypervisor final : public Hypervisor {
  public:
    explicit FarHypervisor(hypercall::Client& client) : client_(client) {}

    void begin(Instant /*now*/) override {}
    void look(Instant now) override;
    void call(failover::SeaIndex sea, hypercall::Call call, ha::TrunkSet trunks) override {
        client_.call(sea, call, trunks);
    }
    void list_clients(failover::SeaIndex sea, ha::TrunkSet trunks) override {
        client_.list_clients(sea, trunks);
    }
    [[nodiscard]] int wake_descriptor() const override { return client_.descriptor(); }
    [[nodiscard]] bool is_there() const override { return is_there_; }

  private:
    hypercall::Client& client_;
    bool is_there_ = true;
};

}  // namespace sealane::runtime
