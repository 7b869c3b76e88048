// The hypervisor and the two VIOSes of the demo, and what they are asked and told.
#pragma once

#include <array>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "control/app/demo/pair/pair_report.h"
#include "control/app/demo/pair/part.h"
#include "dataplane/base/result.h"

namespace sealane::app {

/// Of them all, the processes: they end with this object.
class FrameParts {
  public:
    enum Which : std::uint8_t { Hypervisor, Vios1, Vios2 };

    /// `directory` outlives it.
    explicit FrameParts(const std::string& directory) : directory_(directory) {}

    [[nodiscard]] Status start_all();
    [[nodiscard]] Status start(Which part);
    void kill(Which part);
    /// VIOSes before the hypervisor, as an operator would; whoever does not end is killed.
    void stop_all();

    /// A part that has ended and should not; empty if there is none.
    [[nodiscard]] std::string ended_by_itself();
    /// The state of a VIOS's SEA; empty while it does not answer.
    [[nodiscard]] std::string state_of(Which vios) const;
    [[nodiscard]] Status set_ha_mode(Which vios, const std::string& mode) const;
    /// What they tell that was not told before, in the order in which it happened.
    [[nodiscard]] std::vector<TimelineEntry> news(Instant started);

    /// The last lines that each part logged.
    [[nodiscard]] std::string ends_of_logs() const;

  private:
    struct Member {
        PartProcess process;
        bool is_wanted = false;
        std::uint64_t told = 0;  ///< Number of its last event.
    };

    /// Empty if it does not answer.
    [[nodiscard]] std::optional<nlohmann::json> ask(Which part,
                                                    const std::string& method,
                                                    const nlohmann::json& params) const;
    [[nodiscard]] bool await_end(Which part);

    const std::string& directory_;
    std::array<Member, 3> members_;
};

}  // namespace sealane::app
