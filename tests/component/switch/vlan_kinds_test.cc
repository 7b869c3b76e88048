// Adapters of other kinds and other numbers: V12, V14, V22, V24, V29, V30, V33, V34, M04.
#include <algorithm>
#include <array>

#include "tests/component/switch/t_sw.h"

namespace sealane::test {
namespace {

class VlanKinds : public RigTest {};

TEST_F(VlanKinds, V12NativeVlanLeavesTaggedWhereItIsSetSoAndComesInEitherWay) {
    RigSpec spec;
    spec.adapters = {{.name = "access", .rules = member_of(10)},
                     {.name = "native", .rules = member_of(10, {20})}};
    spec.adapters[1].rules.tag_pvid = true;
    make(spec);
    const AdapterId access{0}, native{1};

    expect(access, kToAll, {.out = {{native, kToAll.tag({.vid = 10})}}});
    expect(native, kToAll, {.out = {{access, kToAll}}});
    expect(native, kToAll.tag({.vid = 10}), {.out = {{access, kToAll}}});
    // Its own VLAN tag comes first, so an inner tag can't be taken for a VLAN.
    const FrameSpec service = kToAll.tag({.vid = 20, .tpid = kSTag});
    expect(access,
           service,
           {.out = {{native, kToAll.tag({.vid = 10}).tag({.vid = 20, .tpid = kSTag})}}});
}

TEST_F(VlanKinds, V14FirstAndLastVlanAreLikeAnyOther) {
    RigSpec spec;
    spec.adapters = {{.name = "a", .rules = member_of(0, {1, 4094})},
                     {.name = "b", .rules = member_of(1, {4094})},
                     {.name = "c", .rules = member_of(4094)}};
    make(spec);
    const AdapterId a{0}, b{1}, c{2};

    expect(a, kToAll.tag({.vid = 1}), {.out = {{b, kToAll}}});
    expect(a, kToAll.tag({.vid = 4094}), {.out = {{b, kToAll.tag({.vid = 4094})}, {c, kToAll}}});
    expect(c, kToAll, {.out = {{a, kToAll.tag({.vid = 4094})}, {b, kToAll.tag({.vid = 4094})}}});
}

/// A customer in service VLAN 30 with customer VLANs 100 and 200, and the provider's S-tagged side.
RigSpec provider_edge() {
    RigSpec spec;
    spec.adapters = {{.name = "customer", .rules = member_of(30)},
                     {.name = "provider", .rules = member_of(0, {30})}};
    spec.adapters[0].rules.tunnel = true;
    spec.adapters[0].rules.tunnel_vids.emplace().set(100).set(200);
    spec.adapters[1].rules.tpid = kSTag;
    return spec;
}

TEST_F(VlanKinds, V22TunnelPutsCustomerTagsIntoTheServiceVlanAndTakesThemOut) {
    make(provider_edge());
    const AdapterId customer{0}, provider{1};
    const FrameSpec outer = kToAll.tag({.vid = 30, .tpid = kSTag});

    for (const std::uint16_t vid : {std::uint16_t{100}, std::uint16_t{200}}) {
        const Tag customer_tag{.vid = vid, .pcp = 5};
        expect(customer, kToAll.tag(customer_tag), {.out = {{provider, outer.tag(customer_tag)}}});
        expect(provider, outer.tag(customer_tag), {.out = {{customer, kToAll.tag(customer_tag)}}});
    }
    expect(customer, kToAll, {.out = {{provider, outer}}});
    expect(provider, outer, {.out = {{customer, kToAll}}});
    expect(
        customer, kToAll.tag({.vid = 300}), {.drops = {{.at = customer, .why = Drop::TunnelVlan}}});
    expect(provider,
           kToAll.tag({.vid = 30}),
           {.drops = {{.at = provider, .why = Drop::UntaggedRefused}}});
}

TEST_F(VlanKinds, V22TunnelKeepsATagThatADriverTookOut) {
    make(provider_edge());
    const AdapterId customer{0}, provider{1};
    const FrameSpec outer = kToAll.tag({.vid = 30, .tpid = kSTag});
    const FrameSpec both = outer.tag({.vid = 100, .pcp = 5});
    for (const Cuts& cuts : usual_cuts()) {
        for (const std::size_t count : kCounts) {
            for (const Bytes& bytes : numbered_frames(kToAll, count)) {
                rte_mbuf* const stripped = make_frame(rig().pools().frames.get(), bytes, cuts);
                port::set_tag_beside(stripped, wire::make_tci({100}, 5));
                rig().inject(customer, stripped);
            }
            rig().run();
            expect_exactly({.out = {{provider, numbered_frames(both, count)}}});
        }
    }
}

TEST_F(VlanKinds, M04DoubleTagged1522PassesATunnelOfMtu1504AndNoneOf1500) {
    RigSpec spec = provider_edge();
    spec.adapters[1].mtu = 1504;
    make(spec);
    const FrameSpec full = kToAll.tag({.vid = 100}).sized(1518);
    const FrameSpec doubled = kToAll.tag({.vid = 30, .tpid = kSTag}).tag({.vid = 100}).sized(1522);
    expect({0}, full, {.out = {{{1}, doubled}}});

    spec.adapters[1].mtu = 1500;
    make(spec);
    expect({0}, full, {.drops = {{.at = {1}, .direction = Direction::Out, .why = Drop::Oversize}}});
}

TEST_F(VlanKinds, V24PriorityTaggedSnapFrameDoesNotPassTheMacRules) {
    RigSpec spec;
    spec.adapters = {{.name = "guarded", .rules = member_of(10)},
                     {.name = "peer", .rules = member_of(10)}};
    spec.adapters[0].rules.any_mac = false;
    spec.adapters[0].rules.mac = mac_of({0});
    make(spec);
    // An 802.3 length in place of an EtherType, as in LLC/SNAP.
    const FrameSpec snap = kToAll.tag({.vid = 0, .pcp = 1}).type(46);
    expect({0}, snap, {.drops = {{.at = {0}, .why = Drop::MacNotAllowed}}});
    const FrameSpec own = snap.from(mac_of({0}));
    expect({0}, own, {.out = {{{1}, own.untagged()}}});
}

TEST_F(VlanKinds, V29NothingCrossesBetweenTwoPvids) {
    constexpr std::array<std::uint16_t, 15> kStrategic{
        0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 4000, 4094, 4095};
    RigSpec spec;
    spec.adapters = {{.name = "a", .rules = member_of(10)}, {.name = "b", .rules = member_of(20)}};
    spec.adapters[0].rules.mac = mac_of({0});
    spec.adapters[1].rules.mac = mac_of({1});
    make(spec);

    for (const std::uint16_t vid : kStrategic) {
        for (const MacAddress dst : {mac_of({1}), kGroup, kBroadcast}) {
            const FrameSpec tagged = kToAll.to(dst).tag({.vid = vid});
            const bool in_pvid = vid == 0 || vid == 10;
            const Drop nobody = dst.is_multicast() ? Drop::NoReceiver : Drop::NoDestination;
            expect_now({0},
                       tagged,
                       {.drops = {{.at = {0},
                                   .direction = in_pvid ? Direction::Between : Direction::In,
                                   .why = in_pvid ? nobody : Drop::IngressVlan}}});
        }
    }
}

TEST_F(VlanKinds, V30SameVlansAndAddressesInTwoVswitchesAreWorldsApart) {
    RigSpec spec;
    for (std::uint8_t vswitch = 0; vswitch < 2; ++vswitch) {
        for (const char* name : {"a", "b"}) {
            AdapterSpec adapter{.name = name + std::to_string(vswitch),
                                .rules = member_of(10, {20})};
            adapter.rules.vswitch = {vswitch};
            spec.adapters.push_back(adapter);
        }
    }
    spec.tables = {{.capacity = 64}, {.capacity = 64}};
    make(spec);
    const AdapterId a0{0}, b0{1}, a1{2}, b1{3};

    expect(a0, kToAll, {.out = {{b0, kToAll}}});
    expect(b1, kToAll.tag({.vid = 20}), {.out = {{a1, kToAll.tag({.vid = 20})}}});
    // host(2) is behind b0 in one and behind a1 in the other.
    const FrameSpec hello = frame(kBroadcast, host(2));
    expect_now(b0, hello, {.out = {{a0, hello}}});
    expect_now(a1, hello, {.out = {{b1, hello}}});
    const FrameSpec to_it = frame(host(2), host(3));
    expect_now(a0, to_it, {.out = {{b0, to_it}}});
    expect_now(b1, to_it, {.out = {{a1, to_it}}});
    EXPECT_EQ(rig().shared().table({0}).learned_at(b0), 1U);
    EXPECT_EQ(rig().shared().table({1}).learned_at(b0), 0U);
}

TEST_F(VlanKinds, V33OneAdapterCarries21Vlans) {
    RigSpec spec;
    spec.adapters = {{.name = "a", .rules = member_of(100)},
                     {.name = "b", .rules = member_of(100)}};
    for (std::uint16_t vid = 101; vid <= 120; ++vid) {
        spec.adapters[0].rules.vids.set(vid);
        spec.adapters[1].rules.vids.set(vid);
    }
    make(spec);
    expect_now({0}, kToAll, {.out = {{{1}, kToAll}}});
    for (std::uint16_t vid = 101; vid <= 120; ++vid) {
        expect_now({0}, kToAll.tag({.vid = vid}), {.out = {{{1}, kToAll.tag({.vid = vid})}}});
    }
}

/// One port of the interoperability groups: which of three VLANs it carries, and which untagged.
struct Member {
    std::string name;
    std::uint16_t untagged = 0;
    std::vector<std::uint16_t> tagged;

