// Load sharing: which trunk adapter is whose, and whether a pair may share at all (reference 4).
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "control/ha/types.h"

namespace sealane::ha {

/// In the order that both SEAs of a pair count trunk adapters in: by PVID, VIDs ascending.
[[nodiscard]] std::vector<TrunkVlans> in_order(std::vector<TrunkVlans> trunks);

/// Of so many trunk adapters in order, those that the better SEA bridges in sharing: the first
/// half, and the odd one too.
[[nodiscard]] constexpr TrunkSet share_of_better(std::size_t trunks) {
    return TrunkSet::first((trunks + 1) / 2);
}

[[nodiscard]] constexpr TrunkSet share_of_worse(std::size_t trunks) {
    return TrunkSet::first(trunks) - share_of_better(trunks);
}

/// Empty if the pair carries the same VLANs in the same adapters; else the first difference, in
/// words for the operator.
[[nodiscard]] std::string why_not_congruent(const std::vector<TrunkVlans>& ours,
                                            const std::vector<TrunkVlans>& theirs);

/// Why a pair does not share, in words for the operator.
[[nodiscard]] const char* text_of(Refusal refusal);

}  // namespace sealane::ha
