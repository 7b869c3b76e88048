#include "control/app/demo/pair/acts.h"

namespace sealane::app {

const std::vector<VlanId>& demo_vlans() {
    static const std::vector<VlanId> vlans{VlanId{1}, VlanId{2}, VlanId{3}, VlanId{4}};
    return vlans;
}

const std::vector<DemoStream>& demo_streams() {
    static const std::vector<DemoStream> streams = [] {
        std::vector<DemoStream> made;
        for (const VlanId vlan : demo_vlans()) {
            made.push_back({vlan, true});
            made.push_back({vlan, false});
        }
        return made;
    }();
    return streams;
}

const std::vector<Act>& demo_acts() {
    // By PVID, the first half of the trunk adapters is the primary's: ent4 (PVID 98), VLANs 3
    // and 4.
    static const std::vector<int> shared{2, 2, 1, 1};
    static const std::vector<int> all_by_second{2, 2, 2, 2};
    static const std::vector<Act> acts{
        {.name = "QUIET",
         .title = "nothing is done to them",
         .deed = Deed::Nothing,
         .state1 = "PRIMARY_SH",
         .state2 = "BACKUP_SH",
         .carriers = shared,
         .loses_nothing = true},
        {.name = "KILLED",
         .title = "vios1 is killed: SIGKILL",
         .deed = Deed::Kill,
         .state1 = "",
         .state2 = "PRIMARY",
         .carriers = all_by_second},
        {.name = "BACK",
         .title = "vios1 is started again",
         .deed = Deed::Start,
         .state1 = "PRIMARY_SH",
         .state2 = "BACKUP_SH",
         .carriers = shared},
        {.name = "MOVED",
         .title = "vios1 is told to hand over: sealane sea set vios1/ent6 ha_mode=standby",
         .deed = Deed::StandBy,
         .state1 = "BACKUP",
         .state2 = "PRIMARY",
         .carriers = all_by_second,
         .loses_nothing = true},
        {.name = "MOVED BACK",
         .title = "and to share again: sealane sea set vios1/ent6 ha_mode=sharing",
         .deed = Deed::Share,
         .state1 = "PRIMARY_SH",
         .state2 = "BACKUP_SH",
         .carriers = shared,
         .loses_nothing = true},
    };
    return acts;
}

}  // namespace sealane::app
