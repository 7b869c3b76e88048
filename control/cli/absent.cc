#include "control/cli/absent.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <net/if.h>
#include <optional>
#include <string>
#include <string_view>
#include <unistd.h>

namespace sealane::cli {

namespace {

enum class Thing : std::uint8_t { Interface, File };

/// An argument of a DPDK device that names what must be there before it.
struct Need {
    std::string_view device;
    std::string_view key;
    Thing thing;
};

// Not net_tap's iface=, which it makes, nor net_pcap's tx_pcap=, which it writes.
constexpr std::array kNeeds{Need{"net_af_packet", "iface", Thing::Interface},
                            Need{"net_af_xdp", "iface", Thing::Interface},
                            Need{"net_tap", "remote", Thing::Interface},
                            Need{"net_pcap", "rx_pcap", Thing::File},
                            Need{"net_pcap", "iface", Thing::Interface},
                            Need{"net_pcap", "rx_iface", Thing::Interface},
                            Need{"net_pcap", "rx_iface_in", Thing::Interface},
                            Need{"net_pcap", "tx_iface", Thing::Interface}};

bool is_here(Thing thing, const std::string& name) {
    if (thing == Thing::Interface) return ::if_nametoindex(name.c_str()) != 0;
    return ::access(name.c_str(), F_OK) == 0;
}

std::string absence(Thing thing, const std::string& name) {
    return (thing == Thing::Interface ? "no network interface " : "no file ") + name +
           " on this machine";
}

bool is_pci_here(std::string address) {
    constexpr std::size_t kWithoutDomain = 7;  // 01:00.0
    if (address.size() == kWithoutDomain) address.insert(0, "0000:");
    std::transform(address.begin(), address.end(), address.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return ::access(("/sys/bus/pci/devices/" + address).c_str(), F_OK) == 0;
}

/// What of "net_x0,key=value,other=value" is not here.
std::vector<std::string> absences_of(std::string_view devargs) {
    std::vector<std::string> found;
    const std::string_view device = devargs.substr(0, devargs.find(','));
    for (std::size_t comma = devargs.find(','); comma != std::string_view::npos;) {
        const std::size_t begin = comma + 1;
        comma = devargs.find(',', begin);
        const std::string_view argument = devargs.substr(begin, comma - begin);
        const std::size_t equals = argument.find('=');
        if (equals == std::string_view::npos) continue;
        const std::string value(argument.substr(equals + 1));
        for (const Need& need : kNeeds) {
            if (!device.starts_with(need.device) || argument.substr(0, equals) != need.key)
                continue;
            if (!is_here(need.thing, value)) found.push_back(absence(need.thing, value));
        }
    }
    return found;
}

}  // namespace

std::vector<config::Notice> absences(const config::System& system) {
    std::vector<config::Notice> found;
    for (const config::Partition& partition : system.partitions) {
        for (const config::Adapter& adapter : partition.adapters) {
            const auto* const device = std::get_if<config::EthdevPort>(&adapter.port);
            if (device == nullptr) continue;
            std::vector<std::string> missing = absences_of(device->devargs);
            if (!device->pci.empty() && !is_pci_here(device->pci)) {
                missing.push_back("no PCI device " + device->pci + " on this machine");
            }
            for (const std::string& what : missing) {
                found.push_back(
                    {adapter.place,
                     config::qualified(partition, adapter.name) + ": there is " + what});
            }
        }
    }
    return found;
}

}  // namespace sealane::cli
