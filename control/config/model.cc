#include "control/config/model.h"

namespace sealane::config {

std::string qualified(const Partition& partition, const std::string& adapter) {
    return partition.name + "/" + adapter;
}

std::uint32_t default_mtu(const Partition& partition, const Adapter& adapter) {
    if (adapter.kind == AdapterKind::Virtual) return kMaxMtu;
    for (const Sea& sea : partition.seas) {
        if (sea.jumbo_frames && sea.real_adapter == adapter.name) return kJumboMtu;
    }
    return kPlainMtu;
}

}  // namespace sealane::config
