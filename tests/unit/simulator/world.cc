#include "tests/unit/simulator/world.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "tests/unit/simulator/node.h"

namespace sealane::simulator {
namespace {

std::vector<failover::Contender> contenders() {
    std::vector<failover::Contender> all;
    for (std::size_t node = 0; node < kNodes; ++node) {
        for (std::size_t trunk = 0; trunk < kTrunks; ++trunk) {
            all.push_back({.adapter = adapter_of(node, trunk),
                           .slot = {static_cast<std::uint16_t>(trunk)},
                           .sea = {node},
                           .place = static_cast<std::uint8_t>(trunk),
                           .lease = Times::kLease});
        }
    }
    return all;
}

std::string text_of(const SlotWord& word) {
    static constexpr std::array<const char*, 6> kPhases{
        "", ", noting", ", turning", ", turned", ", lingering", ", closing"};
    if (word.owner == kNoAdapter) return "free, epoch " + std::to_string(word.epoch);
    return "node " + std::to_string(node_of(word.owner)) + ", epoch " + std::to_string(word.epoch) +
           kPhases[static_cast<std::size_t>(word.phase)];
}

}  // namespace

World::World(std::uint64_t seed, Mutant mutant, bool tells)
    : luck_(seed), mutant_(mutant), tells_(tells), keeper_(contenders(), kNodes, slots_, *this) {
    learned_.fill(kNodes);
    for (std::size_t i = 0; i < kNodes; ++i) {
        nodes_[i] = std::make_unique<Node>(*this, i);
        channel_.emplace_back(Impairment{}, luck_.draw());
    }
    draw_schedule();
}

World::~World() = default;

std::string World::run() {
    const Instant end = now_ + luck_.between(Times::kLeastFaults, Times::kMostFaults);
    while (now_ < end && tick()) {
    }
    strikes_ = false;
    if (monitor_.broken().empty()) heal();
    if (monitor_.broken().empty()) live_on();
    if (!monitor_.broken().empty()) tell("BROKEN  " + monitor_.broken() + "\n" + standing());
    return monitor_.broken();
}

void World::tell(const std::string& what) {
    if (!tells_) return;
    std::ostringstream line;
    line.width(6);
    line << (now_ - began_) / std::chrono::milliseconds{1} << " ms  " << what;
    timeline_.push_back(line.str());
}

/// Everything that has a turn in it has it in an order of its own.  False: an invariant broke.
bool World::tick() {
    now_ += Times::kTick;
    ++ticks_;
    if (strikes_) strike();
    end_what_is_over();
    deliver_letters();
    hand_on_pending();
    speak();
    std::array<std::size_t, 7> order{0, 1, 2, 3, 4, 5, 6};
    std::uint64_t lots = luck_.draw();
    for (std::size_t left = order.size(); left > 1; --left, lots /= 8) {
        std::swap(order[left - 1], order[lots % 8 % left]);
    }
    for (const std::size_t which : order) {
        do_turn(which);
        check_words();
    }
    check_rest();
    return monitor_.broken().empty();
}

void World::do_turn(std::size_t which) {
    switch (which) {
        case 0:
        case 1:
            return node(which).control_turn();
        case 2:
        case 3:
            return node(which - 2).look_at_wires();
        case 4:
        case 5:
            return node(which - 4).look_at_links();
        default:
            return look_at_hypervisor();
    }
}

void World::send_letter(std::size_t from, std::uint64_t boot, const ha::Frame& bytes) {
    const wire::Passage passage =
        channel_[from].pass(static_cast<std::uint32_t>(bytes.size()), now_);
    Letter letter{.due = passage.due,
                  .number = ++letter_,
                  .from = from,
                  .to = 1 - from,
                  .boot = boot,
                  .bytes = bytes};
    constexpr std::size_t kRecorded = 64;
    if (recorded_.size() < kRecorded) {
        recorded_.push_back(letter);
    } else {
        recorded_[letter_ % kRecorded] = letter;
    }
    if (passage.lost) return;
    if (passage.flipped) {
        letter.is_spoilt = true;
        letter.bytes[*passage.flipped / 8] ^= static_cast<std::uint8_t>(1U << *passage.flipped % 8);
    }
    letters_.push_back(letter);
    if (passage.twice) letters_.push_back(letter);
}

void World::deliver_letters() {
    if (letters_.empty()) return;
    std::ranges::stable_sort(letters_, {}, &Letter::due);
    const auto due =
        std::ranges::find_if(letters_, [&](const Letter& it) { return it.due > now_; });
    for (auto it = letters_.begin(); it != due; ++it) {
        node(it->to).hear(*it);
    }
    letters_.erase(letters_.begin(), due);
}

std::uint64_t World::answer(const failover::Contender& of) {
    if (has(Mutant::TurnsAtOnce)) return slots_.word(of.slot)->load();
    return node(of.sea.value).answer(of.place);
}

void World::look_at_hypervisor() {
    if (now_ < hypervisor_sleeps_) return;
    const std::array<std::uint64_t, kNodes> progress{node(0).progress(), node(1).progress()};
    deliver(keeper_.observe(progress, now_));
    check_words();
    while (!calls_.empty()) {
        const Call call = calls_.front();
        calls_.pop_front();
        deliver(perform(call));
        check_words();
    }
    deliver(keeper_.advance(now_));
}

failover::SlotKeeper::News World::perform(const Call& call) {
    const failover::SeaIndex sea{call.node};
    switch (call.kind) {
        case Call::Kind::Connect:
            connected_[call.node] = call.boot;
            return keeper_.connect(sea);
        case Call::Kind::End:
            return keeper_.disconnect(sea);
        case Call::Kind::Acquire:
            if (has(Mutant::HoldDownBlocksTakeOver) && changed_ != Instant{} &&
                now_ < changed_ + Times::kFree * 2)
                return {};
            if (has(Mutant::AssertsItselfAgain)) take_from_owner(call);
            return keeper_.acquire(sea, call.trunks, now_);
        case Call::Kind::HandOver:
            return keeper_.hand_over(sea, call.trunks);
        case Call::Kind::Withdraw:
            return keeper_.withdraw(sea, call.trunks);
        case Call::Kind::Release:
            return keeper_.release(sea, call.trunks);
        case Call::Kind::Announced:
            keeper_.announced(sea, call.trunks, now_);
            return {};
    }
    return {};
}

void World::take_from_owner(const Call& call) {
    deliver(keeper_.release({1 - call.node}, call.trunks));
}

/// To the process that is connected; another one may run by now.
void World::deliver(const failover::SlotKeeper::News& news) {
    for (const failover::SlotNews& one : news) {
        Node& to = node(one.sea.value);
        if (to.is_alive() && connected_[one.sea.value] == to.boot()) to.hear(one.change);
    }
}

SlotWord World::word(std::size_t trunk) const {
    return SlotWord::of(slots_.word({static_cast<std::uint16_t>(trunk)})->load());
}

void World::check_words() {
    for (std::size_t trunk = 0; trunk < kTrunks; ++trunk) {
        const std::uint64_t bits = slots_.word({static_cast<std::uint16_t>(trunk)})->load();
        if (bits == shown_[trunk]) continue;
        if (bits >> 32 != shown_[trunk] >> 32) changed_ = now_;
        shown_[trunk] = bits;
        if (tells_)
            tell("slot of trunk " + std::to_string(trunk) + ": " + text_of(SlotWord::of(bits)));
        monitor_.saw_word(trunk, SlotWord::of(bits), now_);
    }
}

void World::check_rest() {
    unsigned fit = 0;
    for (std::size_t i = 0; i < kNodes; ++i) {
        const Node& it = node(i);
        if (it.controls() && it.bridges() && now_ >= it.timers_late) fit |= 1U << i;
    }
    if (!node(0).bridges() || !node(1).bridges()) monitor_.disturbed(now_);
    if (now_ < hypervisor_sleeps_) fit = 0;
    for (std::size_t trunk = 0; trunk < kTrunks; ++trunk) {
        const bool owned = word(trunk).owner != kNoAdapter;
        monitor_.saw_fit(trunk, fit, owned, Times::kFree, now_);
    }
    const bool one_is_standby =
        (node(0).setting.mode == ha::Mode::Standby) != (node(1).setting.mode == ha::Mode::Standby);
    if (one_is_standby) monitor_.commanded(now_);
    if (made_ != ended_ + frames_under_way())
        monitor_.fail("I14: of " + std::to_string(made_) + " frames " + std::to_string(ended_) +
                      " came or were dropped and " + std::to_string(frames_under_way()) +
                      " are under way");
}

}  // namespace sealane::simulator
