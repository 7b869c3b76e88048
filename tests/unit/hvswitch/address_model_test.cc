// The address table against a map and a list for each adapter, on random histories.
#include <algorithm>
#include <array>
#include <chrono>
#include <list>
#include <map>
#include <ostream>
#include <rapidcheck.h>
#include <vector>

#include <gtest/gtest.h>

#include "hvswitch/rules/address_table.h"

namespace sealane::hvswitch {
namespace {

using std::chrono::seconds;

constexpr std::uint64_t kKeys = 24;
constexpr std::uint16_t kAdapters = 4;
constexpr std::int64_t kAge = 30;

AddressKey key_of(std::uint64_t number) {
    return {VswitchId{static_cast<std::uint8_t>(number % 2)},
            VlanId{static_cast<std::uint16_t>(10 + number % 3)},
            MacAddress{0x0200'0000'0000 | number / 2}};
}

/// What the table does, as plainly as it can be said.
class Model {
  public:
    explicit Model(std::size_t capacity) : capacity_(capacity) {}

    struct Entry {
        AdapterId adapter;
        AddressKind kind;
        std::int64_t seen;
    };

    Learning learn(std::uint64_t k, AdapterId from, std::uint32_t max_macs, std::int64_t now) {
        const auto there = entries.find(k);
        if (there != entries.end() && there->second.kind != AddressKind::Learned) {
            return there->second.adapter == from ? Learning::Known : Learning::StaticElsewhere;
        }
        if (there != entries.end() && there->second.adapter == from) {
            if (there->second.seen != now) enter(k, {from, AddressKind::Learned, now});
            return Learning::Known;
        }
        if (used[from.index].size() >= max_macs) return Learning::Refused;
        if (there == entries.end() && !make_room(from)) return Learning::Refused;
        const Learning what = there == entries.end() ? Learning::Added : Learning::Moved;
        enter(k, {from, AddressKind::Learned, now});
        return what;
    }

    bool fix(std::uint64_t k, AdapterId adapter, AddressKind kind) {
        const auto there = entries.find(k);
        if (there == entries.end()) {
            if (!make_room(adapter)) return false;
        } else if (there->second.kind != AddressKind::Learned) {
            if (there->second.adapter != adapter) return false;
            if (there->second.kind == AddressKind::Configured) return true;
        }
        enter(k, {adapter, kind, 0});
        return true;
    }

    bool forget(std::uint64_t k) {
        const auto there = entries.find(k);
        if (there == entries.end() || there->second.kind == AddressKind::Configured) return false;
        erase(k);
        return true;
    }

    template <typename Which>
    std::size_t remove_if(Which&& which) {
        std::vector<std::uint64_t> gone;
        for (const auto& [k, entry] : entries) {
            if (which(entry)) gone.push_back(k);
        }
        for (const std::uint64_t k : gone) {
            erase(k);
        }
        return gone.size();
    }

    std::map<std::uint64_t, Entry> entries;
    std::array<std::list<std::uint64_t>, kAdapters> used;  // the oldest first

  private:
    void enter(std::uint64_t k, const Entry& entry) {
        erase(k);
        entries.emplace(k, entry);
        if (entry.kind == AddressKind::Learned) used[entry.adapter.index].push_back(k);
    }
    void erase(std::uint64_t k) {
        entries.erase(k);
        for (auto& list : used) {
            list.remove(k);
        }
    }
    bool make_room(AdapterId from) {
        if (entries.size() < capacity_) return true;
        auto* longest = &used[from.index];
        for (auto& list : used) {
            if (list.size() > longest->size()) longest = &list;
        }
        if (longest->empty()) return false;
        erase(longest->front());
        return true;
    }

