#include "control/failover/agent.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "control/ha/facts.h"
#include "control/ha/share.h"

namespace sealane::failover {

/// Actions as deeds, one overload each.
struct Agent::Performer {
    Agent& agent;
    Instant now;

    void operator()(const ha::Acquire& it) const { agent.hypervisor_.acquire(it.trunks); }
    void operator()(const ha::Release& it) const { agent.hypervisor_.release(it.trunks); }
    void operator()(const ha::HandOver& it) const { agent.hypervisor_.hand_over(it.trunks); }
    void operator()(const ha::Withdraw& it) const { agent.hypervisor_.withdraw(it.trunks); }
    void operator()(const ha::Send& it) const { agent.say(it.say, now); }
    void operator()(const ha::Announce& it) const { agent.around_.announce(it.trunks); }
    void operator()(const ha::ResetAdapter&) const { agent.around_.reset_adapter(); }
    void operator()(const ha::RoleChanged& it) const {
        std::string what = std::string(name_of(it.from)) + " > " + std::string(name_of(it.to));
        agent.around_.note("role", std::move(what), text_of(it.reason));
    }
    void operator()(const ha::Alarm& it) const {
        if (!it.raised) {
            agent.around_.note(
                "alarm_over", std::string(name_of(it.cause)), text_when_over(it.cause));
            return;
        }
        agent.around_.note("alarm",
                           std::string(name_of(it.cause)),
                           it.cause == ha::AlarmCause::SharingRefused
                               ? ha::text_of(agent.state_.refused)
                               : text_of(it.cause));
    }
};

Agent::Agent(Settings settings, HypervisorCalls& hypervisor, Surroundings& around, Instant now)
    : settings_(std::move(settings)),
      hypervisor_(hypervisor),
      around_(around),
      hearing_(settings_.self, settings_.keys),
      speaking_(settings_.self),
      state_(ha::start(settings_.config, now)),
      progressed_(now),
      looked_(now) {}

void Agent::tell(const ha::Event& event, Instant now) {
    const ha::State before = state_;
    ha::Step step = ha::step(settings_.config, state_, event, now);
    state_ = step.state;
    wake_ = step.wake;
    note_slots(before);
    for (const ha::Action& action : step.actions) {
        std::visit(Performer{*this, now}, action);
    }
}

void Agent::hear(std::span<const std::uint8_t> frame, Instant now, std::uint64_t nonce) {
    const ha::Verdict verdict = hearing_.hear(frame, now, nonce);
    const ha::Message& message = verdict.message;
    if (verdict.challenge) answer(ha::MessageType::Challenge, *verdict.challenge, message.key, now);
    if (verdict.response) answer(ha::MessageType::Response, *verdict.response, message.key, now);
    // What only alarms the machine tells apart by its node.
    if (!verdict.is_believed() && !verdict.is_alarming()) return;
    ha::Statement said = statement_of(message);
    if (verdict.is_believed()) {
        if (said.kind == ha::Kind::ShareRequest) their_request_ = message.transaction;
        if (!is_of_our_request(message)) said.kind = ha::Kind::KeepAlive;
    }
    tell(ha::Heard{said}, now);
}

void Agent::set_progress(std::uint64_t progress, Instant now) {
    const Duration most = settings_.config.detect();
    const Duration unseen = now - std::exchange(looked_, now);
    const bool lagged =
        settings_.lease > Duration{} && std::max(unseen, now - progressed_) >= settings_.lease;
    const bool slept = unseen >= most;  // perhaps both of us
    if (std::exchange(progress_, progress) != progress || slept) progressed_ = now;
    const bool stalled = now - progressed_ >= most;
    if (stalled != state_.stalled || (lagged && state_.stood_down))
        tell(ha::Dataplane{.stalled = stalled, .lagged = lagged}, now);
}

void Agent::set_mode(ha::Mode mode, Instant now) {
    if (settings_.config.mode == mode) return;
    settings_.config.mode = mode;
    tell(ha::ModeChanged{}, now);
}

ha::BridgeMode Agent::bridge_mode() const { return ha::bridge_mode(settings_.config, state_); }

void Agent::say(const ha::Statement& statement, Instant now) {
    speak(message_of(statement, circumstances(statement.kind)), hearing_.sealing_key(), now);
    if (settings_.discovers && state_.peer && now - lived_ >= kLiveEvery) say_alive(now);
}

void Agent::say_alive(Instant now) {
    lived_ = now;
    ha::Message message = about_itself();
    message.type = ha::MessageType::Live;
    speak(message, hearing_.sealing_key(), now);
}

ha::Message Agent::about_itself() {
    const ha::Statement words{.node = settings_.config.node,
                              .role = state_.role,
                              .priority = settings_.config.priority,
                              .mode = settings_.config.mode,
                              .uplink = state_.was_working,
                              .vlan_digest = settings_.config.vlan_digest};
    return message_of(words, circumstances(ha::Kind::KeepAlive));
}

void Agent::answer(ha::MessageType type, std::uint64_t nonce, ha::KeyId key, Instant now) {
    ha::Message message = about_itself();
    message.type = type;
    message.nonce = nonce;
    speak(message, key, now);
}

void Agent::speak(ha::Message message, ha::KeyId key, Instant now) {
    message.echo = hearing_.echo(now - settings_.config.detect());
    around_.send(speaking_.say(message, hearing_.keys(), key));
}

void Agent::note_slots(const ha::State& before) {
    for (std::size_t i = 0; i < settings_.config.trunks; ++i) {
        const ha::Slot& was = before.slots[i];
        const ha::Slot& is = state_.slots[i];
        const bool had = was.owner == ha::Owner::Me;
        const bool has = is.owner == ha::Owner::Me;
        if (had == has) continue;
        const std::string epoch = is.epoch ? ", epoch " + std::to_string(*is.epoch) : "";
        around_.note("slot",
                     settings_.trunks[i] + (has ? " taken" : " left") + epoch,
                     has                              ? "the hypervisor gave it"
                     : is.owner == ha::Owner::Partner ? "the partner has it"
                                                      : "it is free");
    }
}

Circumstances Agent::circumstances(ha::Kind kind) {
    Circumstances around{.bridged = ha::owned_by(ha::Owner::Me, state_),
                         .progress = progress_,
                         .knows_partner = state_.peer.has_value()};
    for (const ha::Slot& slot : state_.slots) {
        around.epoch = std::max(around.epoch, slot.epoch.value_or(0));
    }
    if (kind == ha::Kind::ShareRequest) ++our_request_;
    around.transaction = kind == ha::Kind::ShareRequest ? our_request_ : their_request_;
    return around;
}

bool Agent::is_of_our_request(const ha::Message& message) const {
    const bool is_answer = message.type == ha::MessageType::ShareGrant ||
                           message.type == ha::MessageType::ShareRefusal;
    return !is_answer || message.transaction == our_request_;
}

}  // namespace sealane::failover
