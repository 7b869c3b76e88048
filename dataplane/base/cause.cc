#include "dataplane/base/cause.h"

#include <cerrno>
#include <system_error>

namespace sealane {

std::string why_not_made(const std::string& path, int fault) {
    const std::size_t slash = path.rfind('/');
    if (fault != ENOENT || slash == std::string::npos) {
        return std::generic_category().message(fault);
    }
    const std::string folder = path.substr(0, slash);
    return "there is no folder " + folder + "; make it: mkdir -p " + folder;
}

}  // namespace sealane
