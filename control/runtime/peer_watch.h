// What is worth a line in the log when clients come and go.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "control/runtime/report.h"
#include "dataplane/base/time.h"

namespace sealane::runtime {

/// Compares how peers are with how they were when it last told of them.  Pure but for that memory.
///
/// A peer that comes and goes without end can't fill a log: of each adapter there is a line every
/// kBetweenLines on the average, kLinesAtOnce when it has been still for long.  What was not told
/// is summed up in the next line, so the last one is always how things are.
class PeerWatch {
  public:
    static constexpr Duration kBetweenLines = std::chrono::seconds(10);
    static constexpr int kLinesAtOnce = 6;

    /// Lines to log, one an adapter at most.
    [[nodiscard]] std::vector<std::string> look(const std::vector<PeerReport>& peers, Instant now);

  private:
    struct Told {
        PeerReport peer;
        Instant paid_until{};  ///< Each line moves it on by kBetweenLines.
    };

    std::map<std::string, Told> told_;  ///< By adapter.
};

/// What happened between two looks at the same adapter, in words; empty: nothing.
[[nodiscard]] std::string tell_change(const PeerReport& before, const PeerReport& after);

}  // namespace sealane::runtime
