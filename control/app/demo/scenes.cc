#include "control/app/demo/scenes.h"

namespace sealane::app {
namespace {

constexpr MacAddress kLpar1{0x0200'0000'0001};
constexpr MacAddress kLpar2{0x0200'0000'0002};
constexpr MacAddress kLpar3{0x0200'0000'0003};
constexpr MacAddress kOutside{0x0200'0000'0099};
constexpr MacAddress kEverybody{0xffff'ffff'ffff};
constexpr VlanId kTen{10};

constexpr const char* kUplink = "vios1/ent0";

}  // namespace

std::vector<std::string> demo_adapters() {
    return {"lpar1/ent0", "lpar2/ent0", "lpar3/ent0", kUplink};
}

std::vector<Scene> demo_scenes() {
    const auto untagged = [](MacAddress src, MacAddress dst) { return DemoFrame{src, dst, {}}; };
    const auto tagged = [](MacAddress src, MacAddress dst) { return DemoFrame{src, dst, kTen}; };
    return {
        {"lpar1 looks for somebody: a broadcast in its VLAN, 1, reaches all of it, and the outside",
         "lpar1/ent0",
         untagged(kLpar1, kEverybody),
         {{"lpar2/ent0", untagged(kLpar1, kEverybody)}, {kUplink, untagged(kLpar1, kEverybody)}}},
        {"the outside host answers: through the SEA to lpar1, and to nobody else",
         kUplink,
         untagged(kOutside, kLpar1),
         {{"lpar1/ent0", untagged(kOutside, kLpar1)}}},
        {"lpar1 answers: an address that no client has goes to the outside only",
         "lpar1/ent0",
         untagged(kLpar1, kOutside),
         {{kUplink, untagged(kLpar1, kOutside)}}},
        {"lpar3 is in VLAN 10 and knows nothing of tags; the switch puts them on",
         "lpar3/ent0",
         untagged(kLpar3, kEverybody),
         {{"lpar2/ent0", tagged(kLpar3, kEverybody)}, {kUplink, tagged(kLpar3, kEverybody)}}},
        {"the outside answers in VLAN 10, and lpar3 gets it without the tag",
         kUplink,
         tagged(kOutside, kLpar3),
         {{"lpar3/ent0", untagged(kOutside, kLpar3)}}},
        {"lpar2 has VLAN 10 as an additional VLAN and speaks to lpar3 in it",
         "lpar2/ent0",
         tagged(kLpar2, kLpar3),
         {{"lpar3/ent0", untagged(kLpar2, kLpar3)}}},
        {"lpar1 is no member of VLAN 10: its tag doesn't let it in",
         "lpar1/ent0",
         tagged(kLpar1, kLpar3),
         {},
         Drop::IngressVlan},
        {"nor does a second tag behind that of its own VLAN",
         "lpar1/ent0",
         {kLpar1, kLpar3, VlanId{1}, kTen},
         {},
         Drop::DoubleTag},
        {"and a frame of its own that the outside sends back is not taken in again",
         kUplink,
         untagged(kLpar1, kEverybody),
         {},
         Drop::LocalSource},
    };
}

std::vector<Race> demo_races() {
    return {{"lpar1 > switch > lpar2", "lpar1/ent0", "lpar2/ent0", {kLpar1, kLpar2, {}}},
            {"lpar1 > switch > SEA > outside", "lpar1/ent0", kUplink, {kLpar1, kOutside, {}}}};
}

}  // namespace sealane::app
