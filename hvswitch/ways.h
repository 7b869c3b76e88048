// Where the frames of one burst go: most go the same way.
#pragma once

#include <array>
#include <cstdint>

#include "dataplane/base/check.h"
#include "dataplane/port/batch.h"
#include "hvswitch/rules/route.h"

namespace sealane::hvswitch {

/// The ways of a burst's destinations, numbered as these are; those in a row that go the same way
/// share it.
class Ways {
  public:
    Ways() {}  // leaves them unmade, as Batch does

    /// Of the next destination.  `ask()`, a Route, is asked only if it is of another VLAN or found
    /// at another adapter than the one before: of frames from one adapter route() asks for no more.
    template <typename Ask>
    [[gnu::always_inline]] void add(VlanId vlan, bool is_group, FoundEntry found, Ask&& ask) {
        SEALANE_ASSERT(size_ < port::kBurst, "a burst has more destinations than frames");
        const std::uint32_t to = is_group ? kGroup : found ? (*found).adapter.index : kUnknown;
        const std::uint32_t key = to << 16 | vlan.value;
        if (key != key_) {
            key_ = key;
            routes_[ways_++] = ask();
        }
        numbers_[size_++] = static_cast<std::uint8_t>(ways_ - 1);
    }

    /// Of the destination's way.
    [[nodiscard]] std::uint8_t number(std::uint8_t destination) const {
        return numbers_[destination];
    }
    [[nodiscard]] const Route& route(std::uint8_t number) const { return routes_[number]; }
    [[nodiscard]] bool is_only_one() const { return ways_ == 1; }

  private:
    static constexpr std::uint32_t kGroup = kMaxAdapters, kUnknown = kMaxAdapters + 1;

    std::uint32_t key_ = 0;  // no frame's: there is no VLAN 0
    std::uint8_t size_ = 0, ways_ = 0;
    std::array<std::uint8_t, port::kBurst> numbers_;
    union {
        std::array<Route, port::kBurst> routes_;  // made by add(), up to ways_
    };
};

}  // namespace sealane::hvswitch
