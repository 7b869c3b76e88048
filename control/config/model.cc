#include "control/config/model.h"

namespace sealane::config {

std::string qualified(const Partition& partition, const std::string& adapter) {
    return partition.name + "/" + adapter;
}

}  // namespace sealane::config
