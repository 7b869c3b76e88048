#include "tests/unit/ha/machine_explorer.h"

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <unordered_set>
#include <utility>

#include "control/ha/share.h"
#include "dataplane/base/check.h"

namespace sealane::ha {
namespace {

using What = Choice::What;

constexpr std::array<const char*, 12> kNames{"deliver",
                                             "lose",
                                             "read",
                                             "stale",
                                             "wake",
                                             "expire",
                                             "restart",
                                             "kill",
                                             "link",
                                             "reach",
                                             "stall",
                                             "cut"};

/// One way through the tree: a pair and how it came about.
struct Way {
    Pair pair;
    int faults = 0;
    std::vector<Choice> steps;
};

/// What two states have to have in common to have the same future: times count from now, epochs
/// from the slot's, and what is only told (counters, reasons) does not count.
class Fingerprint {
  public:
    explicit Fingerprint(const Pair& pair) : now_(pair.now) {
        for (const auto& slot : pair.slots) {
            add(slot.owner.index, slot.heir.index);
            if (!slot.is_free()) add(slot.expires);
        }
        for (const Node& node : pair.node)
            add(pair, node);
    }
    [[nodiscard]] std::uint64_t value() const { return value_; }

  private:
    template <typename... Values>
    void add(Values... values) {
        (mix(values), ...);
    }
    template <typename Number>
    void mix(Number value) {
        value_ = (value_ ^ static_cast<std::uint64_t>(value)) * 0x9e37'79b9'7f4a'7c15;
        value_ ^= value_ >> 29;
    }
    void mix(Instant at) { mix(std::max<Duration>(at - now_, -10s).count()); }
    void mix(const std::optional<Instant>& at) { at ? mix(*at) : mix(0x7777); }
    void mix(const Statement& said) {
        add(said.kind, said.role, said.mode, said.uplink, said.trunks.bits, said.refusal);
    }
    void mix(const SlotChanged& notice) { add(notice.trunk, notice.owner, notice.offered); }

    void add(const Pair& pair, const Node& node) {
        add(node.alive, node.link, node.reachable, node.stalled, node.cut, node.config.mode);
        if (!node.alive) return;
        for (const SlotChanged& notice : node.notices)
            mix(notice);
        if (node.stale) {
            mix(*node.stale);
            mix(pair.slots[node.stale->trunk].epoch - node.stale->epoch);
        }
        for (const Statement& said : node.wire)
            mix(said);
        const State& s = node.state;
        add(s.role,
            s.link,
            s.link_counted,
            s.link_up,
            s.link_down,
            s.reachable,
            s.stalled,
            s.stopped);
        add(s.was_working, s.stood_down, s.trusted_at, s.listen_until, s.hold_until, s.wish);
        add(s.was_peer_known, s.sharing, s.refused, s.tell_at, s.share_at, s.settled);
        if (s.peer) add(s.peer->said, s.peer->at, s.peer->since);
        for (std::size_t trunk = 0; trunk < node.config.trunks; ++trunk) {
            const Slot& slot = s.slots[trunk];
            add(slot.owner, slot.before, slot.offered_to_me, slot.since, slot.asked, slot.offered);
            mix(slot.epoch ? pair.slots[trunk].epoch - *slot.epoch : 0x7777);
        }
    }

