// Clients that stop reading lose their own frames, and nobody else's.
#include "tests/component/runtime/runtime_test.h"

namespace sealane::runtime {
namespace {

using test::frame;
using test::FrameSpec;

constexpr int kClients = 8;  // the first two talk, all others are stuck
constexpr int kTalks = 40;

std::string name_of(int client) { return "lpar" + std::to_string(client) + "/ent0"; }
MacAddress mac_of(int client) { return {0x0200'0000'0000 + static_cast<std::uint64_t>(client)}; }

std::string ring_clients() {
    std::string text = "system: f\nvswitches: [{name: E}]\npartitions:\n";
    for (int client = 1; client <= kClients; ++client) {
        text += "  - {name: lpar" + std::to_string(client) +
                ", type: client, adapters: [{name: ent0, type: virtual, vswitch: E, pvid: 1, mac: "
                "\"" +
                to_string(mac_of(client)) + "\", port: {type: ring}}]}\n";
    }
    return text;
}

class Stuck : public RuntimeTest {
  protected:
    void SetUp() override { start(ring_clients()); }

    /// Client 1 sends until every stuck client has lost some.
    void fill_all(const FrameSpec& spec) {
        for (int client = 3; client <= kClients; ++client) {
            const test::Bytes bytes = spec.to(mac_of(client)).bytes();
            const auto lost = [&] {
                return totals(name_of(client)).dropped(Direction::Out, Drop::QueueFull);
            };
            for (int sent = 0; lost() < 8 && sent < 2000; ++sent) {
                if (!send(name_of(1), bytes)) settle();
                if (sent % 8 == 0) settle();
            }
            ASSERT_GE(lost(), 8U) << "client " << client << " took everything";
        }
    }

    void expect_talk(int from, int to, const FrameSpec& spec) {
        for (int talk = 0; talk < kTalks; ++talk) {
            const test::Bytes said =
                spec.numbered(static_cast<std::uint32_t>(talk)).to(mac_of(to)).bytes();
            ASSERT_TRUE(send(name_of(from), said));
            settle();
            ASSERT_EQ(take(name_of(to)), std::vector<test::Bytes>{said}) << talk;
        }
    }

    void expect_all_is_well() {
        const FrameSpec said = frame(mac_of(2), mac_of(1));
        expect_talk(1, 2, said);
        expect_talk(1, 2, said.sized(9000));
        expect_talk(2, 1, frame(mac_of(1), mac_of(2)).sized(65408));
        const FrameSpec to_all = frame(test::kBroadcast, mac_of(2));
        for (int shout = 0; shout < kTalks; ++shout) {
            ASSERT_TRUE(send(name_of(2), to_all.bytes()));
            settle();
            ASSERT_EQ(take(name_of(1)), std::vector<test::Bytes>{to_all.bytes()}) << shout;
        }
        for (int client = 1; client <= kClients; ++client) {
            EXPECT_EQ(totals(name_of(client)).dropped(Direction::Between), 0U) << client;
        }
    }
};

TEST_F(Stuck, RingsFullOfTheShortestFramesTakeNothingFromOthers) {
    fill_all(frame(mac_of(2), mac_of(1)).sized(60));
    expect_all_is_well();
}

TEST_F(Stuck, RingsFullOfTheLongestFramesTakeNothingFromOthers) {
    fill_all(frame(mac_of(2), mac_of(1)).sized(65408));
    expect_all_is_well();
}

TEST_F(Stuck, RingsFullOfCopiesTakeNothingFromOthers) {
    const test::Bytes to_all = frame(test::kBroadcast, mac_of(1)).sized(9000).bytes();
    const auto lost = [&] {
        return totals(name_of(kClients)).dropped(Direction::Out, Drop::QueueFull);
    };
    for (int sent = 0; lost() < 100 && sent < 2000; ++sent) {
        send(name_of(1), to_all);
        settle();
        take(name_of(2));
    }
    EXPECT_GE(lost(), 100U);
    expect_all_is_well();
}

}  // namespace
}  // namespace sealane::runtime
