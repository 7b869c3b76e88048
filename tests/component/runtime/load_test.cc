// Pairs of SEAs under as much load as their rings take: roles move, frames come once, buffers come
// back.
#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "control/runtime/clock.h"
#include "dataplane/port/ring_port.h"
#include "dataplane/port/tally.h"
#include "tests/component/runtime/runtime_test.h"
#include "tests/support/claims.h"

namespace sealane::runtime {
namespace {

using test::Bytes;
using test::frame;
using namespace std::chrono_literals;

constexpr MacAddress kLoaded{0x0200'0000'0001}, kIdler{0x0200'0000'0003}, kPeer{0x0a00'0000'0001},
    kAnybody{0xffff'ffff'ffff};

std::string pair_of(const std::string& mode) {
    std::string text = "system: f\nvswitches: [{name: E}]\npartitions:\n";
    for (const std::string n : {"1", "2"}) {
        text += "  - name: vios" + n +
                "\n    type: vios\n    adapters:\n"
                "      - {name: ent0, type: physical, impair: {}, port: {type: ring, size: 1024}}\n"
                "      - {name: ent3, type: virtual, vswitch: E, pvid: 99, vids: [1], "
                "trunk_priority: " +
                n +
                "}\n"
                "      - {name: ent4, type: virtual, vswitch: E, pvid: 98, vids: [3], "
                "trunk_priority: " +
                n +
                "}\n"
                "      - {name: ent5, type: virtual, vswitch: E, pvid: 100}\n"
                "    seas:\n      - {name: ent6, real_adapter: ent0, virt_adapters: [ent3, ent4], "
                "pvid_adapter: ent3, pvid: 99,\n         ctl_chan: ent5, jumbo_frames: true, "
                "health_time: 0, keepalive_ms: 250, lease_ms: 2000, ha_mode: " +
                mode + "}\n";
    }
    for (const auto& [n, vlan] : {std::pair{"1", "1"}, {"3", "3"}}) {
        text += std::string("  - {name: lpar") + n +
                ", type: client, adapters: [{name: ent0, type: virtual, vswitch: E, pvid: " + vlan +
                ", mac: \"02:00:00:00:00:0" + n + "\", port: {type: ring, size: 1024}}]}\n";
    }
    return text;
}

class Load : public RuntimeTest {
  protected:
    /// As RuntimeTest's, but for messages of the pair, which never end: at some look none is under
    /// way.
    void TearDown() override {
        bool rested = false;
        for (int looks = 0; looks < 1'000 && !rested; ++looks) {
            settle();
            rested = is_at_rest();
        }
        EXPECT_TRUE(rested) << system().system().buffers_in_use << " buffers in use";
    }
    [[nodiscard]] bool is_at_rest() {
        AdapterTotals all;
        bool laws_hold = true;
        for (const AdapterReport& report : system().adapters()) {
            if (system().lend_ring_client(report.name) != nullptr) take(report.name);
            laws_hold =
                laws_hold && inward_law_holds(report.totals) && outward_law_holds(report.totals, 0);
            all.add(report.totals);
        }
        return laws_hold && whole_law_holds(all) && system().system().buffers_in_use == 0;
    }
    [[nodiscard]] std::string states() const {
        const std::vector<SeaReport> seas = system().seas();
        return seas.at(0).state + " " + seas.at(1).state;
    }
    /// Whether it comes true in ten seconds, `meanwhile` going on.
    bool becomes(
        const std::string& wanted, const std::function<void()>& meanwhile = [] {}) {
        for (int looks = 0; looks < 10'000; ++looks) {
            if (states() == wanted) return true;
            meanwhile();
            wait_for(1ms);
        }
        return false;
    }
    /// A burst each way, in each size: small, jumbo, and to everybody, and outward a large send;
    /// what has come is counted.
    void flood() {
        send_large();
        for (const std::size_t size : {std::size_t{64}, std::size_t{9014}}) {
            std::vector<Bytes> outward, inward;
            for (int i = 0; i < 16; ++i) {
                ++number_;
                outward.push_back(
                    numbered(frame(i % 8 == 0 ? kAnybody : kPeer, kLoaded).sized(size)));
                inward.push_back(numbered(frame(kLoaded, kPeer).tag({.vid = 1}).sized(size)));
            }
            [[maybe_unused]] const bool out = send_together("lpar1/ent0", outward);
            [[maybe_unused]] const bool in =
                send_together(wire_, inward);  // as far as there is room
        }
        take_all();
    }
    /// 60,000 bytes of TCP, which are cut before the wire.  No other frame's pieces have their
    /// bytes.
    void send_large() {
        test::Packet packet = test::large_packet(60'000);
        packet.addresses = {0x0a, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 1};
        packet.sequence = 60'000 * ++large_sends_;
        rte_mbuf* frame =
            test::claim(test::make_frame(system().frame_pool(), packet.bytes()), packet, kPiece);
        AdapterCounters outcome;
        port::Tally tally(outcome);
        system().lend_ring_client("lpar1/ent0")->send(&frame, 1, tally);
    }
    [[nodiscard]] std::size_t pieces_outside() const {
        constexpr std::size_t kHeaders = 14 + 4 + 20 + 20;
        return static_cast<std::size_t>(std::ranges::count_if(
            outside_, [](const auto& one) { return one.first.size() == kPiece + kHeaders; }));
    }
    /// No other frame of the test has these bytes.
    Bytes numbered(const test::FrameSpec& spec) const {
        Bytes bytes = spec.bytes();
        for (std::size_t i = 0; i < 4; ++i) {
            bytes.at(bytes.size() - 4 + i) = static_cast<std::uint8_t>(number_ >> 8 * i);
        }
        return bytes;
    }
    void take_all() {
        for (const char* wire : {"vios1/ent0", "vios2/ent0"}) {
            for (const Bytes& came : take(wire)) {
                const bool is_clients = came.size() >= 64 && came.at(11) == 0x01;
                if (!is_clients || came.at(12) != 0x81 || came.at(17) == 0x35) continue;  // RARP
                ++outside_[came];
                wire_ = wire;  // where the outside switch learned the client
            }
        }
        for (const Bytes& came : take("lpar1/ent0")) {
            ++inside_[came];
        }
    }
    /// Until nothing moves, with nobody sending any more.
    void come_to_rest() {
        for (int quiet = 0; quiet < 3;) {
            const std::size_t before = outside_.size() + inside_.size();
            settle();
            take_all();
            quiet = before == outside_.size() + inside_.size() ? quiet + 1 : 0;
        }
    }
    static std::size_t doubled(const std::map<Bytes, int>& came) {
        return static_cast<std::size_t>(
            std::ranges::count_if(came, [](const auto& one) { return one.second > 1; }));
    }
    /// What the hypervisor gave and took, line by line.
    [[nodiscard]] std::string slot_events() const {
        std::string all;
        for (const EventReport& event : system().events(0)) {
            if (event.kind == "slot")
                all += event.sea + " " + event.what + ": " + event.cause + "\n";
        }
        return all;
    }

    std::string wire_ = "vios1/ent0";
    std::map<Bytes, int> outside_, inside_;  ///< Frames that came, and how often.
    std::uint32_t number_ = 0, large_sends_ = 0;
    static constexpr std::uint16_t kPiece = 1448;
};

TEST_F(Load, H46_RolesMoveUnderAFloodOfJumboFramesAndLargeSendsAndEachFrameComesOnceAtMost) {
    start(pair_of("auto"));
    ASSERT_TRUE(becomes("PRIMARY BACKUP"));
    const auto load = [this] { flood(); };
    for (int i = 0; i < 50; ++i) {
        flood();
    }
    for (int moves = 0; moves < 3; ++moves) {
        ASSERT_TRUE(system().set_ha_mode("vios1/ent6", "standby").ok());
        ASSERT_TRUE(becomes("BACKUP PRIMARY", load)) << states();
        ASSERT_TRUE(system().set_ha_mode("vios1/ent6", "auto").ok());
        ASSERT_TRUE(becomes("PRIMARY BACKUP", load)) << states();
    }
    ASSERT_TRUE(system().impair("vios1/ent0", {.in = {}, .out = {}, .link_down = true}).ok());
    ASSERT_TRUE(becomes("LIMBO PRIMARY", load)) << states();
    come_to_rest();
    flood();  // the outside switch may learn only now where the client is
    come_to_rest();
    const std::size_t out_before = outside_.size(), in_before = inside_.size();
    const std::size_t pieces_before = pieces_outside();
    flood();
    come_to_rest();
    EXPECT_EQ(wire_, "vios2/ent0");
    EXPECT_GT(outside_.size(), out_before);
    EXPECT_GT(inside_.size(), in_before);
    EXPECT_GT(pieces_before, 1'000U) << "large sends were cut while roles moved";
    EXPECT_GE(pieces_outside(), pieces_before + 41) << "and are by the successor";
    EXPECT_EQ(doubled(outside_), 0U);
    EXPECT_EQ(doubled(inside_), 0U);
    // And all buffers are back, and the laws hold: TearDown.
}

TEST_F(Load, L15_SkewedLoadMovesNothingAndTheTrunksCountersShowIt) {
    start(pair_of("sharing"));
    ASSERT_TRUE(becomes("PRIMARY_SH BACKUP_SH"));
    const std::string slots_before = slot_events();
    constexpr std::uint32_t kTurns = 100;
    for (std::uint32_t turn = 0; turn < kTurns; ++turn) {
        std::vector<Bytes> many;
        for (std::uint32_t i = 0; i < 19; ++i) {
            many.push_back(frame(kPeer, kLoaded).numbered(turn * 19 + i).bytes());
        }
        ASSERT_TRUE(send("lpar3/ent0", frame(kPeer, kIdler).numbered(turn).bytes()));
        ASSERT_TRUE(send_together("lpar1/ent0", many));
        settle();
        take("vios1/ent0");
        take("vios2/ent0");
        wait_for(20ms);  // two hold-downs in all
    }
    EXPECT_EQ(states(), "PRIMARY_SH BACKUP_SH");
    EXPECT_EQ(slot_events(), slots_before);
    const auto carried = [this](const std::string& trunk) {
        return totals("vios1/" + trunk).tx_frames + totals("vios2/" + trunk).tx_frames;
    };
    EXPECT_EQ(carried("ent3"), kTurns * 19);
    EXPECT_EQ(carried("ent4"), kTurns);
}

/// As many clients as a VIOS may have to announce, and one that talks all the time.
class Announcements : public Load {
  protected:
    static constexpr std::size_t kMany = 4096;

    void SetUp() override {
        std::string text = pair_of("auto");
        for (const auto& [from, to] :
             {std::pair<std::string, std::string>{"impair: {}, port: {type: ring, size: 1024",
                                                  "port: {type: ring, size: 8192"},
              {"pvid: 1, mac:", "pvid: 1, max_macs: 5000, mac:"}}) {
            for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos;) {
                text.replace(at, from.size(), to);
                at += to.size();
            }
        }
        start(text);
        ASSERT_TRUE(becomes("PRIMARY BACKUP"));
        for (std::size_t first = 0; first < kMany; first += 64) {
            std::vector<Bytes> hellos;
            for (std::size_t i = first; i < first + 64; ++i) {
                hellos.push_back(frame(kPeer, {0x0222'0000'0000 + i}).bytes());
            }
            ASSERT_TRUE(send_together("lpar1/ent0", hellos));
            settle();
            take("vios1/ent0");
            take("vios2/ent0");
        }
    }
    /// What of it all comes out at the wires.
    void look() {
        for (const char* wire : {"vios1/ent0", "vios2/ent0"}) {
            for (const Bytes& came : take(wire)) {
                if (came.at(16) == 0x80 && came.at(17) == 0x35) {
                    announced_.insert(Bytes(came.begin() + 6, came.begin() + 12));
                } else {
                    ++outside_[came];
                }
            }
        }
    }
    /// Eight frames of the one that talks.
    void talk() {
        std::vector<Bytes> words;
        for (int i = 0; i < 8; ++i) {
            ++number_;
            words.push_back(numbered(frame(kPeer, kIdler)));
        }
        ASSERT_TRUE(send_together("lpar3/ent0", words));
        look();
    }

    std::set<Bytes> announced_;  ///< Their addresses.
};

TEST_F(Announcements, H41_OfFourThousandClientsStarveNoData) {
    ASSERT_TRUE(system().set_ha_mode("vios1/ent6", "standby").ok());
    ASSERT_TRUE(becomes("BACKUP PRIMARY", [this] { talk(); }));
    for (int looks = 0; looks < 10'000 && announced_.size() < kMany; ++looks) {
        talk();
        wait_for(1ms);
    }
    settle();
    look();
    EXPECT_GE(announced_.size(), kMany);
    EXPECT_EQ(outside_.size(), number_) << "each frame of data has come";
    EXPECT_EQ(doubled(outside_), 0U);
}

}  // namespace
}  // namespace sealane::runtime
