// `enabled: false` of a real adapter.
#include "tests/component/runtime/runtime_test.h"

namespace sealane::runtime {
namespace {

using test::frame;

constexpr const char* kFrame = R"(
system: f
vswitches: [{name: E}]
partitions:
  - name: vios1
    type: vios
    adapters:
      - {name: ent0, type: physical, enabled: false, port: {type: ring}}
      - {name: ent3, type: virtual, vswitch: E, pvid: 1, vids: [10], trunk_priority: 1}
    seas:
      - {name: ent6, real_adapter: ent0, virt_adapters: [ent3], pvid_adapter: ent3, pvid: 1}
  - name: lpar1
    type: client
    adapters:
      - {name: ent0, type: virtual, vswitch: E, pvid: 1, mac: "02:00:00:00:00:01",
         port: {type: ring}}
)";
constexpr MacAddress kClient{0x0200'0000'0001}, kOutside{0x0a00'0000'0001};

class DisabledRealAdapter : public RuntimeTest {
  protected:
    void SetUp() override { start(kFrame); }
};

TEST_F(DisabledRealAdapter, GivesNoFrame) {
    for (const MacAddress to : {kClient, test::kBroadcast}) {
        ASSERT_TRUE(send("vios1/ent0", frame(to, kOutside).bytes()));
    }
    settle();
    EXPECT_TRUE(take("lpar1/ent0").empty());
    const AdapterTotals real = totals("vios1/ent0");
    EXPECT_EQ(real.dropped(Direction::In, Drop::PortDisabled), 2U);
    EXPECT_EQ(real.rx_frames, 2U);
    EXPECT_EQ(real.admitted, 0U);
}

TEST_F(DisabledRealAdapter, TakesNoFrame) {
    for (const MacAddress to : {kOutside, test::kBroadcast}) {
        ASSERT_TRUE(send("lpar1/ent0", frame(to, kClient).bytes()));
    }
    settle();
    EXPECT_TRUE(take("vios1/ent0").empty());
    const AdapterTotals real = totals("vios1/ent0");
    EXPECT_EQ(real.dropped(Direction::Out, Drop::PortDisabled), 2U);
    EXPECT_EQ(real.offered, 2U);
    EXPECT_EQ(real.tx_frames, 0U);
}

}  // namespace
}  // namespace sealane::runtime
