#include "control/config/fault.h"

namespace sealane::config {

std::string to_string(const Fault& fault) {
    std::string text = fault.file;
    if (fault.place.line > 0) {
        text += ":" + std::to_string(fault.place.line) + ":" + std::to_string(fault.place.column);
    }
    return text + ": " + fault.what;
}

std::string to_string(const std::vector<Fault>& faults) {
    std::string text;
    for (const Fault& fault : faults) {
        text += to_string(fault) + "\n";
    }
    return text;
}

}  // namespace sealane::config
