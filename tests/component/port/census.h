// What the test's process holds of the system.
#pragma once

#include <cstddef>
#include <ostream>

namespace sealane::test {

struct Census {
    std::size_t descriptors = 0;
    std::size_t threads = 0;
    std::size_t mappings = 0;

    [[nodiscard]] static Census take();
    /// No more descriptors and threads; the heap may have grown by some mappings.
    [[nodiscard]] bool is_like(const Census& before) const;
};

std::ostream& operator<<(std::ostream& out, const Census& census);

}  // namespace sealane::test
