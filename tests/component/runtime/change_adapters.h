// A system whose clients' adapters come and go, with one worker and with three.
#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "control/config/dump.h"
#include "dataplane/port/ring_port.h"
#include "tests/component/runtime/runtime_test.h"

namespace sealane::runtime {

// Two clients of a VLAN, a SEA that nothing comes out of, and room for two adapters.
inline const std::string kChangingFrame = R"(system: frame1
runtime: {workers: WORKERS, spare_adapters: 2}
vswitches:
  - {name: ETHERNET0, mode: veb}
partitions:
  - name: vios1
    type: vios
    adapters:
      - {name: ent0, type: physical, port: {type: ring}}
      - {name: ent3, type: virtual, vswitch: ETHERNET0, pvid: 1, trunk_priority: 1}
    seas:
      - {name: ent6, real_adapter: ent0, virt_adapters: [ent3], pvid_adapter: ent3, pvid: 1}
  - name: lpar1
    type: client
    adapters:
      - {name: ent0, type: virtual, vswitch: ETHERNET0, pvid: 1, mac: "02:00:00:00:00:01", port: {type: ring}}
  - name: lpar2
    type: client
    adapters:
      - {name: ent0, type: virtual, vswitch: ETHERNET0, pvid: 1, mac: "02:00:00:00:00:02", port: {type: ring}}
)";

inline std::string adapter_text(int number, const std::string& port = "{type: ring}") {
    return "{name: ent0, type: virtual, vswitch: ETHERNET0, pvid: 1, mac: \"02:00:00:00:00:0" +
           std::to_string(number) + "\", port: " + port + "}";
}

inline std::string changing_frame(int workers) {
    std::string text = kChangingFrame;
    text.replace(text.find("WORKERS"), 7, std::to_string(workers));
    return text;
}

inline test::Bytes between(std::uint8_t to, std::uint8_t from) {
    return test::Bytes{2, 0, 0, 0, 0, to, 2, 0, 0, 0, 0, from, 0x88, 0xb5, 1, 2, 3, 4};
}

class ChangeAdapters : public RuntimeTest, public testing::WithParamInterface<int> {
  protected:
    void SetUp() override { start(changing_frame(GetParam())); }

    void open(const std::string& adapter) {
        ASSERT_NE(system().lend_ring_client(adapter), nullptr);
        system().lend_ring_client(adapter)->set_open(true);
    }
    void close(const std::string& adapter) {
        system().lend_ring_client(adapter)->set_open(false);
        system().return_ring_client(adapter);
    }
    void add(const std::string& partition, const std::string& text) {
        const auto added = system().add_adapter(partition, text);
        ASSERT_TRUE(added.ok()) << added.error().text;
        ASSERT_EQ(*added, partition + "/ent0");
    }
    std::string refused(const std::string& partition, const std::string& text) {
        const std::string before = config::dump(system().model());
        const auto added = system().add_adapter(partition, text);
        EXPECT_FALSE(added.ok());
        EXPECT_EQ(config::dump(system().model()), before) << "half of it was applied";
        return added.ok() ? "" : added.error().text;
    }
    std::string kept(const std::string& adapter) {
        const std::string before = config::dump(system().model());
        const Status removed = system().remove_adapter(adapter);
        EXPECT_FALSE(removed.ok());
        EXPECT_EQ(config::dump(system().model()), before);
        return removed.ok() ? "" : removed.error().text;
    }
    std::vector<std::string> names() const {
        std::vector<std::string> all;
        for (const AdapterReport& one : system().adapters())
            all.push_back(one.name);
        return all;
    }
};

}  // namespace sealane::runtime
