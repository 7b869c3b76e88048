// What a SEA is built of, and the VLANs that it keeps for itself.
#include "tests/unit/config/edited_file.h"

namespace sealane::config {
namespace {

const std::vector<BadFile>& cases() {
    static const std::vector<BadFile> kCases{
        {"NoTrunkAdapters",
         "design.yaml",
         13,
         "virt_adapters: [ent3, ent4], pvid_adapter: ent3",
         "virt_adapters: [], pvid_adapter: ent3",
         {"13:57: vios1/ent6: 0 trunk adapters; a SEA has 1 to 16"}},
        {"UnknownTrunkAdapter",
         "design.yaml",
         13,
         "[ent3, ent4]",
         "[ent3, ent9]",
         {"13:64: vios1/ent6: virt_adapters: vios1 has no adapter ent9; name a virtual adapter of "
          "this partition"}},
        {"TrunkAdapterOfAnotherPartition",
         "pair.yaml",
         15,
         "[ent3, ent4]",
         "[ent3, ent4, vios2/ent3]",
         {"15:70: vios1/ent6: virt_adapters has \"vios2/ent3\"; use entN, such as ent3"}},
        {"TrunkAdapterIsPhysical",
         "design.yaml",
         13,
         "[ent3, ent4]",
         "[ent3, ent4, ent0]",
         {"13:70: vios1/ent6: virt_adapters: ent0 is physical; name a virtual adapter of this "
          "partition"}},
        {"TrunkAdapterIsNoTrunk",
         "design.yaml",
         10,
         ", trunk_priority: 1",
         "",
         {"13:64: vios1/ent6: virt_adapters: ent4 is no trunk adapter; give it a trunk_priority, 1 "
          "to 15"}},
        {"TrunkAdapterTwice",
         "design.yaml",
         13,
         "[ent3, ent4]",
         "[ent3, ent4, ent3]",
         {"13:70: vios1/ent6: virt_adapters has ent3 twice; once is enough"}},
        {"TrunkAdapterOfTwoSeas",
         "design.yaml",
         13,
         "- {",
         "- {name: ent7, real_adapter: ent1, virt_adapters: [ent4], pvid_adapter: ent4, pvid: "
         "98}\n      - {",
         {"13:36: vios1/ent7: real_adapter: vios1 has no adapter ent1; name a physical adapter of "
          "this partition",
          "14:64: vios1/ent6: virt_adapters: ent4 is in use by a SEA already; an adapter serves "
          "one"}},
        {"RealAdapterOfTwoSeas",
         "design.yaml",
         13,
         "- {",
         "- {name: ent7, real_adapter: ent0, virt_adapters: [ent8], pvid_adapter: ent8, pvid: "
         "50}\n      - {",
         {"13:58: vios1/ent7: virt_adapters: vios1 has no adapter ent8; name a virtual adapter of "
          "this partition",
          "14:36: vios1/ent6: real_adapter: ent0 is in use by a SEA already; an adapter serves "
          "one"}},
        {"ControlChannelOfTwoSeas",
         "design.yaml",
         13,
         "- {",
         "- {name: ent7, real_adapter: ent1, virt_adapters: [ent8], pvid_adapter: ent8, pvid: 50, "
         "ctl_chan: ent5}\n      - {",
         {"13:36: vios1/ent7: real_adapter: vios1 has no adapter ent1; name a physical adapter of "
          "this partition",
          "13:58: vios1/ent7: virt_adapters: vios1 has no adapter ent8; name a virtual adapter of "
          "this partition",
          "15:20: vios1/ent6: ctl_chan: ent5 is in use by a SEA already; an adapter serves one"}},
        {"TrunkAdapterWithAPort",
         "design.yaml",
         9,
         "trunk_priority: 1",
         "trunk_priority: 1, port: {type: ring}",
         {"9:106: vios1/ent3: a trunk adapter of vios1/ent6 has no port, as the SEA is behind it; "
          "leave port out"}},
        {"RealAdapterUnknown",
         "design.yaml",
         13,
         "real_adapter: ent0",
         "real_adapter: ent1",
         {"13:36: vios1/ent6: real_adapter: vios1 has no adapter ent1; name a physical adapter of "
          "this partition"}},
        {"RealAdapterIsVirtual",
         "design.yaml",
         13,
         "real_adapter: ent0",
         "real_adapter: ent5",
         {"13:36: vios1/ent6: real_adapter: ent5 is virtual; name a physical adapter of this "
          "partition"}},
        {"PvidAdapterIsNoMember",
         "design.yaml",
         13,
         "pvid_adapter: ent3",
         "pvid_adapter: ent5",
         {"13:85: vios1/ent6: pvid_adapter ent5 is none of its virt_adapters; use one of them"}},
        {"PvidIsNotThatOfPvidAdapter",
         "design.yaml",
         13,
         "pvid: 99",
         "pvid: 98",
         {"13:97: vios1/ent6: PVID 98 is not that of pvid_adapter ent3; use 99"}},
        {"RealAdapterIsAControlChannelToo",
         "design.yaml",
         14,
         "ctl_chan: ent5",
         "ctl_chan: ent3",
         {"14:20: vios1/ent6: ctl_chan: ent3 is in use by a SEA already; an adapter serves one"}},
        {"TrunkAdaptersOfTwoPriorities",
         "design.yaml",
         10,
         "trunk_priority: 1",
         "trunk_priority: 2",
         {"10:97: vios1/ent4: trunk_priority 2 differs from vios1/ent3's; the trunk adapters of "
          "vios1/ent6 share one, so use 1"}},
        {"TrunkAdaptersOfASeaShareAVlan",
         "design.yaml",
         10,
         "[3, 4]",
         "[3, 2]",
         {"10:77: vios1/ent4: VLAN 2 of ETHERNET0 is on trunk adapter vios1/ent3 already; a VIOS "
          "bridges a VLAN by one"}},
        {"ControlChannelUnknown",
         "design.yaml",
         14,
         "ctl_chan: ent5",
         "ctl_chan: ent9",
         {"14:20: vios1/ent6: ctl_chan: vios1 has no adapter ent9; name a virtual adapter of this "
          "partition"}},
        {"ControlChannelIsPhysical",
         "design.yaml",
         14,
         "ctl_chan: ent5",
         "ctl_chan: ent0",
         {"14:20: vios1/ent6: ctl_chan: ent0 is physical; name a virtual adapter of this "
          "partition"}},
        {"ControlChannelIsATrunk",
         "design.yaml",
         11,
         "pvid: 100",
         "pvid: 100, trunk_priority: 1",
         {"14:20: vios1/ent6: ctl_chan ent5 is a trunk adapter; use one without trunk_priority"}},
        {"ControlChannelHasVids",
         "design.yaml",
         11,
         "pvid: 100",
         "pvid: 100, vids: [101]",
         {"14:20: vios1/ent6: ctl_chan ent5 has vids; a control channel has its PVID only"}},
        {"ControlChannelHasAPort",
         "design.yaml",
         11,
         "pvid: 100",
         "pvid: 100, port: {type: ring}",
         {"14:20: vios1/ent6: ctl_chan ent5 has a port; the SEA is behind a control channel"}},
        {"ControlChannelIsATunnel",
         "design.yaml",
         11,
         "pvid: 100",
         "pvid: 100, tunnel: true",
         {"14:20: vios1/ent6: ctl_chan ent5 is a tunnel; use a plain virtual adapter"}},
        {"ControlVlanIsAClients",
         "design.yaml",
         18,
         "pvid: 1",
         "pvid: 100",
         {"18:63: lpar1/ent0: VLAN 100 of ETHERNET0 is the control channel of vios1/ent6 and is "
          "used for nothing else; use another VLAN"}},
        {"ControlVlanIsAClientsVid",
         "design.yaml",
         18,
         "pvid: 1",
         "pvid: 1, vids: [7, 100]",
         {"18:76: lpar1/ent0: VLAN 100 of ETHERNET0 is the control channel of vios1/ent6 and is "
          "used for nothing else; use another VLAN"}},
        {"ControlVlanIsATrunks",
         "design.yaml",
         9,
         "[1, 2]",
         "[1, 2, 100]",
         {"9:80: vios1/ent3: VLAN 100 of ETHERNET0 is the control channel of vios1/ent6 and is "
          "used for nothing else; use another VLAN"}},
        {"PlaceholderPvidIsAClients",
         "design.yaml",
         18,
         "pvid: 1",
         "pvid: 98",
         {"18:63: lpar1/ent0: VLAN 98 of ETHERNET0 is the PVID of trunk adapter vios1/ent4, which "
          "is not its SEA's pvid_adapter: frames would leave untagged into another VLAN; use one "
          "of its VIDs"}},
        {"PlaceholderPvidIsAClientsVid",
         "design.yaml",
         18,
         "pvid: 1",
         "pvid: 1, vids: [98]",
         {"18:73: lpar1/ent0: VLAN 98 of ETHERNET0 is the PVID of trunk adapter vios1/ent4, which "
          "is not its SEA's pvid_adapter: frames would leave untagged into another VLAN; use one "
          "of its VIDs"}},
    };
    return kCases;
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Sea, BadFileIsRefused, testing::ValuesIn(cases()), name_of_case);

}  // namespace sealane::config
