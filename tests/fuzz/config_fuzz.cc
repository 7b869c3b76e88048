// A configuration file: a system, which dumps to one that means the same, or faults.
#include <string_view>

#include "control/config/dump.h"
#include "control/config/load.h"
#include "control/config/notices.h"
#include "dataplane/base/check.h"
#include "tests/fuzz/entry.h"

namespace sealane::config {
namespace {

void check_text(std::string_view text) {
    const Loaded loaded = load(text, "frame.yaml");
    SEALANE_CHECK(loaded.system.has_value() == loaded.faults.empty(),
                  "a system or faults, not both");
    if (!loaded.system) {
        SEALANE_CHECK(!to_string(loaded.faults).empty(), "a fault without words");
        return;
    }
    (void)notices(*loaded.system);
    const Loaded again = load(dump(*loaded.system), "again.yaml");
    SEALANE_CHECK(again.faults.empty(), "a dump that does not load");
    SEALANE_CHECK(again.system == loaded.system, "a dump that means something else");
}

}  // namespace
}  // namespace sealane::config

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    sealane::config::check_text({reinterpret_cast<const char*>(data), size});
    return 0;
}
