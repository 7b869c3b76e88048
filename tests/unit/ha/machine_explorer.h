// Visits every order of what can happen to a pair, to a depth, and looks for what must not be.
// Depths are 4 to 6 steps from each start, with at most two faults (README.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/unit/ha/machine_pair.h"

namespace sealane::ha {

/// One thing that can happen next.
struct Choice {
    enum class What : std::uint8_t {
        Deliver,  ///< Of what is under way to a node any, so reordered too.
        Lose,     ///< The same, but it never arrives.
        Read,     ///< The next notice of the hypervisor.
        Stale,    ///< An old notice once more.
        Wake,     ///< A node's deadline, whether or not the other's was before.
        Expire,   ///< Time passes until a lease ends; no machine runs.
        Restart,
        Kill,  ///< This one and those below are faults, and counted.
        Link,
        Reach,
        Stall,
        Cut,
    };
    What what{};
    std::size_t node = 0;
    std::size_t which = 0;
};

struct Search {
    std::string name;
    Pair start;
    std::size_t depth = 0;
    int faults = 0;           ///< At most so many on one way.
    bool preempts = true;     ///< A healed pair ends with the better one in front.
    std::size_t sample = 32;  ///< From one state in so many it is checked that all ends well.
    std::function<void(const Pair&)> visit;  ///< Sees every distinct state, if set.
};

struct Found {
    std::size_t states = 0;  ///< Distinct ones.
    std::size_t transitions = 0;
    std::size_t endings = 0;  ///< Lived on to a good end.
    std::string fault;        ///< Empty: none.  Else what broke, and the way to it.
};

/// Stops at the first fault.
[[nodiscard]] Found explore(const Search& search);

/// The starts from which a search is worth while: cold, on its feet, alone, sharing and others.
/// SEALANE_DEPTH=n in the environment searches n deeper.
[[nodiscard]] std::vector<Search> searches(Rules rules = {});
[[nodiscard]] Search search_named(const std::string& name, Rules rules = {});

}  // namespace sealane::ha
