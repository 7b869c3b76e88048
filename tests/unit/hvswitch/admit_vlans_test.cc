// admit() against a second, plainer statement of decisions D1 to D4, on every VID, every form of
// tags and every kind of port.
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/hvswitch/reference_switch.h"

namespace sealane::hvswitch {
namespace {

/// A frame as a list of tags, outermost first.
using Tags = std::vector<Tag>;

struct Verdict {
    Drop drop = Drop::None;
    std::uint16_t vid = 0;
    int pcp = 0;
    bool dei = false;
    std::size_t tags_left = 0;  ///< How many tags stand in the payload.

    bool operator==(const Verdict&) const = default;
};

Verdict classified(std::uint16_t vid, const Tag& tag, std::size_t tags_left) {
    return {.vid = vid, .pcp = tag.tci.pcp(), .dei = tag.tci.dei(), .tags_left = tags_left};
}

/// The reference's sentences in their own order: what kind of frame is it for this port?
Verdict expected(const PortRules& port, const Tags& tags) {
    const std::uint16_t pvid = port.pvid.value;
    if (port.tunnel) {
        const std::uint16_t customer = tags.empty() ? 0 : tags[0].tci.vid().value;
        if (pvid == 0) return {.drop = Drop::UntaggedRefused};
        if (customer != 0 && port.tunnel_vids && !(*port.tunnel_vids)[customer]) {
            return {.drop = Drop::TunnelVlan};
        }
        return {.vid = pvid, .pcp = port.qos_priority.value_or(0), .tags_left = tags.size()};
    }
    const bool has_own_tag = !tags.empty() && tags[0].tpid == port.tpid;
    if (!has_own_tag && pvid == 0) return {.drop = Drop::UntaggedRefused};
    if (!has_own_tag) {
        return {.vid = pvid, .pcp = port.qos_priority.value_or(0), .tags_left = tags.size()};
    }
    const Tag outer = tags[0];
    const std::uint16_t vid = outer.tci.vid().value;
    if (vid == 4095) return {.drop = Drop::IngressVlan};
    if (vid != 0 && vid != pvid) {
        return port.vids[vid] ? classified(vid, outer, tags.size() - 1)
                              : Verdict{.drop = Drop::IngressVlan};
    }
    if (pvid == 0) return {.drop = Drop::UntaggedRefused};
    if (tags.size() > 1) return {.drop = Drop::DoubleTag};
    return classified(pvid, outer, 0);
}

/// What admit() says, in the same terms; checks that taking the tag out leaves the rest untouched.
Verdict actual(const PortRules& port, const Tags& tags) {
    const Bytes bytes = frame_bytes(kDst, kSrc, tags);
    const Admission in = admit(port, head_of(bytes));
    if (in.drop != Drop::None) {
        EXPECT_EQ(in, Admission{.drop = in.drop}) << "a refused frame has no VLAN";
        return {.drop = in.drop};
    }
    Tags rest = tags;
    if (in.pop) {
        rest.erase(rest.begin());
        EXPECT_EQ(wire::popped(bytes), frame_bytes(kDst, kSrc, rest));
    }
    return {.vid = in.tci.vid().value,
            .pcp = in.tci.pcp(),
            .dei = in.tci.dei(),
            .tags_left = rest.size()};
}

std::vector<std::pair<std::string, PortRules>> kinds_of_port() {
    PortRules native_tagged = vlan_port(10, {20, 4094});
    native_tagged.tag_pvid = true;
    PortRules service = vlan_port(10, {20, 100});
    service.tpid = wire::kTpidService;
    PortRules service_trunk = vlan_port(0, {20, 100});
    service_trunk.tpid = wire::kTpidService;
    PortRules tunnel = access_port(100);
    tunnel.tunnel = true;
    PortRules filtering_tunnel = tunnel;
    filtering_tunnel.tunnel_vids.emplace().set(10).set(20);
    filtering_tunnel.qos_priority = 6;
    PortRules tunnel_without_pvid = filtering_tunnel;
    tunnel_without_pvid.pvid = {};
    PortRules prioritised = vlan_port(1, {10, 20});
    prioritised.qos_priority = 3;
    return {{"access", access_port(10)},
            {"trunk", vlan_port(0, {1, 10, 20, 4094})},
            {"hybrid", vlan_port(10, {20})},
            {"native tagged", native_tagged},
            {"service", service},
            {"service trunk", service_trunk},
            {"tunnel", tunnel},
            {"filtering tunnel", filtering_tunnel},
            {"tunnel without PVID", tunnel_without_pvid},
            {"prioritised", prioritised},
            {"SEA trunk", trunk_port(4094, {1, 2, 3})},
            {"nothing", vlan_port(0, {})}};
}

TEST(VlanAdmit, AgreesWithTheReferenceOnEveryVidFormOfTagsAndKindOfPort) {
    for (const auto& [name, port] : kinds_of_port()) {
        EXPECT_EQ(actual(port, {}), expected(port, {})) << name;
        for (std::uint16_t vid = 0; vid < kVlanCount; ++vid) {
            const auto pcp = static_cast<std::uint8_t>(vid % 8);
            const bool dei = vid % 3 == 0;
            for (const Tag outer : {c_tag(vid, pcp, dei), s_tag(vid, pcp, dei)}) {
                for (const Tags& tags :
                     {Tags{outer}, {outer, c_tag(20)}, {outer, s_tag(10)}, {outer, c_tag(0)}}) {
                    ASSERT_EQ(actual(port, tags), expected(port, tags))
                        << name << ", VID " << vid << ", type " << outer.tpid << ", " << tags.size()
                        << " tags";
                }
            }
        }
    }
}

TEST(VlanAdmit, OneAdmittedVlanAlwaysIsOneThatThePortCarries) {
    wire::FrameHead head = head_of(frame_bytes(kDst, kSrc, {c_tag(0)}));
    for (const auto& [name, port] : kinds_of_port()) {
        for (std::uint32_t word = 0; word <= 0xffff; ++word) {
            head.tci = {static_cast<std::uint16_t>(word)};
            const Admission in = admit(port, head);
            if (in.drop == Drop::None) {
                ASSERT_TRUE(port.is_member(in.tci.vid())) << name << ' ' << word;
                ASSERT_TRUE(in.tci.vid().is_usable()) << name << ' ' << word;
            }
        }
    }
}

TEST(VlanAdmit, V15_Vlan0And4095AreNeverEnteredEvenIfTheRulesHoldThem) {
    PortRules broken = vlan_port(10, {0, 4095});
    EXPECT_EQ(actual(broken, {c_tag(4095)}).drop, Drop::IngressVlan);
    EXPECT_EQ(actual(broken, {c_tag(0)}).vid, 10);
    broken.pvid = {};
    EXPECT_EQ(actual(broken, {c_tag(0)}).drop, Drop::UntaggedRefused);
    EXPECT_EQ(actual(broken, {}).drop, Drop::UntaggedRefused);
}

TEST(VlanEgress, StripsThePvidKeepsTheVidsAndRefusesTheRest) {
    PortRules native_tagged = vlan_port(10, {20});
    native_tagged.tag_pvid = true;
    const PortRules hybrid = vlan_port(10, {20});
    const PortRules trunk = vlan_port(0, {20});
    for (std::uint16_t vid = 1; vid < kVlanCount - 1; ++vid) {
        const Egress others = vid == 20 ? Egress::Tagged : Egress::NotMember;
        EXPECT_EQ(egress(hybrid, {vid}), vid == 10 ? Egress::Untagged : others);
        EXPECT_EQ(egress(native_tagged, {vid}), vid == 10 ? Egress::Tagged : others);
        EXPECT_EQ(egress(trunk, {vid}), others);
    }
    EXPECT_EQ(egress(trunk, {0}), Egress::NotMember) << "no PVID is not VLAN 0";
}

}  // namespace
}  // namespace sealane::hvswitch