    [[nodiscard]] bool carries(std::uint16_t vlan) const {
        return vlan == untagged || std::find(tagged.begin(), tagged.end(), vlan) != tagged.end();
    }
};

/// Access to each VLAN; trunks with each of the seven sets; hybrids with each as the native one.
std::vector<Member> interoperability_groups() {
    const std::array<std::uint16_t, 3> vlans{10, 20, 30};
    std::vector<Member> members;
    for (const std::uint16_t vlan : vlans) {
        members.push_back({"access" + std::to_string(vlan), vlan, {}});
    }
    for (unsigned set = 1; set < 8; ++set) {
        Member trunk{"trunk" + std::to_string(set), 0, {}};
        for (unsigned i = 0; i < 3; ++i) {
            if ((set >> i & 1) != 0) trunk.tagged.push_back(vlans[i]);
        }
        members.push_back(trunk);
    }
    members.push_back({"hybrid10", 10, {20, 30}});
    members.push_back({"hybrid20", 20, {10, 30}});
    members.push_back({"hybrid30", 30, {10, 20}});
    return members;
}

TEST_F(VlanKinds, V34AccessTrunkAndHybridReachExactlyTheMembersOfTheirVlan) {
    const std::vector<Member> members = interoperability_groups();
    RigSpec spec;
    for (const Member& member : members) {
        AdapterSpec adapter{.name = member.name, .rules = member_of(member.untagged)};
        for (const std::uint16_t vid : member.tagged) {
            adapter.rules.vids.set(vid);
        }
        spec.adapters.push_back(adapter);
    }
    make(spec);

    for (std::uint16_t from = 0; from < members.size(); ++from) {
        for (const std::uint16_t tag : std::array<std::uint16_t, 4>{0, 10, 20, 30}) {  // 0: none
            const std::uint16_t vlan = tag == 0 ? members[from].untagged : tag;
            Outcome outcome;
            for (std::uint16_t to = 0; to < members.size(); ++to) {
                if (vlan == 0 || to == from || !members[from].carries(vlan) ||
                    !members[to].carries(vlan)) {
                    continue;
                }
                const bool untagged = members[to].untagged == vlan;
                outcome.out.emplace_back(AdapterId{to},
                                         untagged ? kToAll : kToAll.tag({.vid = vlan}));
            }
            if (vlan == 0) {
                outcome.drops = {{.at = {from}, .why = Drop::UntaggedRefused}};
            } else if (!members[from].carries(vlan)) {
                outcome.drops = {{.at = {from}, .why = Drop::IngressVlan}};
            }
            rig().forget_learned();
            expect_now({from}, tag == 0 ? kToAll : kToAll.tag({.vid = tag}), outcome);
        }
    }
}

}  // namespace
}  // namespace sealane::test
