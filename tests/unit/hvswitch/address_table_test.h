// The fixture of tests of one address table.
#pragma once

#include <chrono>
#include <optional>

#include <gtest/gtest.h>

#include "hvswitch/rules/address_table.h"

namespace sealane::hvswitch {

inline constexpr std::uint32_t kManyMacs = 10'000'000;
inline constexpr AdapterId kOne{1}, kTwo{2}, kThree{3}, kFour{4};

inline AddressKey key(std::uint64_t number, std::uint16_t vlan = 10, std::uint8_t vswitch = 0) {
    return {VswitchId{vswitch}, VlanId{vlan}, MacAddress{0x0200'0000'0000 | number}};
}
inline AdapterId adapter_of(std::uint64_t number) {
    return {static_cast<std::uint16_t>(number % 4096)};
}
inline Instant at(Duration since_start) { return Instant(since_start); }

class AddressTableTest : public testing::Test {
  protected:
    Learning learn(std::uint64_t number, AdapterId from, Duration when = {}) {
        return table_.learn(key(number), from, kManyMacs, at(when));
    }
    [[nodiscard]] std::optional<AdapterId> owner(std::uint64_t number) const {
        const auto entry = table_.find(key(number));
        return entry ? std::optional(entry->adapter) : std::nullopt;
    }
    std::size_t sweep(Duration when) { return table_.age(at(when), table_.buckets()); }

    AddressTable table_{{.capacity = 1000}, 42};
};

}  // namespace sealane::hvswitch
