// Whether a control message that came in is to be believed.
//
// A seal proves that somebody with the key made a message once.  It does not prove that this was
// now, so:
//
// * within a boot of the partner the sequence grows strictly.  What is not above the last one is
//   refused, an equal one too: a message that is played over and over keeps nobody alive.
// * another boot is believed only after it has answered a challenge: a nonce that was random when
//   we sent it, so a recording can't hold it.  The challenge is not addressed: recordings of old
//   boots, as many as there may be, do not keep the true one from answering.
// * a boot that another one has followed never comes back, even if it is alive and answers: a
//   process that was stopped and is continued after its successor has started.
//
// Nothing that fails any of this changes what is believed of whom.
//
// The seal costs a microsecond, so two buckets stand before it.  Messages that name the partner's
// boot and a new sequence, or answer our nonce, draw from one; all others from the other.  Who does
// not read the control VLAN can't guess 64 random bits, so a flood of his leaves the heartbeats
// their bucket; it can only delay that a new boot is met.  Who does read it and floods with forged
// sequences takes tokens from the heartbeats: then the partner seems silent, which moves no trunk
// slot (design 5).
//
// No clock is read and no lot drawn here: `now` and nonces are given.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "control/ha/message.h"
#include "control/ha/seal.h"
#include "dataplane/base/time.h"
#include "dataplane/base/token_bucket.h"

namespace sealane::ha {

/// Who we are.
struct Self {
    MacAddress source;  ///< Of the control channel adapter.
    NodeId node;
    BootId boot;  ///< Random, drawn at start.
    PairId pair;
};

/// Seals looked at in a second at most, and how many in a row.
struct SealRate {
    std::uint32_t per_second = 0;
    std::uint32_t depth = 0;
};
/// Keep-alives come up to 100 times a second (keepalive_ms).
inline constexpr SealRate kFamiliarRate{.per_second = 2'000, .depth = 200};
inline constexpr SealRate kStrangerRate{.per_second = 200, .depth = 50};

/// Between two challenges with the same nonce, and how long it is good for: longer than the slowest
/// answer (twice the detection time each way, and the same again).
inline constexpr Duration kChallengeEvery = std::chrono::milliseconds{100};
inline constexpr Duration kNonceLife = std::chrono::seconds{10};

/// The one whom we believe.
struct Partner {
    NodeId node;
    BootId boot;
    std::uint64_t sequence = 0;  ///< Of the last message believed.
    Echo echo;                   ///< Whom it said there to hear.
    KeyId key, other_key;        ///< That it said there to hold.
    bool left = false;           ///< It was a goodbye.
    Instant heard{};

    [[nodiscard]] bool holds(KeyId id) const { return id == key || id == other_key; }
    bool operator==(const Partner&) const = default;
};

struct HearingCounters {
    std::array<std::uint64_t, kMessageTypeCount> believed{};  ///< By type.
    std::array<std::uint64_t, kRejectCount> rejected{};       ///< By reason; that of None stays 0.

    [[nodiscard]] std::uint64_t of(MessageType type) const {
        return believed[static_cast<std::size_t>(type)];
    }
    [[nodiscard]] std::uint64_t of(Reject why) const {
        return rejected[static_cast<std::size_t>(why)];
    }
    bool operator==(const HearingCounters&) const = default;
};

struct Verdict {
    Reject why = Reject::None;
    Message message;  ///< As decoded; of a message with a wrong seal only for the eye.

    /// To be sent at once, sealed with the key of `message`: a challenge, and a response, with this
    /// nonce.  Of a message that is not believed too.
    std::optional<std::uint64_t> challenge;
    std::optional<std::uint64_t> response;

    [[nodiscard]] bool is_believed() const { return why == Reject::None; }
    /// OwnMessage, OwnNode or ThirdNode, each sealed rightly: somebody should look at it.
    [[nodiscard]] bool is_alarming() const;
};

/// Owned by the thread of the control channel.  A value: it can be copied, and history with it.
class Hearing {
  public:
    /// Without `partner` the first node that answers a challenge is it, until it says goodbye.
    Hearing(const Self& self, Keyring keys, std::optional<NodeId> partner = std::nullopt);

    /// `nonce` is random, not 0, and becomes known to nobody else before it is used: when the
    /// verdict challenges with it, the next call must bring another one.
    [[nodiscard]] Verdict hear(std::span<const std::uint8_t> frame,
                               Instant now,
                               std::uint64_t nonce);

    /// What is believed stays as it is; what the partner seals must still be found in the new keys.
    void set_keys(Keyring keys) { keys_ = std::move(keys); }
    [[nodiscard]] const Keyring& keys() const { return keys_; }
    /// Any node may become the partner again, once it has answered.
    void forget_partner();

    [[nodiscard]] const std::optional<Partner>& partner() const { return partner_; }
    /// What to tell the partner: the last of it that was heard, if that was not before `since`.
    [[nodiscard]] Echo echo(Instant since) const;
    /// Whether the partner said in its last message that it hears us (H20).
    [[nodiscard]] bool is_heard() const;
    /// The key to seal with: the newer one if the partner holds it, and so on.  {}: no seal.
    [[nodiscard]] KeyId sealing_key() const;

    [[nodiscard]] const HearingCounters& counters() const { return counters_; }

  private:
    struct Nonce {
        std::uint64_t value = 0;
        Instant made{}, sent{};
    };

    [[nodiscard]] Reject judge_claim(const Message& message, Instant now);
    [[nodiscard]] Reject judge_seal(std::span<const std::uint8_t> frame,
                                    const Message& message) const;
    [[nodiscard]] Reject judge_sender(const Message& message, Instant now) const;
    [[nodiscard]] bool is_session(const Message& message) const;
    [[nodiscard]] bool is_retired(BootId boot) const;
    [[nodiscard]] bool answers_us(const Message& message, Instant now) const;
    [[nodiscard]] std::optional<std::uint64_t> challenge(Instant now, std::uint64_t nonce);
    void reply(Verdict& verdict, Instant now, std::uint64_t nonce);
    void believe(const Message& message, Instant now);
    void retire(BootId boot);

    Self self_;
    Keyring keys_;
    std::optional<NodeId> only_;
    std::optional<Partner> partner_;
    std::optional<Nonce> nonce_;
    std::array<BootId, 8> retired_{};  ///< A ring; what drops out must still answer a challenge.
    std::size_t next_retired_ = 0;
    TokenBucket familiar_, strangers_;
    HearingCounters counters_;
};

}  // namespace sealane::ha
