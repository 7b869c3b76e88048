#include "control/ha/share.h"

#include <algorithm>
#include <utility>

namespace sealane::ha {
namespace {

std::string number(std::size_t value) { return std::to_string(value); }

std::string vids_of(const TrunkVlans& trunk) {
    if (trunk.vids.empty()) return "none";
    std::string text;
    for (const VlanId vid : trunk.vids) {
        if (!text.empty()) text += ' ';
        text += number(vid.value);
    }
    return text;
}

}  // namespace

std::vector<TrunkVlans> in_order(std::vector<TrunkVlans> trunks) {
    for (TrunkVlans& trunk : trunks)
        std::ranges::sort(trunk.vids);
    std::ranges::sort(trunks, {}, [](const TrunkVlans& trunk) { return trunk.pvid; });
    return trunks;
}

std::string why_not_congruent(const std::vector<TrunkVlans>& ours,
                              const std::vector<TrunkVlans>& theirs) {
    if (ours.size() != theirs.size()) {
        return "this SEA has " + number(ours.size()) + " trunk adapters, its partner " +
               number(theirs.size());
    }
    const auto mine = in_order(ours), other = in_order(theirs);
    for (std::size_t i = 0; i < mine.size(); ++i) {
        const std::string pvid = number(mine[i].pvid.value);
        if (mine[i].pvid != other[i].pvid) {
            return "this SEA has a trunk adapter with PVID " + pvid +
                   " where its partner has one with PVID " + number(other[i].pvid.value);
        }
        if (mine[i].vids != other[i].vids) {
            return "the trunk adapters with PVID " + pvid +
                   " carry different VIDs: " + vids_of(mine[i]) + " here, " + vids_of(other[i]) +
                   " at the partner";
        }
    }
    return {};
}

const char* text_of(Refusal refusal) {
    switch (refusal) {
        case Refusal::None:
            return "nothing stands against it";
        case Refusal::NotSharing:
            return "ha_mode is not sharing on both sides";
        case Refusal::OneTrunk:
            return "sharing takes two trunk adapters or more";
        case Refusal::OtherVlans:
            return "the trunk adapters' VLANs are not the same on both sides";
        case Refusal::OtherSplit:
            return "the two sides would split the trunk adapters differently";
        case Refusal::NotReady:
            return "the partner is not ready yet";
    }
    return "";
}

}  // namespace sealane::ha
