// An adapter's MTU, changed while frames flow.
#include <string>

#include "control/config/dump.h"
#include "tests/component/runtime/runtime_test.h"

namespace sealane::runtime {
namespace {

using test::frame;

class Mtu : public RuntimeTest {
  protected:
    static constexpr MacAddress kOne{0x0200'0000'0001}, kTwo{0x0200'0000'0002};

    void SetUp() override {
        start(R"(system: f
vswitches: [{name: E}]
partitions:
  - {name: vios1, type: vios, adapters: [
      {name: ent0, type: physical, port: {type: ethdev, devargs: "net_null7,no-rx=1"}},
      {name: ent1, type: virtual, vswitch: E, pvid: 1, trunk_priority: 1}],
     seas: [{name: ent6, real_adapter: ent0, virt_adapters: [ent1], pvid_adapter: ent1, pvid: 1}]}
  - {name: lpar1, type: client, adapters: [{name: ent0, type: virtual, vswitch: E, pvid: 1, mac: "02:00:00:00:00:01", port: {type: ring}}]}
  - {name: lpar2, type: client, adapters: [{name: ent0, type: virtual, vswitch: E, pvid: 1, mac: "02:00:00:00:00:02", port: {type: ring}}]}
)");
    }
    [[nodiscard]] std::uint32_t mtu_of(const std::string& name) const {
        for (const AdapterReport& adapter : system().adapters()) {
            if (adapter.name == name) return adapter.mtu;
        }
        return 0;
    }
};

TEST_F(Mtu, M12ChangedUnderTrafficOnlyFramesOverItAreDropped) {
    const test::Bytes fits = frame(kTwo, kOne).sized(1514).bytes();
    const test::Bytes longer = frame(kTwo, kOne).sized(1515).bytes();
    for (std::uint64_t i = 0; i < 500; ++i) {
        const bool is_large = i % 2 == 0;
        ASSERT_TRUE(system().set_mtu("lpar2/ent0", is_large ? 9000 : 1500).ok());
        ASSERT_TRUE(send_together("lpar1/ent0", {fits, longer, fits}));
        settle();
        const auto came = take("lpar2/ent0");
        ASSERT_EQ(came, is_large ? (std::vector{fits, longer, fits}) : (std::vector{fits, fits}));
        ASSERT_EQ(totals("lpar2/ent0").dropped(Direction::Out, Drop::Oversize), (i + 1) / 2);
    }
}

TEST_F(Mtu, IsWhatIsReportedAndDumped) {
    ASSERT_TRUE(system().set_mtu("lpar2/ent0", 9000).ok());
    EXPECT_EQ(mtu_of("lpar2/ent0"), 9000U);
    EXPECT_EQ(mtu_of("lpar1/ent0"), config::kMaxMtu);
    EXPECT_NE(config::dump(system().model()).find("mtu: 9000"), std::string::npos);
}

TEST_F(Mtu, M13OutOfRangeIsRefusedAndTheOldOneStays) {
    ASSERT_TRUE(system().set_mtu("lpar2/ent0", 1500).ok());
    for (const std::uint32_t wrong : {0U, 67U, 65'395U, UINT32_MAX}) {
        EXPECT_EQ(system().set_mtu("lpar2/ent0", wrong).error().text,
                  "the mtu of lpar2/ent0 can't be " + std::to_string(wrong) + "; use 68 to 65394");
    }
    EXPECT_EQ(mtu_of("lpar2/ent0"), 1500U);
    EXPECT_TRUE(system().set_mtu("lpar2/ent0", 68).ok());
    EXPECT_TRUE(system().set_mtu("lpar2/ent0", 65'394).ok());
}

TEST_F(Mtu, OfADeviceIsLoweredAndRaisedToWhatItWasOpenedFor) {
    EXPECT_TRUE(system().set_mtu("vios1/ent0", 1400).ok());
    EXPECT_EQ(system().set_mtu("vios1/ent0", 1501).error().text,
              "the mtu of vios1/ent0 can't be 1501; use 68 to 1500");
    EXPECT_TRUE(system().set_mtu("vios1/ent0", 1500).ok());
}

TEST_F(Mtu, OfASeaIsThatOfItsRealAdapterAndOthersAreUnknown) {
    EXPECT_EQ(system().set_mtu("vios1/ent6", 1500).error().text,
              "vios1/ent6 is a SEA: change the mtu of its real adapter");
    EXPECT_EQ(system().set_mtu("lpar9/ent0", 1500).error().text,
              "no adapter is called 'lpar9/ent0'; see `sealane show`");
}

}  // namespace
}  // namespace sealane::runtime
