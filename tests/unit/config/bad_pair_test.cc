// SEAs and trunk adapters beside each other.
#include "tests/unit/config/edited_file.h"

namespace sealane::config {
namespace {

constexpr BadFile kBadPair[] = {
    {"SamePriorityAsThePartner",
     "pair.yaml",
     21,
     "trunk_priority: 2",
     "trunk_priority: 1",
     "21:97: vios2/ent3: trunk_priority 1 differs from vios2/ent4's; the trunk adapters of "
     "vios2/ent6 share one, so use 2\n"
     "21:97: vios2/ent3: trunk_priority 1 is vios1/ent3's too, and both are on VLAN 99 of "
     "ETHERNET0; use another, 1 is best"},
    {"PartnerLacksAVid",
     "pair.yaml",
     22,
     "[3, 4]",
     "[3]",
     "25:57: vios2/ent6: no trunk adapter is like vios1/ent4 of its partner (PVID 98, VIDs 3 4); "
     "the SEAs of a pair have the same trunk VLAN lists\n"
     "25:58: vios2/ent6: partner vios1/ent6 has no trunk adapter like ent4 (PVID 98, VIDs 3); the "
     "SEAs of a pair have the same trunk VLAN lists"},
    {"PartnerHasAnotherPvid",
     "pair.yaml",
     22,
     "pvid: 98",
     "pvid: 97",
     "25:57: vios2/ent6: no trunk adapter is like vios1/ent4 of its partner (PVID 98, VIDs 3 4); "
     "the SEAs of a pair have the same trunk VLAN lists\n"
     "25:58: vios2/ent6: partner vios1/ent6 has no trunk adapter like ent4 (PVID 97, VIDs 3 4); "
     "the SEAs of a pair have the same trunk VLAN lists"},
    {"PartnerLacksATrunkAdapter",
     "pair.yaml",
     25,
     "[ent4, ent3]",
     "[ent3]",
     "25:57: vios2/ent6: no trunk adapter is like vios1/ent4 of its partner (PVID 98, VIDs 3 4); "
     "the SEAs of a pair have the same trunk VLAN lists"},
    {"PartnerLacksAControlChannel",
     "pair.yaml",
     26,
     "ctl_chan: ent5, ",
     "",
     "23:63: vios2/ent5: VLAN 100 of ETHERNET0 is the control channel of vios1/ent6 and is used "
     "for nothing else; use another VLAN\n"
     "25:9: vios2/ent6: partner vios1/ent6 has a ctl_chan; give both one, or neither"},
    {"OnlyPartnerHasAControlChannel",
     "pair.yaml",
     16,
     "ctl_chan: ent5, ",
     "",
     "13:63: vios1/ent5: VLAN 100 of ETHERNET0 is the control channel of vios2/ent6 and is used "
     "for nothing else; use another VLAN\n"
     "26:20: vios2/ent6: partner vios1/ent6 has no ctl_chan; give both one, or neither"},
    {"ControlChannelsOnDifferentVlans",
     "pair.yaml",
     23,
     "pvid: 100",
     "pvid: 101",
     "26:20: vios2/ent6: ctl_chan ent5 is on VLAN 101 of ETHERNET0, that of partner vios1/ent6 on "
     "VLAN 100 of ETHERNET0; use the same"},
    {"ControlChannelsOnDifferentVswitches",
     "pair.yaml",
     23,
     "ETHERNET0",
     "ETHERNET1",
     "26:20: vios2/ent6: ctl_chan ent5 is on VLAN 100 of ETHERNET1, that of partner vios1/ent6 on "
     "VLAN 100 of ETHERNET0; use the same"},
    {"H31_OtherKeepaliveThanThePartner",
     "pair.yaml",
     26,
     "ha_mode: sharing, ",
     "ha_mode: sharing, keepalive_ms: 100, ",
     "26:58: vios2/ent6: keepalive_ms 100 is not 250, that of partner vios1/ent6; the SEAs of a "
     "pair have the same"},
    {"ThirdSeaOfAVlan",
     "pair.yaml",
     27,
     "  - name: lpar1",
     "  - name: vios3\n    type: vios\n    adapters:\n      - {name: ent0, type: physical, port: "
     "{type: ring}}\n      - {name: ent3, type: virtual, vswitch: ETHERNET0, pvid: 2, "
     "trunk_priority: 3}\n    seas:\n      - {name: ent6, real_adapter: ent0, virt_adapters: "
     "[ent3], pvid_adapter: ent3, pvid: 2}\n  - name: lpar1",
     "33:9: vios3/ent6: VLAN 2 of ETHERNET0 is bridged by vios1/ent6 and vios2/ent6 already; at "
     "most two SEAs bridge a VLAN"},
    {"ControlVlanOfStrangers",
     "pair.yaml",
     27,
     "  - name: lpar1",
     "  - name: vios3\n    type: vios\n    adapters:\n      - {name: ent0, type: physical, port: "
     "{type: ring}}\n      - {name: ent3, type: virtual, vswitch: ETHERNET0, pvid: 50, "
     "trunk_priority: 1}\n      - {name: ent5, type: virtual, vswitch: ETHERNET0, pvid: 100}\n    "
     "seas:\n      - {name: ent6, real_adapter: ent0, virt_adapters: [ent3], pvid_adapter: ent3, "
     "pvid: 50,\n         ctl_chan: ent5}\n  - name: lpar1",
     "32:63: vios3/ent5: VLAN 100 of ETHERNET0 is the control channel of vios1/ent6, which is no "
     "partner of vios3/ent6; use a VLAN of its own"},
    {"TrunksWithoutSeasShareAVlanAndPriority",
     "pair.yaml",
     27,
     "  - name: lpar1",
     "  - name: vios3\n    type: vios\n    adapters:\n      - {name: ent3, type: virtual, vswitch: "
     "ETHERNET0, pvid: 98, vids: [4, 3], trunk_priority: 2}\n  - name: lpar1",
     "30:97: vios3/ent3: trunk_priority 2 is vios2/ent4's too, and both are on VLAN 98 of "
     "ETHERNET0; use another, 1 is best"},
    {"TrunkOfNoSeaHasSomeVlansOfOneOfASea",
     "pair.yaml",
     27,
     "  - name: lpar1",
     "  - name: vios3\n    type: vios\n    adapters:\n      - {name: ent3, type: virtual, vswitch: "
     "ETHERNET0, pvid: 50, vids: [5, 4], trunk_priority: 3, port: {type: ring}}\n  - name: lpar1",
     "30:77: vios3/ent3: VLAN 4 of ETHERNET0 is on trunk adapter vios1/ent4 too, whose VLANs "
     "differ; "
     "give both the same (PVID 98, VIDs 3 4), or none in common"},
    {"TrunkOfNoSeaHasTheVlansOfOneOfASeaButAnotherPvid",
     "pair.yaml",
     27,
     "  - name: lpar1",
     "  - name: vios3\n    type: vios\n    adapters:\n      - {name: ent3, type: virtual, vswitch: "
     "ETHERNET0, pvid: 4, vids: [3, 98], trunk_priority: 3}\n  - name: lpar1",
     "30:63: vios3/ent3: VLAN 4 of ETHERNET0 is on trunk adapter vios1/ent4 too, whose VLANs "
     "differ; "
     "give both the same (PVID 98, VIDs 3 4), or none in common"},
    {"SeaCarriesOneVlanOfTwoVswitches",
     "pair.yaml",
     27,
     "  - name: lpar1",
     "  - name: vios3\n    type: vios\n    adapters:\n      - {name: ent0, type: physical, port: "
     "{type: ring}}\n      - {name: ent3, type: virtual, vswitch: ETHERNET0, pvid: 50, vids: "
     "[10], trunk_priority: 1}\n      - {name: ent4, type: virtual, vswitch: ETHERNET1, pvid: 51, "
     "vids: [11, 10, 50], trunk_priority: 1}\n    seas:\n      - {name: ent6, real_adapter: ent0, "
     "virt_adapters: [ent3, ent4], pvid_adapter: ent3, pvid: 50}\n  - name: lpar1",
     "32:78: vios3/ent4: VLAN 10 of ETHERNET1 would leave by vios3/ent6 like VLAN 10 of ETHERNET0 "
     "on ent3, and the outside can't tell them apart; use another VLAN, or a SEA of its own\n"
     "32:82: vios3/ent4: VLAN 50 of ETHERNET1 would leave by vios3/ent6 like VLAN 50 of ETHERNET0 "
     "on ent3, and the outside can't tell them apart; use another VLAN, or a SEA of its own"},
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Pair, BadFileIsRefused, testing::ValuesIn(kBadPair), name_of_case);

}  // namespace sealane::config
