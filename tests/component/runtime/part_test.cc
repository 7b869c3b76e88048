// Which part of a frame has what.
#include "control/runtime/part.h"

#include <map>

#include "control/runtime/layout.h"
#include "control/runtime/switch_settings.h"
#include "tests/component/runtime/runtime_test.h"

namespace sealane::runtime {
namespace {

constexpr const char* kPair = R"(
system: f
vswitches: [{name: E}]
partitions:
  - name: vios1
    type: vios
    adapters:
      - {name: ent0, type: physical, port: {type: ring}}
      - {name: ent1, type: virtual, vswitch: E, pvid: 50, port: {type: ring}}
      - {name: ent3, type: virtual, vswitch: E, pvid: 1, trunk_priority: 1}
      - {name: ent5, type: virtual, vswitch: E, pvid: 100}
    seas:
      - {name: ent6, real_adapter: ent0, virt_adapters: [ent3], pvid_adapter: ent3, pvid: 1,
         ctl_chan: ent5, ha_mode: auto}
  - {name: vios2, type: vios, adapters: [{name: ent0, type: physical, port: {type: ring}}]}
  - name: lpar1
    type: client
    adapters:
      - {name: ent0, type: virtual, vswitch: E, pvid: 1,
         port: {type: qemu-stream, listen: lpar1.sock}}
      - {name: ent1, type: virtual, vswitch: E, pvid: 2,
         port: {type: qemu-dgram, local: lpar1.local, remote: lpar1.remote}}
)";

using Attachments = std::map<std::string, Attachment>;

Attachments attachments(const Part& part) {
    const config::System model = model_of(kPair);
    Attachments found;
    for (const Seat& seat : make_layout(model, part).seats) {
        if (seat.is_here()) found[seat.name] = seat.attachment;
    }
    return found;
}

TEST(Part, TheWholeHasAllAndNoSocketBetweenItsParts) {
    const Attachments expected{{"vios1/ent0", Attachment::Port},
                               {"vios1/ent1", Attachment::Port},
                               {"vios1/ent3", Attachment::Link},
                               {"vios1/ent5", Attachment::Agent},
                               {"vios1/ent6", Attachment::Bridge},
                               {"vios2/ent0", Attachment::Port},
                               {"lpar1/ent0", Attachment::Port},
                               {"lpar1/ent1", Attachment::Port}};
    EXPECT_EQ(attachments({}), expected);
}

TEST(Part, TheHypervisorHasEveryVirtualAdapterAndNoSea) {
    const Attachments expected{{"vios1/ent1", Attachment::Port},
                               {"vios1/ent3", Attachment::LinkToVios},
                               {"vios1/ent5", Attachment::LinkToVios},
                               {"lpar1/ent0", Attachment::Port},
                               {"lpar1/ent1", Attachment::Port}};
    EXPECT_EQ(attachments({PartKind::Hypervisor, {}, "d"}), expected);
}

TEST(Part, AViosHasItsSeaAndWhatThatIsMadeOf) {
    const Attachments expected{{"vios1/ent0", Attachment::Port},
                               {"vios1/ent3", Attachment::LinkToSwitch},
                               {"vios1/ent5", Attachment::LinkToSwitch},
                               {"vios1/ent6", Attachment::Bridge}};
    EXPECT_EQ(attachments({PartKind::Vios, "vios1", "d"}), expected);
}

/// Its pair has no control channel.
std::string without_channel() {
    std::string text = kPair;
    const std::string adapter = "      - {name: ent5, type: virtual, vswitch: E, pvid: 100}\n";
    text.erase(text.find(adapter), adapter.size());
    text.replace(text.find("ctl_chan: ent5, "), 16, "");
    return text;
}

TEST(Part, ASeaWithoutAControlChannelHasAnAdapterOnVlan4095OfItsTrunksVswitch) {
    const config::System model = model_of(without_channel());
    for (const auto& [part, attachment] :
         {std::pair{Part{}, Attachment::Agent},
          std::pair{Part{PartKind::Hypervisor, {}, "d"}, Attachment::LinkToVios},
          std::pair{Part{PartKind::Vios, "vios1", "d"}, Attachment::LinkToSwitch}}) {
        const Layout layout = make_layout(model, part);
        const Seat& seat = layout.seat(layout.find("vios1/ent3.4095").value());
        EXPECT_EQ(seat.attachment, attachment);
        EXPECT_EQ(&layout.control_channel(layout.seat(layout.find("vios1/ent6").value())), &seat);
        EXPECT_EQ(seat.adapter->vswitch, "E");
        EXPECT_EQ(seat.adapter->pvid, VlanId{4095});
        EXPECT_TRUE(seat.adapter->vids.empty());
        EXPECT_FALSE(seat.adapter->is_trunk());
        const Seat& trunk = layout.seat(layout.find("vios1/ent3").value());
        EXPECT_EQ(mac_of(model, seat), mac_of(model, trunk));
    }
}

TEST(Part, ASeaThatIsNoneOfAPairHasNoAdapterOnVlan4095) {
    std::string text = without_channel();
    text.replace(text.find("ha_mode: auto"), 13, "ha_mode: disabled");
    EXPECT_FALSE(make_layout(model_of(text)).find("vios1/ent3.4095"));
    EXPECT_FALSE(make_layout(model_of(kPair)).find("vios1/ent3.4095"));
}

TEST(Part, AdaptersHaveTheSameNumbersInEveryPart) {
    const config::System model = model_of(kPair);
    const Layout whole = make_layout(model);
    for (const Part& part :
         {Part{PartKind::Hypervisor, {}, "d"}, Part{PartKind::Vios, "vios2", "d"}}) {
        const Layout layout = make_layout(model, part);
        ASSERT_LE(layout.seats.size(), whole.seats.size());
        for (std::size_t i = 0; i < layout.seats.size(); ++i) {
            EXPECT_EQ(layout.seats[i].name, whole.seats[i].name);
            EXPECT_EQ(layout.seats[i].id, whole.seats[i].id);
        }
        for (std::size_t i = layout.seats.size(); i < whole.seats.size(); ++i) {
            EXPECT_TRUE(whole.seats[i].is_free()) << "a VIOS has no clients to come";
        }
    }
}

TEST(Part, SocketsAreThoseThatItMakes) {
    const config::System model = model_of(kPair);
    EXPECT_EQ(sockets_of(model, {}), (std::vector<std::string>{"lpar1.sock", "lpar1.local"}));
    const std::vector<std::string> of_hypervisor{"d/hypervisor.calls",
                                                 "d/vios1-ent3.link",
                                                 "d/vios1-ent5.link",
                                                 "lpar1.sock",
                                                 "lpar1.local"};
    EXPECT_EQ(sockets_of(model, {PartKind::Hypervisor, {}, "d"}), of_hypervisor);
    EXPECT_TRUE(sockets_of(model, {PartKind::Vios, "vios1", "d"}).empty());
}

TEST(Part, OneThatIsNotThereIsRefusedWithThoseThatAre) {
    const config::System model = model_of(kPair);
    EXPECT_EQ(find_part(model, "vios2", "d").value(), (Part{PartKind::Vios, "vios2", "d"}));
    EXPECT_EQ(find_part(model, "hypervisor", "d").value(), (Part{PartKind::Hypervisor, {}, "d"}));
    const Result<Part> wrong = find_part(model, "lpar1", "d");
    ASSERT_FALSE(wrong.ok());
    EXPECT_EQ(wrong.error().text,
              "no part of f is called 'lpar1'; it can run as: hypervisor, vios1, vios2");
}

TEST(Part, AViosHasOneWorkerWhateverItsFileSays) {
    config::System model = model_of(kPair);
    model.runtime.workers = 2;
    model.runtime.cores = {0, 1};
    model.partitions[0].adapters[0].worker = 1;
    EXPECT_EQ(model_for(model, {PartKind::Hypervisor, {}, "d"}), model);
    const Part vios{PartKind::Vios, "vios1", "d"};
    const config::System own = model_for(model, vios);
    EXPECT_TRUE(own.runtime.cores.empty());
    EXPECT_EQ(own.runtime.workers, 1U);
    for (const Seat& seat : make_layout(own, vios).seats) {
        EXPECT_EQ(seat.worker, 0U) << seat.name;
    }
}

TEST(Part, DigestIsThatOfTheFilesMeaning) {
    const config::System model = model_of(kPair);
    const config::System same = model_of(std::string(kPair) + "# a remark\n");
    std::string text = kPair;
    text.replace(text.find("pvid: 50"), 8, "pvid: 51");
    EXPECT_EQ(digest_of(model), digest_of(same));
    EXPECT_NE(digest_of(model), digest_of(model_of(text)));
}

TEST(Part, DigestIsNotOfWhatChangesWhileItRuns) {
    const config::System model = model_of(kPair);
    config::System changed = model;
    changed.partitions[0].seas[0].ha_mode = config::HaMode::Standby;
    EXPECT_EQ(digest_of(model), digest_of(changed));
    changed.partitions[0].seas[0].ha_mode = config::HaMode::Disabled;
    EXPECT_NE(digest_of(model), digest_of(changed));
}

TEST(Part, DigestIsOfWhatCanBeImpairedButNotOfHowBadItIsNow) {
    const config::System whole = model_of(kPair);
    const auto impair = [](config::System model, const config::Impair& how) {
        model.partitions[0].adapters[0].impair = how;
        return model;
    };
    config::Impair worse;
    worse.impairments.in.loss = 0.5;
    worse.impairments.link_down = true;
    EXPECT_EQ(digest_of(impair(whole, {})), digest_of(impair(whole, worse)));

    EXPECT_NE(digest_of(whole), digest_of(impair(whole, {}))) << "it can't be impaired at all";
    EXPECT_NE(digest_of(impair(whole, {})), digest_of(impair(whole, {.seed = 7})));
}

TEST(Part, AViosThatIsCalledHypervisorIsNoPart) {
    std::string text = kPair;
    text.replace(text.find("name: vios2"), 11, "name: hypervisor");
    const Result<Part> part = find_part(model_of(text), "hypervisor", "d");
    ASSERT_FALSE(part.ok());
    EXPECT_NE(part.error().text.find("give it another name"), std::string::npos);
}

}  // namespace
}  // namespace sealane::runtime
