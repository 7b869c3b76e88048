// A frame in three parts that meet over sockets as processes do: the hypervisor and two VIOSes.
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <functional>

#include "control/hypercall/client.h"
#include "control/runtime/clock.h"
#include "control/runtime/layout.h"
#include "tests/component/runtime/runtime_test.h"
#include "tests/unit/rpc/scratch_folder.h"

namespace sealane::runtime {
namespace {

using test::frame;
using namespace std::chrono_literals;

constexpr const char* kParts = R"(
system: f
vswitches: [{name: E}]
partitions:
  - name: vios1
    type: vios
    adapters:
      - {name: ent0, type: physical, port: {type: ring}}
      - {name: ent3, type: virtual, vswitch: E, pvid: 1, vids: [10], trunk_priority: 1}
      - {name: ent5, type: virtual, vswitch: E, pvid: 100}
    seas:
      - {name: ent6, real_adapter: ent0, virt_adapters: [ent3], pvid_adapter: ent3, pvid: 1,
         ctl_chan: ent5, ha_mode: auto, health_time: 0, lease_ms: 2000,
         keepalive_ms: 50}
  - name: vios2
    type: vios
    adapters:
      - {name: ent0, type: physical, port: {type: ring}}
      - {name: ent3, type: virtual, vswitch: E, pvid: 1, vids: [10], trunk_priority: 2}
      - {name: ent5, type: virtual, vswitch: E, pvid: 100}
    seas:
      - {name: ent6, real_adapter: ent0, virt_adapters: [ent3], pvid_adapter: ent3, pvid: 1,
         ctl_chan: ent5, ha_mode: auto, health_time: 0, lease_ms: 2000,
         keepalive_ms: 50}
  - name: lpar1
    type: client
    adapters:
      - {name: ent0, type: virtual, vswitch: E, pvid: 10, mac: "02:00:00:00:00:01",
         port: {type: ring}}
)";
constexpr MacAddress kLpar{0x0200'0000'0001}, kHost{0x0a00'0000'0001};

/// The pair finds itself on VLAN 4095.
std::string without_control_channel() {
    std::string text = kParts;
    for (const std::string gone :
         {"      - {name: ent5, type: virtual, vswitch: E, pvid: 100}\n", "ctl_chan: ent5, "}) {
        for (int side = 0; side < 2; ++side) {
            text.erase(text.find(gone), gone.size());
        }
    }
    return text;
}

class Parts : public testing::Test {
  protected:
    explicit Parts(const std::string& file = kParts) : model_(model_of(file)) {}

    void SetUp() override {
        ::signal(SIGPIPE, SIG_IGN);  // as the program does
        std::filesystem::create_directory(folder_ / "f");
        auto started = start_system(
            model_, {.config_file = "frame.yaml", .seed = 1, .part = part("hypervisor")});
        ASSERT_TRUE(started.ok()) << started.error().text;
        hypervisor_ = std::move(started).value();
        start_vios(0);
        ASSERT_TRUE(becomes([&] { return role(0) == "PRIMARY"; }));
        start_vios(1);
        ASSERT_TRUE(becomes([&] { return role(1) == "BACKUP"; }));
    }

    [[nodiscard]] Part part(const std::string& name) const {
        return find_part(model_, name, folder_ / "f").value();
    }

    void start_vios(std::size_t i) {
        const Part own = part(i == 0 ? "vios1" : "vios2");
        auto client = hypercall::Client::connect(
            {.path = hypercall_path(own), .digest = digest_of(model_), .partition = own.vios}, 10s);
        ASSERT_TRUE(client.ok()) << client.error().text;
        auto started = start_system(model_,
                                    {.config_file = "frame.yaml",
                                     .seed = 2 + i,
                                     .part = own,
                                     .hypervisor = std::move(client).value()});
        ASSERT_TRUE(started.ok()) << started.error().text;
        vios_[i] = std::move(started).value();
    }

    static bool becomes(const std::function<bool()>& fact) {
        for (int looks = 0; looks < 10'000; ++looks) {
            if (fact()) return true;
            wait_for(1ms);
        }
        return false;
    }
    [[nodiscard]] std::string role(std::size_t i) const { return vios_[i]->seas().at(0).state; }

