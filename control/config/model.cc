#include "control/config/model.h"

namespace sealane::config {
namespace {

// FNV-1a: it only has to be the same everywhere and at every start.
std::uint64_t fingerprint(const std::string& text) {
    std::uint64_t hash = 0xcbf2'9ce4'8422'2325;
    for (const char letter : text) {
        hash = (hash ^ static_cast<std::uint8_t>(letter)) * 0x100'0000'01b3;
    }
    return hash;
}

}  // namespace

std::string qualified(const Partition& partition, const std::string& adapter) {
    return partition.name + "/" + adapter;
}

MacAddress auto_mac(const System& system, const Partition& partition, const Adapter& adapter) {
    const auto number = static_cast<std::uint64_t>(std::stoul(adapter.name.substr(3)));  // entN
    std::string names = system.name + "/" + partition.name;
    if (number > 0xff) names += "/" + std::to_string(number >> 8);
    const std::uint64_t first_five =
        (fingerprint(names) & 0xff'ffff'ffff & ~(std::uint64_t{3} << 32)) | std::uint64_t{2} << 32;
    return {first_five << 8 | (number & 0xff)};
}

std::uint32_t default_mtu(const Partition& partition, const Adapter& adapter) {
    if (adapter.kind == AdapterKind::Virtual) return kMaxMtu;
    for (const Sea& sea : partition.seas) {
        if (sea.jumbo_frames && sea.real_adapter == adapter.name) return kJumboMtu;
    }
    return kPlainMtu;
}

}  // namespace sealane::config
