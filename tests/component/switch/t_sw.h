// T-SW: the topology of the VLAN cases (V01, ...): one adapter of each kind on one vswitch.
#pragma once

#include <cstdint>

#include "tests/support/rig_test.h"

namespace sealane::test {

inline constexpr AdapterId kAcc10{0}, kAcc10b{1}, kAcc20{2}, kTrk{3}, kHyb{4}, kProm{5};

/// An adapter's own address.
[[nodiscard]] constexpr MacAddress mac_of(AdapterId id) {
    return {0x0200'0000'0100 + std::uint64_t{id.index}};
}

/// A host behind some adapter.
[[nodiscard]] constexpr MacAddress host(std::uint64_t number) {
    return {0x0211'0000'0000 + number};
}

inline constexpr MacAddress kGroup{0x0100'5e00'0001};

inline const FrameSpec kToAll = frame(kBroadcast, host(1));

/// Access ports in VLANs 10 and 20; a trunk without PVID; a hybrid; and one that sees everything.
[[nodiscard]] inline RigSpec t_sw() {
    RigSpec spec;
    spec.adapters = {{.name = "acc10", .rules = member_of(10)},
                     {.name = "acc10b", .rules = member_of(10)},
                     {.name = "acc20", .rules = member_of(20)},
                     {.name = "trk", .rules = member_of(0, {10, 20})},
                     {.name = "hyb", .rules = member_of(10, {20})},
                     {.name = "prom", .rules = member_of(0)}};
    spec.adapters[kProm.index].rules.vids.set();
    spec.adapters[kProm.index].rules.vids.reset(0).reset(4095);
    for (std::uint16_t i = 0; i < spec.adapters.size(); ++i) {
        spec.adapters[i].rules.mac = mac_of({i});
    }
    spec.tables = {{.capacity = 16384}};
    return spec;
}

class TSw : public RigTest {
  protected:
    void SetUp() override { make(t_sw()); }
};

}  // namespace sealane::test
