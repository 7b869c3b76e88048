// From a file to a model.  Strict: what is not understood is refused, never ignored, and everything
// that is wrong is reported at once.  Any thread; no state.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/config/fault.h"
#include "control/config/model.h"

namespace sealane::config {

inline constexpr std::size_t kMaxFileBytes = std::size_t{16} << 20;

/// Either a system that obeys every rule, or at least one fault, in the order of the file; of more
/// than a hundred, the first of them and how many more there are.
struct [[nodiscard]] Loaded {
    std::optional<System> system;
    std::vector<Fault> faults;
};

/// Reads a configuration from `text`; `file_name` is only for the faults.
Loaded load(std::string_view text, const std::string& file_name);

/// Reads a configuration from a file.  One that can't be read is a fault too.
Loaded load_file(const std::string& path);

/// The rules that hold between the parts of a system (design 1), for one that came from elsewhere
/// than a file.  Ranges of single numbers are the loader's.
[[nodiscard]] std::vector<Fault> check(const System& system, const std::string& file_name);

}  // namespace sealane::config
