#include <filesystem>
#include <map>
#include <optional>

#include "control/config/devargs.h"
#include "control/config/rules.h"
#include "control/config/text.h"

namespace sealane::config {
namespace {

/// Remembers who has what and where the file says so, and reports the second one who wants it.
class Owners {
  public:
    explicit Owners(Source& source) : source_(source) {}

    /// False: it is another's.
    bool take(const AdapterOf& of,
              const std::string& thing,
              std::string_view field,
              const std::string& what,
              const std::string& right) {
        const Place place = source_.at(of.adapter->place, field);
        const auto [found, is_new] = owners_.try_emplace(thing, Owner{of.who(), place});
        const Owner& owner = found->second;
        if (is_new || owner.who == of.who()) return true;  // a name taken twice has been reported
        const std::string where =
            owner.place.line == 0 ? "" : ", in line " + std::to_string(owner.place.line);
        source_.fault(
            place,
            of.who() + ": " + what + " is " + owner.who + "'s already" + where + "; " + right);
        return false;
    }

  private:
    struct Owner {
        std::string who;
        Place place;
    };

    Source& source_;
    std::map<std::string, Owner> owners_;
};

/// Its address, given or made.
std::optional<MacAddress> mac_of(const System& system, const AdapterOf& of, const Source& source) {
    if (of.adapter->mac) return of.adapter->mac;
    if (source.is_spoilt(of.adapter->place, "mac")) return std::nullopt;
    if (!is_adapter_name(of.adapter->name)) return std::nullopt;
    return auto_mac(system, *of.partition, *of.adapter);
}

void check_macs(const System& system, const Index& index, Source& source) {
    Owners owners(source);
    for (const AdapterOf& of : index.virtuals) {
        const std::optional<MacAddress> mac = mac_of(system, of, source);
        if (!mac || of.adapter->vswitch.empty()) continue;
        const std::string text = to_string(*mac);
        const bool given = of.adapter->mac.has_value();
        owners.take(of,
                    of.adapter->vswitch + "/" + text,
                    "mac",
                    "mac " + text + (given ? "" : ", made by auto,") + " on " + of.adapter->vswitch,
                    given ? "use another, or auto" : "give one of them another");
    }
}

/// Of SEAs, the outside would have two hosts of one address.
void check_sea_addresses(const Index& index, Source& source) {
    std::map<std::string, std::string> owners;
    for (const SeaOf& of : index.seas) {
        if (!of.sea->address) continue;
        const auto [owner, is_new] = owners.try_emplace(*of.sea->address, of.who());
        if (is_new) continue;
        source.fault(source.at(of.sea->place, "address"),
                     of.who() + ": address " + *of.sea->address + " is " + owner->second +
                         "'s already; use another");
    }
}

/// "0000:01:00.0" whether the domain was written or not.
std::string full_pci_address(const std::string& pci) {
    constexpr std::size_t kShort = 7;
    std::string full = pci.size() == kShort ? "0000:" + pci : pci;
    for (char& c : full) {
        if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    }
    return full;
}

std::string plain_path(const std::string& path) {
    return std::filesystem::path(path).lexically_normal().string();
}

class PortCheck {
  public:
    explicit PortCheck(Source& source)
        : source_(source),
          sockets_(source),
          devices_(source),
          interfaces_(source),
          captures_(source) {}

    void check(const AdapterOf& of) {
        if (const auto* stream = std::get_if<QemuStreamPort>(&of.adapter->port)) {
            check_socket(of, stream->path, stream->listen ? "listen" : "connect");
        } else if (const auto* dgram = std::get_if<QemuDgramPort>(&of.adapter->port)) {
            check_dgram(of, *dgram);
        } else if (const auto* vhost = std::get_if<VhostUserPort>(&of.adapter->port)) {
            check_socket(of, vhost->path, "path");
        } else if (const auto* shm = std::get_if<ShmPort>(&of.adapter->port)) {
            check_socket(of, shm->path, "listen");
        } else if (const auto* ethdev = std::get_if<EthdevPort>(&of.adapter->port)) {
            check_ethdev(of, *ethdev);
        }
    }

  private:
    void check_socket(const AdapterOf& of, const std::string& path, std::string_view field) {
        if (path.empty()) return;
        sockets_.take(of, plain_path(path), field, "socket " + path, "use another path");
    }

    void check_dgram(const AdapterOf& of, const QemuDgramPort& dgram) {
        check_socket(of, dgram.local, "local");
        check_socket(of, dgram.remote, "remote");
        if (dgram.local.empty() || plain_path(dgram.local) != plain_path(dgram.remote)) return;
        source_.fault(source_.at(of.adapter->place, "remote"),
                      of.who() + ": local and remote are one socket, " + dgram.remote +
                          "; give the peer one of its own");
    }

    void check_ethdev(const AdapterOf& of, const EthdevPort& ethdev) {
        if (++ethdevs_ == kMaxEthdevPorts + 1) {
            source_.fault(source_.at(of.adapter->place, "port"),
                          of.who() + ": ethdev port number " + std::to_string(ethdevs_) +
                              "; DPDK has room for " + std::to_string(kMaxEthdevPorts));
        }
        if (!ethdev.devargs.empty()) {
            check_devargs(of, ethdev.devargs);
        } else if (!ethdev.pci.empty()) {
            devices_.take(of,
                          full_pci_address(ethdev.pci),
                          "pci",
                          "device " + ethdev.pci,
                          "use another device");
        }
    }

    void check_devargs(const AdapterOf& of, const std::string& devargs) {
        const std::string name = devargs.substr(0, devargs.find(','));
        const bool is_new = devices_.take(of,
                                          is_pci(name) ? full_pci_address(name) : name,
                                          "devargs",
                                          "device " + name,
                                          "use another device, such as one with the next number");
        if (!is_new) return;
        const std::string interface = devarg(devargs, "iface");
        if (name.starts_with("net_vhost")) {
            check_socket(of, interface, "devargs");
        } else if (!interface.empty() && interface.find('%') == std::string::npos) {
            // Whatever the driver: two would take each other's frames.
            interfaces_.take(
                of, interface, "devargs", "interface " + interface, "use another interface");
        }
        if (const std::string file = devarg(devargs, "tx_pcap"); !file.empty()) {
            captures_.take(
                of, plain_path(file), "devargs", "capture file " + file, "write to another");
        }
    }

    static bool is_pci(const std::string& name) { return name.find(':') != std::string::npos; }

    Source& source_;
    Owners sockets_;
    Owners devices_;
    Owners interfaces_;
    Owners captures_;
    std::size_t ethdevs_ = 0;
};

}  // namespace

void check_uniqueness(const System& system, const Index& index, Source& source) {
    check_macs(system, index, source);
    check_sea_addresses(index, source);
    PortCheck ports(source);
    for (const AdapterOf& of : index.physicals) {
        ports.check(of);
    }
    for (const AdapterOf& of : index.virtuals) {
        ports.check(of);
    }
}

}  // namespace sealane::config
