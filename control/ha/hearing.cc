#include "control/ha/hearing.h"

#include <algorithm>
#include <utility>

#include "dataplane/base/check.h"

namespace sealane::ha {

bool Verdict::is_alarming() const {
    return why == Reject::OwnMessage || why == Reject::OwnNode || why == Reject::ThirdNode;
}

Hearing::Hearing(const Self& self, Keyring keys, std::optional<NodeId> partner)
    : self_(self), keys_(std::move(keys)), only_(partner) {}

Verdict Hearing::hear(std::span<const std::uint8_t> frame, Instant now, std::uint64_t nonce) {
    SEALANE_CHECK(nonce != 0, "a nonce of 0 is none");
    Decoded decoded = decode(frame);
    Verdict verdict{.why = decoded.why, .message = decoded.message};
    // What costs nothing comes first, the seal before all that would change anything.
    if (verdict.is_believed()) verdict.why = judge_claim(verdict.message, now);
    if (verdict.is_believed()) verdict.why = judge_seal(frame, verdict.message);
    if (verdict.is_believed()) {
        verdict.why = judge_sender(verdict.message, now);
        reply(verdict, now, nonce);
    }
    if (verdict.is_believed()) {
        believe(verdict.message, now);
        ++counters_.believed[static_cast<std::size_t>(verdict.message.type)];
    } else {
        ++counters_.rejected[static_cast<std::size_t>(verdict.why)];
    }
    return verdict;
}

void Hearing::forget_partner() {
    if (partner_) retire(partner_->boot);
    partner_.reset();
}

Echo Hearing::echo(Instant since) const {
    if (!partner_ || partner_->left || partner_->heard < since) return {};
    return {.boot = partner_->boot, .sequence = partner_->sequence};
}

bool Hearing::is_heard() const { return partner_ && partner_->echo.boot == self_.boot; }

KeyId Hearing::sealing_key() const {
    if (partner_ && partner_->holds(keys_.newer())) return keys_.newer();
    if (partner_ && !partner_->holds(keys_.older())) return keys_.newer();
    return keys_.older();
}

/// Whether it is worth a look at its seal.
Reject Hearing::judge_claim(const Message& message, Instant now) {
    if (message.pair != self_.pair) return Reject::OtherPair;
    if (message.key.value == 0 && !keys_.empty()) return Reject::Unsealed;
    if (message.key.value != 0 && keys_.find(message.key) == nullptr) return Reject::UnknownKey;
    if (is_retired(message.boot)) return Reject::RetiredBoot;
    if (is_session(message) && message.sequence <= partner_->sequence) return Reject::Replay;

    const bool familiar = is_session(message) || answers_us(message, now);
    const SealRate& rate = familiar ? kFamiliarRate : kStrangerRate;
    TokenBucket& bucket = familiar ? familiar_ : strangers_;
    bucket.refill(rate.per_second, rate.depth, now);
    return bucket.take() ? Reject::None : Reject::Flood;
}

Reject Hearing::judge_seal(std::span<const std::uint8_t> frame, const Message& message) const {
    if (keys_.empty()) return Reject::None;  // insecure, by the user's word
    return is_sealed(frame, *keys_.find(message.key)) ? Reject::None : Reject::BadSeal;
}

/// Whether the sender, who has the key, is our partner, and is so now.
Reject Hearing::judge_sender(const Message& message, Instant now) const {
    if (message.node == self_.node) {
        return message.boot == self_.boot ? Reject::OwnMessage : Reject::OwnNode;
    }
    if (only_ && message.node != *only_) return Reject::ThirdNode;
    const bool has_other = partner_ && !partner_->left && message.node != partner_->node;
    if (has_other) return Reject::ThirdNode;
    if (is_session(message) || answers_us(message, now)) return Reject::None;
    return Reject::UnprovenBoot;
}

bool Hearing::is_session(const Message& message) const {
    return partner_ && message.node == partner_->node && message.boot == partner_->boot;
}

bool Hearing::is_retired(BootId boot) const { return std::ranges::count(retired_, boot) != 0; }

bool Hearing::answers_us(const Message& message, Instant now) const {
    return nonce_ && message.type == MessageType::Response && message.nonce == nonce_->value &&
           now - nonce_->made < kNonceLife;
}

/// The nonce to send, if it is time.  One that was not answered is sent again, not replaced: its
/// answer may be on a slow way.
std::optional<std::uint64_t> Hearing::challenge(Instant now, std::uint64_t nonce) {
    if (!nonce_ || now - nonce_->made >= kNonceLife) {
        nonce_ = Nonce{.value = nonce, .made = now, .sent = now};
        return nonce;
    }
    if (now - nonce_->sent < kChallengeEvery) return std::nullopt;
    nonce_->sent = now;
    return nonce_->value;
}

void Hearing::reply(Verdict& verdict, Instant now, std::uint64_t nonce) {
    if (verdict.is_alarming()) return;
    // Also to one that we do not believe yet: it does not believe us yet either.
    if (verdict.message.type == MessageType::Challenge) verdict.response = verdict.message.nonce;
    if (verdict.why == Reject::UnprovenBoot) verdict.challenge = challenge(now, nonce);
}

void Hearing::believe(const Message& message, Instant now) {
    if (!is_session(message)) {
        if (partner_) retire(partner_->boot);
        nonce_.reset();  // a nonce proves one boot
    }
    partner_ = Partner{.node = message.node,
                       .boot = message.boot,
                       .sequence = message.sequence,
                       .echo = message.echo,
                       .key = message.key,
                       .other_key = message.other_key,
                       .left = message.type == MessageType::Goodbye,
                       .heard = now};
}

void Hearing::retire(BootId boot) {
    retired_[next_retired_] = boot;
    next_retired_ = (next_retired_ + 1) % retired_.size();
}

}  // namespace sealane::ha
