// What a right file asks for and does not get yet.
#include "control/config/notices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/config/load.h"
#include "tests/unit/config/edited_file.h"

namespace sealane::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kLargesend =
    "13: vios1/ent6: largesend is for a real_adapter on vhost-user or ring; before ent0's port "
    "large frames are cut in software";

/// But for that of design.yaml's largesend.
std::vector<std::string> notices_of(const BadFile& edit) {
    const Loaded loaded = load(edited(edit), "frame.yaml");
    EXPECT_EQ(to_string(loaded.faults), "");
    std::vector<std::string> texts;
    for (const Notice& notice : notices(loaded.system.value_or(System{}))) {
        if (notice.what.find("largesend") != std::string::npos) continue;
        texts.push_back(std::to_string(notice.place.line) + ": " + notice.what);
    }
    return texts;
}

TEST(Notices, HighAvailabilityOverAControlChannelGivesNone) {
    EXPECT_THAT(notices_of({"", "design.yaml", 1, "frame1", "frame1", ""}), IsEmpty());
}

TEST(Notices, HighAvailabilityWithoutAControlChannelGivesNone) {
    EXPECT_THAT(notices_of({"", "design.yaml", 14, "ctl_chan: ent5, ", "", ""}), IsEmpty());
}

TEST(Notices, LargesendBeforeAPortThatCantTakeLargeFramesIsNamed) {
    const auto told = [](const char* port) {
        const std::string device = "{type: ethdev, devargs: \"net_af_packet0,iface=up1\"}";
        const std::string text = edited({"", "design.yaml", 8, device.c_str(), port, ""});
        const Loaded loaded = load(text, "frame.yaml");
        EXPECT_EQ(to_string(loaded.faults), "");
        std::vector<std::string> texts;
        for (const Notice& notice : notices(loaded.system.value_or(System{}))) {
            texts.push_back(std::to_string(notice.place.line) + ": " + notice.what);
        }
        return texts;
    };
    EXPECT_THAT(told("{type: ethdev, devargs: net_tap0}"), ElementsAre(kLargesend));
    EXPECT_THAT(told("{type: vhost-user, path: a}"), IsEmpty());
    EXPECT_THAT(told("{type: ring}"), IsEmpty());
}

TEST(Notices, AWireThatIsTooSmallForIpv6IsNamed) {
    const auto with_mtu = [](const char* mtu) {
        return notices_of({"", "pair.yaml", 10, "mtu: 9000", mtu, ""});
    };
    EXPECT_THAT(with_mtu("mtu: 1280"), IsEmpty());
    EXPECT_THAT(with_mtu("mtu: 1279"),
                ElementsAre("10: vios1/ent0: mtu 1279 is below 1280, which IPv6 asks of every "
                            "wire: its hosts do not follow an answer that names less"));
}

TEST(Notices, APlainSeaGivesNone) {
    EXPECT_THAT(notices_of({"",
                            "design.yaml",
                            14,
                            "ha_mode: sharing, largesend: true",
                            "ha_mode: disabled, largesend: false",
                            ""}),
                IsEmpty());
}

TEST(Notices, AdaptersThatNoSeaUsesAreNamed) {
    EXPECT_THAT(
        notices_of({"",
                    "design.yaml",
                    11,
                    "}",
                    "}\n      - {name: ent7, type: physical, port: {type: ring}}\n      - {name: "
                    "ent8, type: virtual, vswitch: ETHERNET0, pvid: 70, trunk_priority: 4}",
                    ""}),
        ElementsAre("12: vios1/ent7: is the real_adapter of no SEA",
                    "13: vios1/ent8: is a trunk adapter of no SEA"));
}

TEST(Notices, NetaddrOfASeaThatIsNoneOfAPairIsNamed) {
    EXPECT_THAT(notices_of({"",
                            "design.yaml",
                            14,
                            "ha_mode: sharing",
                            "ha_mode: disabled, netaddr: 192.0.2.1",
                            ""}),
                ElementsAre("13: vios1/ent6: netaddr is asked by a SEA of a pair only, and ha_mode "
                            "is disabled"));
}

TEST(Notices, APairOfWhichOneHasNoHaModeIsNamed) {
    EXPECT_THAT(
        notices_of({"", "pair.yaml", 26, "ha_mode: sharing", "ha_mode: disabled", ""}),
        ElementsAre("25: vios2/ent6: bridges VLAN 98 of ETHERNET0 like vios1/ent6, but ha_mode is "
                    "disabled: "
                    "only the best trunk_priority bridges, and nobody takes over"));
}

TEST(Notices, APairOfWhichOnlyOneSharesIsNamed) {
    EXPECT_THAT(notices_of({"", "pair.yaml", 26, "ha_mode: sharing", "ha_mode: auto", ""}),
                ElementsAre("25: vios2/ent6: bridges VLAN 98 of ETHERNET0 like vios1/ent6, but "
                            "only one of them has ha_mode sharing: they don't share, and the "
                            "better trunk_priority bridges all"));
}

TEST(Notices, AccountingIsNamedUntilItIsBuilt) {
    EXPECT_THAT(notices_of({"",
                            "design.yaml",
                            14,
                            "ha_mode: sharing, largesend: true",
                            "large_receive: true, accounting: true",
                            ""}),
                ElementsAre("13: vios1/ent6: accounting is kept but not acted on yet"));
}

}  // namespace
}  // namespace sealane::config
