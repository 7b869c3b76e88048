// Clients that send as fast as they can.
#include <string>
#include <vector>

#include "dataplane/port/ring_port.h"
#include "tests/component/runtime/runtime_test.h"
#include "tests/support/mbufs.h"

namespace sealane::runtime {
namespace {

using test::Bytes;
using test::FrameSpec;

constexpr std::uint16_t kClients = 4, kFrames = 2047;

std::string name_of(std::uint16_t client) { return "lpar" + std::to_string(client) + "/ent0"; }
MacAddress mac_of(std::uint16_t client) { return {0x0200'0000'0000 + std::uint64_t{client}}; }

class Saturated : public RuntimeTest {
  protected:
    void SetUp() override {
        std::string text = R"(
system: f
vswitches: [{name: E}]
partitions:
  - name: vios1
    type: vios
    adapters:
      - {name: ent0, type: physical, port: {type: ring, size: 16384}}
      - {name: ent1, type: virtual, vswitch: E, pvid: 1, trunk_priority: 1}
    seas: [{name: ent2, real_adapter: ent0, virt_adapters: [ent1], pvid_adapter: ent1, pvid: 1}]
)";
        for (std::uint16_t client = 1; client <= kClients; ++client) {
            text += "  - {name: lpar" + std::to_string(client) +
                    ", type: client, adapters: [{name: ent0, type: virtual, vswitch: E, pvid: 1, "
                    "mac: \"" +
                    to_string(mac_of(client)) + "\", port: {type: ring, size: 2048}}]}\n";
        }
        start(text);
    }
    [[nodiscard]] std::vector<rte_mbuf*> frames_of(std::uint16_t client) {
        const Bytes bytes = FrameSpec({0x0222'0000'0001}, mac_of(client)).bytes();
        std::vector<rte_mbuf*> frames(kFrames);
        for (rte_mbuf*& frame : frames) {
            frame = test::make_frame(system().frame_pool(), bytes);
        }
        return frames;
    }
};

TEST_F(Saturated, LinkToTheSeaLosesNothingOfAnyClient) {
    std::vector<std::vector<rte_mbuf*>> frames;
    for (std::uint16_t client = 1; client <= kClients; ++client) {
        frames.push_back(frames_of(client));
    }
    AdapterCounters outcome;
    port::Tally tally(outcome);
    for (std::uint16_t client = 1; client <= kClients; ++client) {
        system()
            .lend_ring_client(name_of(client))
            ->send(frames[client - 1U].data(), kFrames, tally);
    }
    EXPECT_EQ(outcome.tx_frames.read(), kClients * kFrames);
    settle();
    EXPECT_EQ(totals("vios1/ent1").dropped(Direction::Out, Drop::QueueFull), 0U);
    EXPECT_EQ(take("vios1/ent0").size(), std::size_t{kClients} * kFrames);
}

}  // namespace
}  // namespace sealane::runtime
