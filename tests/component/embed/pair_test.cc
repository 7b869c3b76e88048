// A pair of SEAs in virtual time: what takes seconds outside takes no time here, and is the same
// each time.
#include <gmock/gmock.h>

#include "tests/component/embed/embedded.h"

namespace sealane::test {
namespace {

using testing::HasSubstr;

const std::string kPair = R"(system: host
vswitches:
  - {name: ETHERNET0, mode: veb}
partitions:
  - name: vios1
    type: vios
    adapters:
      - {name: ent0, type: physical, port: {type: ring}}
      - {name: ent3, type: virtual, vswitch: ETHERNET0, pvid: 1, trunk_priority: 1}
      - {name: ent5, type: virtual, vswitch: ETHERNET0, pvid: 100}
    seas:
      - {name: ent6, real_adapter: ent0, virt_adapters: [ent3], pvid_adapter: ent3, pvid: 1, ctl_chan: ent5, ha_mode: auto}
  - name: vios2
    type: vios
    adapters:
      - {name: ent0, type: physical, port: {type: ring}}
      - {name: ent3, type: virtual, vswitch: ETHERNET0, pvid: 1, trunk_priority: 2}
      - {name: ent5, type: virtual, vswitch: ETHERNET0, pvid: 100}
    seas:
      - {name: ent6, real_adapter: ent0, virt_adapters: [ent3], pvid_adapter: ent3, pvid: 1, ctl_chan: ent5, ha_mode: auto}
  - name: lpar1
    type: client
    adapters:
      - {name: ent0, type: virtual, vswitch: ETHERNET0, pvid: 1, mac: "02:00:00:00:00:01", port: {type: ring}}
)";

/// A host that keeps to the deadlines, and notes which uplink each of its client's frames left by.
class Host {
  public:
    Host() {
        lpar = sealane_attach(instance.get(), "lpar1/ent0");
        uplinks[0] = sealane_attach(instance.get(), "vios1/ent0");
        uplinks[1] = sealane_attach(instance.get(), "vios2/ent0");
    }
    void run_until(std::uint64_t end) {
        std::uint64_t spoken = now;
        while (now < end) {
            std::uint64_t next = now;
            const int moved = sealane_poll(instance.get(), now, 256, &next);
            if (moved == 0) now = std::min(next, end);
            if (now - spoken < kMillisecond) continue;
            spoken = now;
            (void)send(lpar, frame({2, 0, 0, 0, 0, 0xee}, mac(1), "to the outside"));
            for (int i = 0; i < 2; ++i) {
                for (const Bytes& got : receive_all(uplinks[i])) {
                    if (got.size() == 60 && got[12] == 0x88 && got[13] == 0xb5)
                        ways += i == 0 ? '1' : '2';
                }
            }
        }
    }

    std::uint64_t now = kSecond;
    Instance instance = create(kPair, driven(now));
    sealane_client* lpar = nullptr;
    sealane_client* uplinks[2] = {};
    std::string ways;
};

std::string story() {
    Host host;
    if (host.lpar == nullptr || host.uplinks[0] == nullptr) return "no host";
    host.run_until(60 * kSecond);
    host.ways += '|';
    (void)call(host.instance.get(), "sea.set", R"({"sea":"vios1/ent6","ha_mode":"standby"})");
    host.run_until(120 * kSecond);
    return host.ways + call(host.instance.get(), "sea") + call(host.instance.get(), "events");
}

TEST(EmbeddedPair, MovesOnRequestInVirtualTimeWithoutLossAndTheSameEachTime) {
    const std::string told = story();
    const std::size_t moved = told.find('|');
    ASSERT_NE(moved, std::string::npos) << told;
    ASSERT_GT(moved, 1000U);
    EXPECT_EQ(told.substr(moved - 1000, 1000), std::string(1000, '1'));
    const std::size_t end = told.find('{');
    EXPECT_EQ(told.substr(end - 1000, 1000), std::string(1000, '2'));
    EXPECT_EQ(told.substr(moved, end - moved).find("21"), std::string::npos) << "it moved once";
    EXPECT_EQ(told, story());
}

}  // namespace
}  // namespace sealane::test
