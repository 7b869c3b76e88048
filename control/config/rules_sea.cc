#include <algorithm>
#include <map>
#include <set>

#include "control/config/devargs.h"
#include "control/config/rules.h"
#include "control/config/text.h"

namespace sealane::config {
namespace {

/// The rules about one SEA and the adapters that it is built of.  `taken` are the adapters of the
/// partition that SEAs before this one use.
class SeaCheck {
  public:
    SeaCheck(const SeaOf& of, std::set<std::string>& taken, Source& source)
        : of_(of), partition_(*of.partition), sea_(*of.sea), taken_(taken), source_(source) {}

    void run() {
        if (partition_.type == PartitionType::Client &&
            !source_.is_spoilt(partition_.place, "type")) {
            source_.fault(sea_.place, of_.who() + ": a client has no SEA; move it to a VIOS");
        }
        check_real_adapter();
        check_virt_adapters();
        check_priorities();
        check_pvid_adapter();
        check_carried_vlans();
        check_ctl_chan();
        check_netaddr();
        check_adapter_reset();
    }

  private:
    void check_real_adapter() {
        member(source_.at(sea_.place, "real_adapter"),
               "real_adapter",
               sea_.real_adapter,
               AdapterKind::Physical);
    }

    void check_virt_adapters() {
        const std::size_t count = sea_.virt_adapters.size();
        if (count > kMaxTrunksOfSea || (count == 0 && is_readable("virt_adapters"))) {
            fault("virt_adapters",
                  std::to_string(count) + " trunk adapters; a SEA has 1 to " +
                      std::to_string(kMaxTrunksOfSea));
        }
        for (std::size_t i = 0; i < std::min(count, kMaxTrunksOfSea); ++i) {
            const std::string& name = sea_.virt_adapters[i];
            const Place place = source_.at(sea_.place, "virt_adapters", i);
            const auto here = sea_.virt_adapters.begin() + static_cast<std::ptrdiff_t>(i);
            if (std::find(sea_.virt_adapters.begin(), here, name) != here) {
                fault(place, "virt_adapters has " + name + " twice; once is enough");
                continue;
            }
            if (const Adapter* adapter =
                    member(place, "virt_adapters", name, AdapterKind::Virtual)) {
                check_virt_adapter(*adapter, place);
            }
        }
    }

    void check_virt_adapter(const Adapter& adapter, Place place) {
        if (!adapter.is_trunk()) {
            if (source_.is_spoilt(adapter.place, "trunk_priority")) return;
            fault(place,
                  "virt_adapters: " + adapter.name +
                      " is no trunk adapter; give it a trunk_priority, 1 to 15");
            return;
        }
        if (!std::holds_alternative<NoPort>(adapter.port)) {
            source_.fault(source_.at(adapter.place, "port"),
                          qualified(partition_, adapter.name) + ": a trunk adapter of " +
                              of_.who() + " has no port, as the SEA is behind it; leave port out");
        }
        if (adapter.tpid != Adapter{}.tpid) {
            source_.fault(source_.at(adapter.place, "tpid"),
                          qualified(partition_, adapter.name) + ": a trunk adapter of " +
                              of_.who() +
                              " has 802.1Q tags, which are all that a SEA reads; leave "
                              "tpid out");
        }
        if (adapter.tunnel) {
            source_.fault(source_.at(adapter.place, "tunnel"),
                          qualified(partition_, adapter.name) + ": a trunk adapter of " +
                              of_.who() +
                              " is no tunnel, as the SEA and the outside would read the "
                              "customer's tags; leave tunnel out");
        }
    }

    void check_priorities() {
        for (const AdapterOf& trunk : of_.trunks) {
            const Adapter& first = *of_.trunks.front().adapter;
            if (trunk.adapter->trunk_priority == first.trunk_priority) continue;
            source_.fault(source_.at(trunk.adapter->place, "trunk_priority"),
                          trunk.who() + ": trunk_priority " +
                              std::to_string(trunk.adapter->trunk_priority) + " differs from " +
                              qualified(partition_, first.name) + "'s; the trunk adapters of " +
                              of_.who() + " share one, so use " +
                              std::to_string(first.trunk_priority));
        }
    }

    void check_pvid_adapter() {
        if (sea_.pvid_adapter.empty() || !is_readable("virt_adapters")) return;
        const auto& members = sea_.virt_adapters;
        if (members.empty()) return;
        if (std::find(members.begin(), members.end(), sea_.pvid_adapter) == members.end()) {
            fault("pvid_adapter",
                  "pvid_adapter " + sea_.pvid_adapter +
                      " is none of its virt_adapters; use one of " + "them");
            return;
        }
        const Adapter* adapter = find_adapter(partition_, sea_.pvid_adapter);
        if (adapter == nullptr || !adapter->pvid.is_usable() || !sea_.pvid.is_usable()) return;
        if (adapter->pvid != sea_.pvid) {
            fault("pvid",
                  "PVID " + std::to_string(sea_.pvid.value) + " is not that of pvid_adapter " +
                      adapter->name + "; use " + std::to_string(adapter->pvid.value));
        }
    }