    std::size_t capacity_;
};

struct Deed {
    enum class What : std::uint8_t { Learn, Fix, Forget, Flush, Age, Wait };
    What what = What::Learn;
    std::uint64_t key = 0;
    std::uint16_t adapter = 0;
    std::uint32_t number = 0;  ///< max_macs, seconds to wait, or which kind
};

std::ostream& operator<<(std::ostream& out, const Deed& deed) {
    constexpr std::array kNames{"learn", "fix", "forget", "flush", "age", "wait"};
    return out << kNames[static_cast<std::size_t>(deed.what)] << " key " << deed.key << " adapter "
               << deed.adapter << " number " << deed.number;
}

rc::Gen<Deed> any_deed() {
    using What = Deed::What;
    const auto what = rc::gen::weightedElement<What>({{12, What::Learn},
                                                      {2, What::Fix},
                                                      {2, What::Forget},
                                                      {1, What::Flush},
                                                      {1, What::Age},
                                                      {3, What::Wait}});
    return rc::gen::build<Deed>(
        rc::gen::set(&Deed::what, what),
        rc::gen::set(&Deed::key, rc::gen::inRange<std::uint64_t>(0, kKeys)),
        rc::gen::set(&Deed::adapter, rc::gen::inRange<std::uint16_t>(0, kAdapters)),
        rc::gen::set(&Deed::number, rc::gen::inRange<std::uint32_t>(0, 20)));
}

void check_same(const AddressTable& table, const Model& model) {
    RC_ASSERT(table.size() == model.entries.size());
    for (std::uint16_t adapter = 0; adapter < kAdapters; ++adapter) {
        RC_ASSERT(table.learned_at({adapter}) == model.used[adapter].size());
    }
    for (std::uint64_t k = 0; k < kKeys; ++k) {
        const auto entry = table.find(key_of(k));
        const auto expected = model.entries.find(k);
        RC_ASSERT(entry.has_value() == (expected != model.entries.end()));
        if (!entry) continue;
        RC_ASSERT(entry->adapter == expected->second.adapter);
        RC_ASSERT(entry->kind == expected->second.kind);
    }
}

void do_both(AddressTable& table, Model& model, const Deed& deed, std::int64_t& now) {
    const AdapterId adapter{deed.adapter};
    const Instant instant(seconds{now});
    const AddressKind kind = deed.number < 10 ? AddressKind::Static : AddressKind::Configured;
    switch (deed.what) {
        case Deed::What::Learn:
            RC_ASSERT(table.learn(key_of(deed.key), adapter, deed.number, instant) ==
                      model.learn(deed.key, adapter, deed.number, now));
            break;
        case Deed::What::Fix:
            RC_ASSERT(table.fix(key_of(deed.key), adapter, kind).ok() ==
                      model.fix(deed.key, adapter, kind));
            break;
        case Deed::What::Forget:
            RC_ASSERT(table.forget(key_of(deed.key)) == model.forget(deed.key));
            break;
        case Deed::What::Flush: {
            const bool all = deed.number < 3;
            const auto here = [&](const auto& e) { return e.adapter == adapter; };
            RC_ASSERT(table.flush([&](AddressKey, const AddressEntry& e) { return here(e); },
                                  all) == model.remove_if([&](const Model::Entry& e) {
                return here(e) && (all || e.kind == AddressKind::Learned);
            }));
            break;
        }
        case Deed::What::Age:
            RC_ASSERT(table.age(instant, table.buckets()) ==
                      model.remove_if([&](const Model::Entry& e) {
                          return e.kind == AddressKind::Learned && now - e.seen > kAge;
                      }));
            break;
        case Deed::What::Wait:
            now += deed.number;
            break;
    }
}

void live_through(std::size_t capacity, std::uint64_t seed, const std::vector<Deed>& deeds) {
    AddressTable table({.capacity = capacity, .age = seconds{kAge}}, seed);
    Model model(capacity);
    std::int64_t now = (1 << 17) - 300;  // across the wrap of the coarse time
    for (const Deed& deed : deeds) {
        do_both(table, model, deed, now);
        check_same(table, model);
    }
}

TEST(AddressModel, DoesWhatAMapAndListsDoOnRandomHistories) {
    EXPECT_TRUE(rc::check("the table and the model agree", [] {
        live_through(*rc::gen::inRange<std::size_t>(1, kKeys),
                     *rc::gen::arbitrary<std::uint64_t>(),
                     *rc::gen::container<std::vector<Deed>>(200, any_deed()));
    }));
}

}  // namespace
}  // namespace sealane::hvswitch