    /// What comes out at the outside of a VIOS after the client has sent once.
    [[nodiscard]] bool client_reaches(std::size_t i, const std::string& wire) {
        const test::Bytes sent = frame(kHost, kLpar).bytes();
        const test::Bytes expected = frame(kHost, kLpar).tag({.vid = 10}).bytes();
        return becomes([&] {
            send_at(*hypervisor_, "lpar1/ent0", {sent});
            wait_for(1ms);
            const std::vector<test::Bytes> got = take_at(*vios_[i], wire);
            return std::ranges::find(got, expected) != got.end();
        });
    }

    /// What the hypervisor has noted of slots, its epoch away, and whether that rose by the way.
    [[nodiscard]] std::vector<std::string> slot_events() const {
        std::vector<std::string> events;
        std::uint64_t last = 0;
        for (const EventReport& event : hypervisor_->events(0)) {
            if (event.kind != "slot") continue;
            const std::string epoch = ", epoch ";
            const std::size_t end = event.what.find(epoch);
            EXPECT_NE(end, std::string::npos) << event.what;
            const std::uint64_t now = std::stoull(event.what.substr(end + epoch.size()));
            EXPECT_GE(now, last) << event.what;
            last = now;
            events.push_back(event.sea + ": " + event.what.substr(0, end) + ": " + event.cause);
        }
        return events;
    }
    [[nodiscard]] bool notes(const std::vector<std::string>& events) const {
        return becomes([&] { return slot_events() == events; });
    }

