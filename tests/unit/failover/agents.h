// Two agents, the hypervisor's slots and a control channel between them, on one clock: what runs in
// the product, but for threads and ports.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "control/failover/agent.h"
#include "control/failover/announcer.h"
#include "control/failover/slot_keeper.h"
#include "dataplane/wire/bad_wire.h"
#include "hvswitch/rules/slot.h"

namespace sealane::failover {

using namespace std::chrono_literals;

inline constexpr Duration kLease = 100ms;

struct Note {
    std::string kind, what, cause;
};

/// Frames are where they go at once, and every SEA answers at once.
class Swift final : public Traffic {
  public:
    explicit Swift(const hvswitch::SlotTable& shown) : shown_(shown) {}
    std::uint64_t mark() override { return 0; }
    bool have_passed(std::uint64_t /*mark*/) override { return true; }
    std::uint64_t answer(const Contender& of) override { return shown_.word(of.slot)->load(); }
    std::uint64_t empty_polls(AdapterId /*trunk*/) override { return ++polls_; }

  private:
    const hvswitch::SlotTable& shown_;
    std::uint64_t polls_ = 0;
};

struct Agents {
    /// One SEA: an agent and what it did.
    class Side final : public HypervisorCalls, public Surroundings {
      public:
        Side(Agents& of, std::size_t index) : of_(of), index_(index) {}

        void acquire(ha::TrunkSet trunks) override;
        void hand_over(ha::TrunkSet trunks) override;
        void withdraw(ha::TrunkSet trunks) override;
        void release(ha::TrunkSet trunks) override;
        void send(const ha::Frame& frame) override;
        void announce(ha::TrunkSet which) override { announced.push_back(which); }
        void reset_adapter() override { ++resets; }
        void note(std::string_view kind, std::string what, std::string_view cause) override {
            notes.push_back({std::string(kind), std::move(what), std::string(cause)});
        }

        std::optional<Agent> agent;  ///< Empty: the process is dead.
        std::uint64_t progress = 0;
        bool hangs = false;  ///< Its dataplane stands still.
        std::vector<ha::TrunkSet> announced;
        std::vector<Note> notes;
        int resets = 0;

      private:
        Agents& of_;
        std::size_t index_;
    };

    /// `trunks` adapters each, of priorities 1 and 2.
    explicit Agents(std::size_t trunks = 2, ha::Mode mode = ha::Mode::Auto);
    Agents(const Agents&) = delete;
    Agents& operator=(const Agents&) = delete;

    void start(std::size_t i, std::uint64_t boot);
    void kill(std::size_t i);
    void set_link(std::size_t i, bool up) { side(i).agent->tell(ha::Link{up}, now); }
    /// Lives on for so long, by milliseconds.
    void run(Duration time);

    [[nodiscard]] Side& side(std::size_t i) { return *sides[i]; }
    [[nodiscard]] ha::Role role(std::size_t i) { return side(i).agent->state().role; }
    /// Trunk adapters of the side that workers see as active.
    [[nodiscard]] ha::TrunkSet active(std::size_t i) const;

    Instant now{1h};
    std::size_t trunks;
    ha::Mode mode;
    std::array<std::uint8_t, 2> priorities{1, 2};
    std::array<std::uint64_t, 2> vlan_digests{5, 5};
    ha::Keyring keys;
    bool discover = false;  ///< They have no control channel of their own.
    hvswitch::SlotTable slots;
    Swift traffic{slots};
    SlotKeeper keeper;
    std::deque<SlotNews> news;
    struct UnderWay {
        std::size_t to = 0;
        Instant due;
        std::vector<std::uint8_t> frame;
    };
    std::deque<UnderWay> wire;
    bool cut = false;        ///< The control channel.
    Duration least_delay{};  ///< Of a message there.
    Duration jitter{};       ///< More, by lot: later ones may come earlier.
    /// What becomes of messages on the way to each side.
    std::array<wire::BadWire, 2> channel{wire::BadWire({}, 1), wire::BadWire({}, 2)};
    std::mt19937_64 lots{22};
    std::vector<std::vector<std::uint8_t>> seen;  ///< By who listens there.
    std::array<std::unique_ptr<Side>, 2> sides;

  private:
    void deliver(const SlotKeeper::News& more) {
        news.insert(news.end(), more.begin(), more.end());
    }
    void settle();

    std::uint64_t nonce_ = 1000;
};

[[nodiscard]] inline AdapterId adapter_of(std::size_t side, std::size_t trunk) {
    return {static_cast<std::uint16_t>(side * 16 + trunk)};
}

}  // namespace sealane::failover
