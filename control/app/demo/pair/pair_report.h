// What came of the pair's part of the demo, and how it is told.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "control/app/demo/pair/acts.h"
#include "control/app/demo/pair/book.h"
#include "dataplane/base/time.h"

namespace sealane::app {

constexpr int kProbesPerSecond = 1000;  ///< Of each stream.

/// A line of the timeline.  Without `who` it is the demo's own.
struct TimelineEntry {
    Duration at{};  ///< Since the frame was started.
    std::string who, what, cause;

    bool operator==(const TimelineEntry&) const = default;
};

/// An act that has been played to its end.
struct PlayedAct {
    Act act;
    std::vector<Outcome> outcomes;  ///< In the order of demo_streams().
    std::vector<int> carriers;      ///< Of demo_vlans(), by the end of it.
};

struct PairReport {
    std::vector<TimelineEntry> timeline;
    std::vector<PlayedAct> acts;
    std::string fault;  ///< Why it could not go on; empty: it did.
};

/// What an act promised and did not hold, a line each.
[[nodiscard]] std::vector<std::string> broken_promises(const PlayedAct& played);

/// Every act was played, and held what it promised.
[[nodiscard]] bool is_good(const PairReport& report);

/// "VLANs 1 2 by vios2, 3 4 by vios1".
[[nodiscard]] std::string render_carriers(const std::vector<int>& carriers);

[[nodiscard]] std::string render_entry(const TimelineEntry& entry);
[[nodiscard]] std::string pair_introduction();
/// The table of outages, broken promises, and what all of that means.
[[nodiscard]] std::string render_outages(const PairReport& report);
[[nodiscard]] nlohmann::json pair_as_json(const PairReport& report);

/// What `events` of a control socket answered, as entries from `after` on, which moves on.  Of one
/// thing that both the hypervisor and a VIOS tell, the hypervisor's word is taken.
[[nodiscard]] std::vector<TimelineEntry> entries_of(const nlohmann::json& reply,
                                                    bool is_hypervisor,
                                                    Duration now,
                                                    std::uint64_t& after);

}  // namespace sealane::app