    /// Of trunk adapters on two vswitches: outside, VLAN 10 of either would be the same.  Of one
    /// vswitch, check_bridging() says it.
    void check_carried_vlans() {
        std::map<VlanId, AdapterOf> carriers;
        for (const AdapterOf& trunk : of_.trunks) {
            for (const VlanOf& vlan : vlans_of(*trunk.adapter)) {
                const bool placeholder =
                    vlan.vlan == trunk.adapter->pvid && trunk.adapter->name != sea_.pvid_adapter;
                if (placeholder) continue;
                const auto [carrier, is_new] = carriers.try_emplace(vlan.vlan, trunk);
                const Adapter& other = *carrier->second.adapter;
                if (is_new || other.vswitch == trunk.adapter->vswitch) continue;
                source_.fault(place_of(*trunk.adapter, vlan.vlan, source_),
                              trunk.who() + ": " + to_string(vlan) + " would leave by " +
                                  of_.who() + " like VLAN " + std::to_string(vlan.vlan.value) +
                                  " of " + other.vswitch + " on " + other.name +
                                  ", and the outside can't tell them apart; use another VLAN, or "
                                  "a SEA of its own");
            }
        }
    }

    void check_ctl_chan() {
        if (!sea_.ctl_chan) return;
        const Adapter* adapter = member(
            source_.at(sea_.place, "ctl_chan"), "ctl_chan", *sea_.ctl_chan, AdapterKind::Virtual);
        if (adapter == nullptr) return;
        const std::string it = "ctl_chan " + adapter->name;
        if (adapter->is_trunk()) {
            fault("ctl_chan", it + " is a trunk adapter; use one without trunk_priority");
        }
        if (!adapter->vids.empty()) {
            fault("ctl_chan", it + " has vids; a control channel has its PVID only");
        }
        if (!std::holds_alternative<NoPort>(adapter->port)) {
            fault("ctl_chan", it + " has a port; the SEA is behind a control channel");
        }
        if (adapter->tunnel) fault("ctl_chan", it + " is a tunnel; use a plain virtual adapter");
    }

    void check_netaddr() {
        if (!sea_.netaddr || sea_.ha_mode == HaMode::Disabled) return;
        if (!sea_.address && is_readable("address")) {
            fault("netaddr",
                  "netaddr " + *sea_.netaddr +
                      " is asked from the SEA's own IPv4 address; give it one: address, of the "
                      "same net, that nobody else has");
        } else if (sea_.address == sea_.netaddr) {
            fault("netaddr",
                  "netaddr " + *sea_.netaddr +
                      " is the SEA's own address; use one of a host outside, such as the gateway");
        }
    }

    void check_adapter_reset() {
        const Adapter* const real = find_adapter(partition_, sea_.real_adapter);
        if (!sea_.adapter_reset || real == nullptr) return;
        const auto* const device = std::get_if<EthdevPort>(&real->port);
        if (device != nullptr && (!device->pci.empty() || may_lose_link(device->devargs))) return;
        fault("adapter_reset",
              "adapter_reset true takes a real adapter whose link can be taken down: an ethdev of "
              "net_af_packet, net_tap, or a NIC; use one, or false: the outside learns where "
              "clients are from RARP");
    }

    /// The adapter of this partition with that name and kind, now taken by this SEA.  Null where
    /// there is none, or where no rule can be applied to it.
    const Adapter* member(Place place,
                          std::string_view field,
                          const std::string& name,
                          AdapterKind kind) {
        if (!is_adapter_name(name)) return nullptr;  // has been said
        const bool physical = kind == AdapterKind::Physical;
        const std::string it = std::string(field) + ": ";
        const std::string right = std::string("; name a ") + (physical ? "physical" : "virtual") +
                                  " adapter of this partition";
        const Adapter* adapter = find_adapter(partition_, name);
        if (adapter == nullptr) {
            fault(place, it + partition_.name + " has no adapter " + name + right);
            return nullptr;
        }
        if (source_.is_spoilt(adapter->place, "type")) return nullptr;
        if (adapter->kind != kind) {
            fault(place, it + name + " is " + (physical ? "virtual" : "physical") + right);
            return nullptr;
        }
        if (!taken_.insert(name).second) {
            fault(place, it + name + " is in use by a SEA already; an adapter serves one");
            return nullptr;
        }
        return adapter;
    }

    [[nodiscard]] bool is_readable(std::string_view field) const {
        return !source_.is_spoilt(sea_.place, field);
    }
    void fault(std::string_view field, const std::string& what) {
        fault(source_.at(sea_.place, field), what);
    }
    void fault(Place place, const std::string& what) {
        source_.fault(place, of_.who() + ": " + what);
    }

    const SeaOf& of_;
    const Partition& partition_;
    const Sea& sea_;
    std::set<std::string>& taken_;
    Source& source_;
};

}  // namespace

void check_seas(const Index& index, Source& source) {
    std::map<const Partition*, std::set<std::string>> taken;
    for (const SeaOf& sea : index.seas) {
        SeaCheck(sea, taken[sea.partition], source).run();
    }
}

}  // namespace sealane::config
