#include "tests/unit/simulator/node.h"

#include <utility>

namespace sealane::simulator {
namespace {

const ha::Keyring& keyring() {
    static const ha::Keyring keys(ha::Key{{1}, std::vector<std::uint8_t>(32, 7)});
    return keys;
}

std::uint64_t boot_id(std::size_t node, std::uint64_t boot) {
    return (node + 1) * 1'000'000 + boot;
}

}  // namespace

Node::Node(World& of, std::size_t index) : of_(of), index_(index) {
    for (std::size_t trunk = 0; trunk < kTrunks; ++trunk) {
        ways_[trunk].of = &of;
        ways_[trunk].node = index;
        ways_[trunk].trunk = trunk;
    }
}

void Node::start() {
    const ha::NodeId id{index_ + 1};
    ha::Config config{.node = id,
                      .priority = setting.priority,
                      .mode = setting.mode,
                      .trunks = kTrunks,
                      .vlan_digest = setting.vlans,
                      .keepalive = Times::kKeepalive,
                      .link_debounce = setting.link_debounce,
                      .link_time = setting.link_time,
                      .fb_delay = setting.fb_delay,
                      .health_time = Times::kHealth,
                      .hold_down = Times::kHoldDown,
                      .noauto_failback = setting.noauto_failback};
    if (of_.has(Mutant::NoTieBreak)) config.node = {99};
    if (of_.has(Mutant::VlansIgnored)) config.vlan_digest = 0;
    agent_.emplace(failover::Agent::Settings{.config = config,
                                             .self = {.source = {0x0200'0000'0000 + index_},
                                                      .node = id,
                                                      .boot = {boot_id(index_, ++boot_)},
                                                      .pair = {.vswitch = 9, .pvid = {100}}},
                                             .keys = keyring(),
                                             .trunks = {"ent3", "ent4"},
                                             .lease = Times::kLease},
                   *this,
                   *this,
                   of_.now());
    for (std::size_t trunk = 0; trunk < kTrunks; ++trunk) {
        believed_[trunk] = 0;
        const auto& real = *of_.slots().word({static_cast<std::uint16_t>(trunk)});
        const auto& word = of_.has(Mutant::NoEpochCheck) ? believed_[trunk] : real;
        lanes_[trunk] = std::make_unique<Lane>(adapter_of(index_, trunk), word, ways_[trunk]);
    }
    told_link_.reset();
    told_gateway_ = true;
    heard_.clear();
    met_boot_ = 0;
    call(World::Call::Kind::Connect, {});
}

void Node::kill() {
    if (!agent_) return;
    of_.end(queued());
    agent_.reset();
    for (auto& lane : lanes_) {
        lane.reset();
    }
    news_.clear();
    letters_.clear();
    announcing_ = announced_ = {};
    call(World::Call::Kind::End, {});
}

void Node::stop() {
    if (!agent_) return;
    agent_->tell(ha::Stop{}, of_.now());
    kill();
}

void Node::control_turn() {
    if (!controls()) return;
    agent_->set_progress(progress_, of_.now());
    read_news();
    if (told_link_ != link) {
        told_link_ = link;
        agent_->tell(ha::Link{link}, of_.now());
    }
    if (told_gateway_ != gateway) {
        told_gateway_ = gateway;
        agent_->tell(ha::Reachability{gateway}, of_.now());
    }
    if (agent_->config().mode != setting.mode) agent_->set_mode(setting.mode, of_.now());
    read_letters();
    if (of_.now() >= timers_late && of_.now() >= agent_->wake())
        agent_->tell(ha::Wake{}, of_.now());
    announce_due();
}

void Node::read_news() {
    // Of its link first: a SEA that hears of a slot before it knows would be one without a link.
    if (!told_link_) return;
    while (!news_.empty()) {
        const ha::SlotChanged change = news_.front();
        news_.pop_front();
        ha::TrunkSet one;
        one.add(change.trunk);
        const bool is_mine = change.owner == ha::Owner::Me;
        if (!is_mine) announcing_ = announcing_ - one;
        const SlotWord mine{.epoch = change.epoch, .owner = adapter_of(index_, change.trunk)};
        const SlotWord had = SlotWord::of(believed_[change.trunk]);
        believed_[change.trunk] = is_mine ? mine.bits() : 0;
        agent_->tell(change, of_.now());
        if (of_.has(Mutant::AssertsItselfAgain) && !is_mine && had.owner != kNoAdapter)
            acquire(one);
    }
}

void Node::hear(const World::Letter& letter) {
    constexpr std::size_t kMost = 64;  // of its adapter's ring
    if (agent_ && letters_.size() < kMost) letters_.push_back(letter);
}

void Node::read_letters() {
    for (; !letters_.empty(); letters_.pop_front()) {
        const World::Letter& letter = letters_.front();
        if (letter.to == letter.from) {
            hear_itself(letter);
            continue;
        }
        if (heard_.size() <= letter.number) heard_.resize(letter.number + 1);
        const bool is_again = heard_[letter.number], is_old = letter.boot < met_boot_;
        if (letter.is_spoilt || is_again || is_old) {
            hear_in_vain(letter, is_again);
        } else if (is_believed(letter)) {
            heard_[letter.number] = true;
            met_boot_ = letter.boot;
        }
    }
}

bool Node::is_believed(const World::Letter& letter) {
    const auto last = [this] {
        const auto& partner = agent_->hearing().partner();
        return partner ? std::pair{partner->boot, partner->sequence} : std::pair{ha::BootId{}, 0UL};
    };
    const auto before = last();
    agent_->hear(letter.bytes, of_.now(), of_.draw_nonce());
    return last() != before;
}

/// An alarm is all that its own words may lead to.
void Node::hear_itself(const World::Letter& letter) {
    if (of_.has(Mutant::NoTieBreak)) return;  // it goes by another name
    const auto before = agent_->state().peer;
    if (is_believed(letter) || (agent_->state().peer && agent_->state().peer != before))
        of_.monitor().fail("I4: node " + std::to_string(index_) + " took itself for its partner");
}

/// It must leave everything as it is.
void Node::hear_in_vain(const World::Letter& letter, bool is_again) {
    const ha::State before = agent_->state();
    (void)is_believed(letter);
    const bool mistaken = of_.has(Mutant::OpenSeal)        ? letter.is_spoilt
                          : of_.has(Mutant::EqualSequence) ? !letter.is_spoilt && is_again
                                                           : false;
    if (mistaken) agent_->tell(ha::Heard{{.node = {letter.from + 1}}}, of_.now());
    if (agent_->state() == before) return;
    of_.monitor().fail((letter.is_spoilt ? "I4: a spoilt message"
                        : is_again       ? "I3: a message that was believed before"
                                         : "I3: a message of an older boot") +
                       std::string(" changed the state of node ") + std::to_string(index_));
}

/// Says where clients are, and a turn later that it has.
void Node::announce_due() {
    if (!announced_.empty()) call(World::Call::Kind::Announced, std::exchange(announced_, {}));
    announced_ = std::exchange(announcing_, {});
    for (std::size_t trunk = 0; trunk < kTrunks; ++trunk) {
        if (announced_.contains(trunk)) of_.announce(index_, trunk);
    }
}

void Node::look_at_wires() {
    if (!agent_) return;
    const bool runs = of_.now() >= dataplane_sleeps;
    if (runs || (of_.has(Mutant::ControlRenewsLease) && controls())) ++progress_;
    if (!runs) return;
    for (auto& lane : lanes_) {
        lane->look_at_wire();
    }
}

void Node::look_at_links() {
    if (!agent_ || of_.now() < dataplane_sleeps) return;
    for (auto& lane : lanes_) {
        lane->look_at_link();
    }
}

void Node::from_switch(std::size_t trunk, const Probe& probe) {
    if (!agent_) return of_.end(1);
    lanes_[trunk]->from_switch(probe);
}

void Node::from_wire(std::size_t trunk, const Probe& probe) {
    if (!agent_ || !link) return of_.end(1);
    lanes_[trunk]->from_wire(probe);
}

std::uint64_t Node::queued() const {
    std::uint64_t sum = 0;
    for (const auto& lane : lanes_) {
        if (lane) sum += lane->queued();
    }
    return sum;
}

void Node::call(World::Call::Kind kind, ha::TrunkSet trunks) {
    of_.call({.node = index_, .kind = kind, .trunks = trunks, .boot = boot_});
}

void Node::acquire(ha::TrunkSet trunks) {
    if (of_.has(Mutant::BothHalves)) trunks = ha::TrunkSet::first(kTrunks);
    call(World::Call::Kind::Acquire, trunks);
}
void Node::hand_over(ha::TrunkSet trunks) {
    if (of_.has(Mutant::BothHalves)) trunks = ha::TrunkSet::first(kTrunks);
    call(World::Call::Kind::HandOver, trunks);
}
void Node::withdraw(ha::TrunkSet trunks) { call(World::Call::Kind::Withdraw, trunks); }
void Node::release(ha::TrunkSet trunks) { call(World::Call::Kind::Release, trunks); }

void Node::note(std::string_view kind, std::string what, std::string_view cause) {
    if (!of_.tells()) return;
    of_.tell("node " + std::to_string(index_) + ": " + std::string(kind) + " " + what + ", for " +
             std::string(cause));
}

}  // namespace sealane::simulator
