// Clients, one SEA with two trunk adapters, and a wire: the usual frame.
#pragma once

#include <cstdint>

#include "tests/support/rig_test.h"

namespace sealane::test {

/// An adapter's own address, and that of a host on the wire.
[[nodiscard]] constexpr MacAddress mac_of(AdapterId id) {
    return {0x0200'0000'0100 + std::uint64_t{id.index}};
}
[[nodiscard]] constexpr MacAddress outside(std::uint64_t number) {
    return {0x0222'0000'0000 + number};
}

/// Clients in VLANs 1 (the SEA's untagged one), 10, 20 and 98 (a placeholder).  `trunk1` carries 1
/// untagged and 10, 11; `trunk2` has the placeholder as PVID, and 20.
class OneSea : public RigTest {
  protected:
    static RigSpec spec() {
        RigSpec spec;
        spec.adapters = {{.name = "client1", .rules = member_of(1)},
                         {.name = "client10", .rules = member_of(10)},
                         {.name = "client20", .rules = member_of(20)},
                         {.name = "client98", .rules = member_of(98)},
                         {.name = "trunk1", .rules = trunk_of(1, {10, 11}), .slot = {0}},
                         {.name = "trunk2", .rules = trunk_of(98, {20}), .slot = {1}}};
        for (std::uint16_t i = 0; i < spec.adapters.size(); ++i) {
            spec.adapters[i].rules.mac = mac_of({i});
        }
        spec.slots = 2;
        spec.seas = {{.name = "sea", .trunks = {{4}, {5}}}};
        return spec;
    }
    void SetUp() override { make(spec()); }

    /// At rest, what one side of a link sent the other received.
    void TearDown() override {
        AdapterTotals trunks;
        for (const AdapterId trunk : {trunk1, trunk2}) {
            trunks.add(rig().totals(trunk));
        }
        const AdapterTotals sea = rig().totals(virt);
        EXPECT_EQ(trunks.tx_frames, sea.rx_frames);
        EXPECT_EQ(trunks.tx_bytes, sea.rx_bytes);
        EXPECT_EQ(sea.tx_frames, trunks.rx_frames);
        EXPECT_EQ(sea.tx_bytes, trunks.rx_bytes);
        RigTest::TearDown();
    }

    const AdapterId client1{0}, client10{1}, client20{2}, client98{3};
    const AdapterId trunk1{4}, trunk2{5}, wire{6}, virt{7};
};

}  // namespace sealane::test
