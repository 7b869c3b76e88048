// A dumped system loads back to the same one.
#include "control/config/dump.h"

#include <rapidcheck.h>

#include <gtest/gtest.h>

#include "control/config/load.h"
#include "tests/unit/config/edited_file.h"
#include "tests/unit/config/random_system.h"

namespace sealane::config {
namespace {

TEST(Dump, AnySystemLoadsBackToItself) {
    EXPECT_TRUE(rc::check("a dumped system loads to an equal one", [] {
        const System system = draw_system();
        RC_ASSERT(to_string(check(system, "drawn")) == "");

        const std::string text = dump(system);
        const Loaded again = load(text, "dumped.yaml");

        RC_LOG() << text << to_string(again.faults);
        RC_ASSERT(again.faults.empty());
        RC_ASSERT(again.system == system);
    }));
}

TEST(Dump, SamplesLoadBackToThemselves) {
    for (const std::string name : {"design.yaml", "pair.yaml"}) {
        const Loaded first = load(sample(name), name);
        ASSERT_TRUE(first.system) << to_string(first.faults);
        const Loaded again = load(dump(*first.system), "dumped.yaml");
        EXPECT_EQ(to_string(again.faults), "");
        EXPECT_EQ(again.system, first.system);
    }
}

TEST(Dump, ReadsLikeAFileWrittenByHand) {
    const Loaded loaded = load(sample("design.yaml"), "design.yaml");
    ASSERT_TRUE(loaded.system);
    EXPECT_EQ(dump(*loaded.system),
              R"(# Configuration of frame1; what has its default is left out.
system: frame1
vswitches:
  - {name: ETHERNET0, mode: veb}
partitions:
  - name: vios1
    type: vios
    adapters:
      - {name: ent0, type: physical, port: {type: ethdev, devargs: "net_af_packet0,iface=up1"}}
      - {name: ent3, type: virtual, vswitch: ETHERNET0, pvid: 99, vids: [1, 2], trunk_priority: 1}
      - {name: ent4, type: virtual, vswitch: ETHERNET0, pvid: 98, vids: [3, 4], trunk_priority: 1}
      - {name: ent5, type: virtual, vswitch: ETHERNET0, pvid: 100}
    seas:
      - {name: ent6, real_adapter: ent0, virt_adapters: [ent3, ent4], pvid_adapter: ent3, pvid: 99,
         ctl_chan: ent5, ha_mode: sharing, largesend: true}
  - name: lpar1
    type: client
    adapters:
      - {name: ent0, type: virtual, vswitch: ETHERNET0, pvid: 1,
         port: {type: qemu-stream, listen: run/lpar1.sock}}
)");
}

TEST(Dump, ASystemWithoutPartitionsLoadsBackToItself) {
    System empty;
    empty.name = "frame1";
    empty.vswitches = {{.name = "ETHERNET0"}};
    EXPECT_EQ(load(dump(empty), "dumped.yaml").system, empty);
}

}  // namespace
}  // namespace sealane::config