    const config::System model_;
    ScratchFolder folder_;
    std::unique_ptr<System> hypervisor_;
    std::array<std::unique_ptr<System>, 2> vios_;
};

TEST_F(Parts, AFrameCrossesBothWaysThroughTheOwnerAlone) {
    ASSERT_TRUE(client_reaches(0, "vios1/ent0"));
    take_at(*hypervisor_, "lpar1/ent0");

    const test::Bytes inward = frame(kLpar, kHost).tag({.vid = 10}).bytes();
    ASSERT_TRUE(send_at(*vios_[1], "vios2/ent0", {inward}));
    ASSERT_TRUE(send_at(*vios_[0], "vios1/ent0", {inward}));
    std::vector<test::Bytes> got;
    ASSERT_TRUE(becomes([&] {
        for (test::Bytes& one : take_at(*hypervisor_, "lpar1/ent0")) {
            got.push_back(std::move(one));
        }
        return !got.empty();
    }));
    ASSERT_TRUE(hypervisor_->settle(10));
    EXPECT_TRUE(take_at(*hypervisor_, "lpar1/ent0").empty());
    EXPECT_EQ(got, std::vector<test::Bytes>({frame(kLpar, kHost).bytes()}));
}

TEST_F(Parts, AViosThatEndsIsReplacedAndComesBack) {
    vios_[0].reset();
    EXPECT_TRUE(becomes([&] { return role(1) == "PRIMARY"; }));
    EXPECT_TRUE(client_reaches(1, "vios2/ent0"));

    start_vios(0);
    EXPECT_TRUE(becomes([&] { return role(0) == "PRIMARY" && role(1) == "BACKUP"; }));
    EXPECT_TRUE(client_reaches(0, "vios1/ent0"));
}

class PartsThatDiscover : public Parts {
  protected:
    PartsThatDiscover() : Parts(without_control_channel()) {}
};

TEST_F(PartsThatDiscover, HearEachOtherThroughTheHypervisorAndHandOverOnRequest) {
    ASSERT_TRUE(becomes([&] { return vios_[0]->seas().at(0).pair->partner_state == "BACKUP"; }));
    EXPECT_EQ(vios_[0]->seas().at(0).pair->control_pvid, VlanId{4095});
    ASSERT_TRUE(vios_[0]->set_ha_mode("vios1/ent6", "standby").ok());
    EXPECT_TRUE(becomes([&] { return role(0) == "BACKUP" && role(1) == "PRIMARY"; }));
    EXPECT_TRUE(client_reaches(1, "vios2/ent0"));
}

TEST_F(Parts, ClientsAreAnnouncedByWhoTakesOver) {
    ASSERT_TRUE(client_reaches(0, "vios1/ent0"));
    vios_[0].reset();
    EXPECT_TRUE(becomes([&] {
        const std::vector<test::Bytes> said = take_at(*vios_[1], "vios2/ent0");
        return std::ranges::any_of(said, [](const test::Bytes& bytes) {
            return bytes.size() > 17 && bytes[16] == 0x80 && bytes[17] == 0x35;  // RARP, tagged
        });
    }));
}

TEST_F(Parts, TheHypervisorNotesWhoGetsAndWhoLosesASlotAndNothingTwice) {
    std::vector<std::string> noted{"vios1/ent6: vios1/ent3 has it: its SEA asked for it"};
    EXPECT_TRUE(notes(noted)) << testing::PrintToString(slot_events());

    ASSERT_TRUE(vios_[0]->set_ha_mode("vios1/ent6", "standby").ok());
    ASSERT_TRUE(becomes([&] { return role(0) == "BACKUP" && role(1) == "PRIMARY"; }));
    noted.insert(noted.end(),
                 {"vios1/ent6: vios1/ent3 has it no more: another SEA has it",
                  "vios2/ent6: vios2/ent3 has it: its SEA asked for it"});
    EXPECT_TRUE(notes(noted)) << testing::PrintToString(slot_events());

    vios_[1].reset();
    ASSERT_TRUE(becomes([&] { return role(0) == "PRIMARY"; }));
    noted.insert(noted.end(),
                 {"vios2/ent6: vios2/ent3 has it no more: its SEA let go, or its lease ended",
                  "vios1/ent6: vios1/ent3 has it: its SEA asked for it"});
    EXPECT_TRUE(notes(noted)) << testing::PrintToString(slot_events());
}

TEST_F(Parts, AViosThatDiedWithASlotIsNotedToHaveItAgainAndNotToHaveLostIt) {
    vios_[1].reset();
    vios_[0].reset();
    const std::string let_go =
        "vios1/ent6: vios1/ent3 has it no more: its SEA let go, or its lease ended";
    ASSERT_TRUE(becomes([&] { return slot_events().back() == let_go; }));
    std::vector<std::string> noted = slot_events();
    const Part own = part("vios1");
    for (int life = 1; life <= 2; ++life) {
        auto client = hypercall::Client::connect(
            {.path = hypercall_path(own), .digest = digest_of(model_), .partition = own.vios}, 10s);
        ASSERT_TRUE(client.ok()) << client.error().text;
        (*client)->call({0}, hypercall::Call::Acquire, ha::TrunkSet::first(1));
        noted.emplace_back("vios1/ent6: vios1/ent3 has it: its SEA asked for it");
        EXPECT_TRUE(notes(noted)) << testing::PrintToString(slot_events());
    }
}

TEST_F(Parts, AViosWhoseHypervisorEndsKnowsIt) {
    EXPECT_FALSE(vios_[0]->has_lost_hypervisor());
    hypervisor_.reset();
    EXPECT_TRUE(becomes([&] { return vios_[0]->has_lost_hypervisor(); }));
    EXPECT_TRUE(becomes([&] { return vios_[1]->has_lost_hypervisor(); }));
}

TEST_F(Parts, OfAnotherFileOrASecondTimeNoViosIsLetIn) {
    const Part own = part("vios1");
    hypercall::Digest other = digest_of(model_);
    other[0] ^= 1;
    EXPECT_FALSE(hypercall::Client::connect(
                     {.path = hypercall_path(own), .digest = other, .partition = "vios1"}, 10s)
                     .ok());
    EXPECT_FALSE(
        hypercall::Client::connect(
            {.path = hypercall_path(own), .digest = digest_of(model_), .partition = "vios1"}, 10s)
            .ok());
    EXPECT_EQ(role(0), "PRIMARY");
}

TEST_F(Parts, QuestionsForAnotherPartSayWhomToAsk) {
    const AddressRequest request{VlanId{10}, kHost, "lpar1/ent0"};
    const Status added = vios_[0]->add_addresses({request});
    ASSERT_FALSE(added.ok());
    EXPECT_NE(added.error().text.find("hypervisor.control"), std::string::npos);
    const Status set = vios_[0]->set_ha_mode("vios2/ent6", "standby");
    ASSERT_FALSE(set.ok());
    EXPECT_NE(set.error().text.find("vios2.control"), std::string::npos);
}

}  // namespace
}  // namespace sealane::runtime