    Instant now_;
    std::uint64_t value_ = 1;
};

std::vector<Choice> choices(const Way& way, int max_faults) {
    std::vector<Choice> found;
    for (std::size_t i : {0, 1}) {
        const Node& node = way.pair.node[i];
        for (std::size_t k = 0; k < node.wire.size(); ++k) {
            found.push_back({What::Deliver, i, k});
            found.push_back({What::Lose, i, k});
        }
        if (!node.notices.empty()) found.push_back({What::Read, i});
        if (node.stale) found.push_back({What::Stale, i});
        if (node.wake != Instant::max()) found.push_back({What::Wake, i});
        if (!node.alive) found.push_back({What::Restart, i});
        if (way.faults == max_faults) continue;
        if (node.alive) found.push_back({What::Kill, i});
        for (const What what : {What::Link, What::Reach, What::Stall, What::Cut}) {
            found.push_back({what, i});
        }
    }
    if (way.pair.expiry() != Instant::max()) found.push_back({What::Expire});
    return found;
}

void apply(Pair& pair, const Choice& choice) {
    const std::size_t i = choice.node;
    Node& node = pair.node[i];
    switch (choice.what) {
        case What::Deliver:
            return pair.deliver(i, choice.which);
        case What::Lose:
            node.wire.erase(node.wire.begin() + static_cast<std::ptrdiff_t>(choice.which));
            return;
        case What::Read:
            return pair.read_notice(i);
        case What::Stale:
            return pair.feed(i, *node.stale);
        case What::Wake:
            pair.pass_to(node.wake);
            return pair.feed(i, Wake{});
        case What::Expire:
            return pair.pass_to(pair.expiry());
        case What::Restart:
            return pair.start(i);
        case What::Kill:
            return pair.kill(i);
        case What::Link:
            return pair.set_link(i, !node.link);
        case What::Reach:
            return pair.set_reachable(i, !node.reachable);
        case What::Stall:
            return pair.set_stalled(i, !node.stalled);
        case What::Cut:
            node.cut = !node.cut;
            return;
    }
}

/// What never is, at any instant: empty if all is well.
std::string broken(const Pair& before, const Pair& after) {
    for (std::size_t trunk = 0; trunk < after.slots.size(); ++trunk) {
        const auto& slot = after.slots[trunk];
        if (slot.epoch < before.slots[trunk].epoch) return "I3: an epoch went back";
        int believers = 0;
        for (std::size_t i : {0, 1}) {
            const Node& node = after.node[i];
            const bool unread = std::ranges::any_of(
                node.notices, [&](const SlotChanged& notice) { return notice.trunk == trunk; });
            if (!node.alive || unread || node.state.slots[trunk].owner != Owner::Me) continue;
            ++believers;
            if (slot.owner.index != i)
                return "I1: one that has read all thinks that it may forward";
        }
        if (believers > 1) return "I1: two think that they may forward";
        if (slot.is_free()) continue;
        const Node& owner = after.node[slot.owner.index];
        if (!owner.alive) return "I6: a dead node owns a slot";
        if (owner.stalled &&
            after.now >= std::max(owner.stalled_at, after.given[trunk]) + Pair::kLease) {
            return "I6: a hung dataplane outlives its lease";
        }
    }
    return {};
}

/// What has to be when nothing more happens: empty if it is.
std::string unsettled(const Pair& pair, bool control, bool preempts) {
    const TrunkSet all = TrunkSet::first(pair.slots.size());
    TrunkSet cared_for;
    bool any = false;
    for (std::size_t i : {0, 1}) {
        // Without control, one whose outside is silent can't know of a better one.
        const bool fit = control ? pair.is_healthy(i) : pair.can_forward(i);
        any = any || fit;
        if (fit) cared_for = cared_for | pair.owned(i);
    }
    if (any && cared_for != all) return "I6, I10: a VLAN has no forwarder though one is fit";
    const bool both = pair.is_healthy(0) && pair.is_healthy(1);
    if (!both || !control || !preempts) return {};
    const bool shares = may_share(
        pair.node[0].config,
        {.mode = pair.node[1].config.mode, .vlan_digest = pair.node[1].config.vlan_digest});
    if (pair.owned(0) != (shares ? share_of_better(pair.slots.size()) : all)) {
        return "I7: the better one does not have what is its";
    }
    const Role better = pair.role(0), worse = pair.role(1);
    const bool named = shares ? better == Role::PrimarySh && worse == Role::BackupSh
                              : better == Role::Primary && worse == Role::Backup;
    return named ? "" : "I7: the roles are not those of a settled pair";
}

/// No more faults; what is broken stays so, but control is whole, or cut for ever.
std::string ending(Pair pair, bool control, bool preempts) {
    for (std::size_t i : {0, 1}) {
        pair.feed(i, Dataplane{pair.node[i].stalled});
        pair.node[i].cut = !control;
        if (!control) pair.node[i].wire.clear();
    }
    pair.run(6s);
    if (pair.endless) return "I8: it never stops within one instant";
    if (std::string why = unsettled(pair, control, preempts); !why.empty()) return why;
    const std::uint32_t changes = pair.changes;
    pair.run(4s);
    if (pair.changes == changes) return {};
    return control ? "I8: it does not come to rest" : "I13: it changes owners for ever";
}

std::string told(const Way& way, const std::string& what) {
    std::ostringstream text;
    text << what << "\n  after:";
    for (const Choice& step : way.steps) {
        text << ' ' << kNames[static_cast<std::size_t>(step.what)] << '(' << step.node;
        if (step.what == What::Deliver || step.what == What::Lose) text << ',' << step.which;
        text << ')';
    }
    for (std::size_t i : {0, 1}) {
        text << "\n  node " << i << ": " << name_of(way.pair.role(i)) << ", owns "
             << way.pair.owned(i).bits;
    }
    return text.str();
}

}  // namespace

Found explore(const Search& search) {
    Found found;
    std::unordered_set<std::uint64_t> seen;
    std::vector<Way> layer{{search.start, 0, {}}};
    for (std::size_t depth = 0; depth < search.depth && !layer.empty(); ++depth) {
        std::vector<Way> next;
        for (const Way& way : layer) {
            for (const Choice& choice : choices(way, search.faults)) {
                Way after = way;
                after.steps.push_back(choice);
                after.faults += choice.what >= What::Kill ? 1 : 0;
                apply(after.pair, choice);
                ++found.transitions;
                const auto fail = [&](const std::string& what) {
                    found.fault = search.name + ": " + told(after, what);
                    return found;
                };
                if (auto why = broken(way.pair, after.pair); !why.empty()) return fail(why);
                const std::uint64_t print =
                    Fingerprint(after.pair).value() + static_cast<std::uint64_t>(after.faults);
                if (!seen.insert(print).second) continue;
                if (search.visit) search.visit(after.pair);
                if (print % search.sample == 0) {
                    ++found.endings;
                    for (const bool control : {true, false}) {
                        auto why = ending(after.pair, control, search.preempts);
                        if (!why.empty()) return fail(why);
                    }
                }
                for (Node& node : after.pair.node)
                    node.done.clear();
                next.push_back(std::move(after));
            }
        }
        layer = std::move(next);
    }
    found.states = seen.size();
    return found;
}

std::vector<Search> searches(Rules rules) {
    const auto on_its_feet = [&](const Config& one, const Config& two) {
        return settled(one, two, rules);
    };
    Pair cold(config_of(1), config_of(2), rules);
    cold.start(0);
    cold.start(1);
    Pair alone = on_its_feet(config_of(1), config_of(2));
    alone.kill(0);
    alone.run(3s);
    Pair switching = on_its_feet(config_of(1, Mode::Standby), config_of(2));
    switching.set_mode(0, Mode::Auto);
    Config slow = config_of(1), slower = config_of(2);
    slow.hold_down = slower.hold_down = 600s;
    Config twin = config_of(1);
    twin.node = {2};
    const Config one = config_of(1, Mode::Sharing, 2), two = config_of(2, Mode::Sharing, 2);
    Config other = two;
    other.vlan_digest = 2;
    Pair cold_sharers(one, two, rules);
    cold_sharers.start(0);
    cold_sharers.start(1);
    std::vector<Search> all{
        {.name = "ColdStart", .start = cold, .depth = 5, .faults = 1},
        {.name = "OnItsFeet",
         .start = on_its_feet(config_of(1), config_of(2)),
         .depth = 5,
         .faults = 2},
        {.name = "Alone", .start = alone, .depth = 5, .faults = 2},
        {.name = "SwitchOver", .start = switching, .depth = 4, .faults = 2},
        {.name = "LongHoldDown",
         .start = on_its_feet(slow, slower),
         .depth = 5,
         .faults = 2,
         .preempts = false},
        {.name = "EqualPriorities",
         .start = on_its_feet(config_of(1), twin),
         .depth = 5,
         .faults = 1},
        {.name = "Sharing", .start = on_its_feet(one, two), .depth = 4, .faults = 2},
        {.name = "SharersColdStart", .start = cold_sharers, .depth = 6, .faults = 0},
        {.name = "OtherVlans", .start = on_its_feet(one, other), .depth = 5, .faults = 1},
    };
    const char* deeper = std::getenv("SEALANE_DEPTH");
    for (Search& search : all)
        search.depth += deeper ? std::strtoul(deeper, nullptr, 10) : 0;
    return all;
}

Search search_named(const std::string& name, Rules rules) {
    for (Search& search : searches(rules)) {
        if (search.name == name) return search;
    }
    SEALANE_CHECK(false, "no search has that name");
    return {.start = Pair({}, {})};
}

}  // namespace sealane::ha
