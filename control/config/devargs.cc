#include "control/config/devargs.h"

#include <set>

#include "control/config/text.h"

namespace sealane::config {
namespace {

/// The name that we know the device by, in place of one that DPDK takes too.
std::string plain_name(const std::string& name) {
    constexpr std::string_view kBus = "vdev:", kOldBond = "eth_bond", kOld = "eth_";
    if (name.starts_with("vdev") && name.size() > kBus.size()) {
        return plain_name(name.substr(kBus.size()));  // DPDK looks at no colon
    }
    if (name.starts_with(kOldBond)) return "net_bonding" + name.substr(kOldBond.size());
    if (name.starts_with(kOld)) return "net_" + name.substr(kOld.size());
    return name;
}

/// The first key that is given twice; empty if none is.  A bond has many members.
std::string doubled_key(std::string_view arguments) {
    std::set<std::string_view> keys;
    while (!arguments.empty()) {
        arguments.remove_prefix(1);  // a comma
        const std::string_view word = arguments.substr(0, arguments.find(','));
        arguments.remove_prefix(word.size());
        const std::string_view key = word.substr(0, word.find('='));
        if (key == "slave" || key == "member" || key.empty()) continue;
        if (!keys.insert(key).second) return std::string(key);
    }
    return {};
}

/// DPDK's null device never fills what it receives: other frames' bytes, in any VLAN.  A bracket
/// would hide `no-rx` in another key's value.
bool gives_old_memory(const std::string& devargs) {
    if (!devargs.starts_with("net_null")) return false;
    return devarg(devargs, "no-rx") != "1" || devargs.find('[') != std::string::npos;
}

}  // namespace

bool may_lose_link(const std::string& devargs) {
    const std::string driver = plain_name(devargs);
    return driver.starts_with("net_af_packet") || driver.starts_with("net_tap") ||
           !driver.starts_with("net_");
}

std::string devarg(const std::string& devargs, const std::string& key) {
    const std::size_t at = devargs.find("," + key + "=");
    if (at == std::string::npos) return {};
    const std::size_t begin = at + key.size() + 2;
    return devargs.substr(begin, devargs.find(',', begin) - begin);
}

std::string fault_of_devargs(const std::string& devargs) {
    const std::string name = devargs.substr(0, devargs.find(','));
    const std::string arguments = devargs.substr(name.size());
    if (name.starts_with("bus=")) {
        return " name a bus; name the device, such as \"net_tap0,iface=t0\"";
    }
    if (const std::string plain = plain_name(name); plain != name) {
        return " call " + plain + " by another name; use " + quote(plain + arguments);
    }
    if (const std::string key = doubled_key(arguments); !key.empty()) {
        return " have " + quote(key) + " twice; keep one of them";
    }
    if (gives_old_memory(devargs)) {
        return " would hand out old memory as frames without end; use " + quote(name + ",no-rx=1");
    }
    return {};
}

}  // namespace sealane::config
