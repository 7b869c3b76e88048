// One SEA's part in a pair, running: the machine of control/ha with its ears and its mouth.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "control/failover/surroundings.h"
#include "control/failover/words.h"
#include "control/ha/hearing.h"
#include "control/ha/machine.h"
#include "control/ha/seal.h"
#include "control/ha/speaking.h"

namespace sealane::failover {

/// Between two Lives, the discovery's own heartbeats (reference powervm-network.md 3.7).
inline constexpr Duration kLiveEvery = std::chrono::seconds{1};

/// Feeds events to the machine and has its actions done, in their order, before the next event.
/// Reads no clock and draws no lot.
///
/// Ownership: borrows hypervisor and surroundings.  Threads: one.
class Agent {
  public:
    struct Settings {
        ha::Config config;
        ha::Self self;
        ha::Keyring keys;                 ///< Empty: messages are not sealed.
        std::vector<std::string> trunks;  ///< Names of its trunk adapters, by place.
        /// Of its slots; who lost one by it is tried for health_time without such a gap.  0: is
        /// not.
        Duration lease{};
        bool discovers = false;  ///< No control channel of its own: Lives go beside keep-alives.
    };

    Agent(Settings settings, HypervisorCalls& hypervisor, Surroundings& around, Instant now);

    void tell(const ha::Event& event, Instant now);
    /// A frame that the control channel brought.  `nonce` as for ha::Hearing::hear(): random, and
    /// another one at each call.
    void hear(std::span<const std::uint8_t> frame, Instant now, std::uint64_t nonce);
    /// How far the dataplane has come, at each look: it stands in messages, and if it stands still
    /// for the detection time the machine is told, and after a lost slot if it did for a lease.  By
    /// its lease alone a SEA whose dataplane hangs would lose its slots, recover, and ask for them
    /// again.
    void set_progress(std::uint64_t progress, Instant now);
    void set_mode(ha::Mode mode, Instant now);

    /// Tell it Wake then, if nothing comes before.
    [[nodiscard]] Instant wake() const { return wake_; }
    [[nodiscard]] const ha::State& state() const { return state_; }
    [[nodiscard]] const ha::Config& config() const { return settings_.config; }
    [[nodiscard]] const ha::Hearing& hearing() const { return hearing_; }
    [[nodiscard]] const ha::Speaking& speaking() const { return speaking_; }
    [[nodiscard]] ha::BridgeMode bridge_mode() const;

  private:
    struct Performer;

    void say(const ha::Statement& statement, Instant now);
    void say_alive(Instant now);
    /// What it is, outside of a statement of the machine's.
    [[nodiscard]] ha::Message about_itself();
    void answer(ha::MessageType type, std::uint64_t nonce, ha::KeyId key, Instant now);
    void speak(ha::Message message, ha::KeyId key, Instant now);
    void note_slots(const ha::State& before);
    [[nodiscard]] Circumstances circumstances(ha::Kind kind);
    /// Of a grant or refusal: it is of the request that was made last.
    [[nodiscard]] bool is_of_our_request(const ha::Message& message) const;

    Settings settings_;
    HypervisorCalls& hypervisor_;
    Surroundings& around_;
    ha::Hearing hearing_;
    ha::Speaking speaking_;
    ha::State state_;
    Instant wake_ = Instant::max();
    std::uint64_t progress_ = 0;
    Instant progressed_, looked_;      ///< When it moved, and when it was looked at, last.
    Instant lived_{};                  ///< When a Live was sent last.
    std::uint32_t our_request_ = 0;    ///< Transaction of our last sharing request.
    std::uint32_t their_request_ = 0;  ///< Of the partner's.
};

}  // namespace sealane::failover
