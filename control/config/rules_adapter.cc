#include <set>

#include "control/config/rules.h"

namespace sealane::config {
namespace {

/// The rules about one adapter.
class AdapterCheck {
  public:
    AdapterCheck(const System& system, const Partition& partition, const Adapter& a, Source& source)
        : system_(system), partition_(partition), a_(a), source_(source) {}

    void run() {
        if (source_.is_spoilt(a_.place, "type")) return;
        if (a_.kind == AdapterKind::Physical) {
            check_physical();
            return;
        }
        check_vswitch();
        check_vids();
        check_trunk();
        check_tunnel();
        check_storm_control();
    }

  private:
    void check_physical() {
        if (is_client()) {
            fault("type",
                  "a client has no physical adapter; make it virtual, or move it to a VIOS");
        } else if (std::holds_alternative<NoPort>(a_.port) &&
                   !source_.is_spoilt(a_.place, "port")) {
            fault("port",
                  "a physical adapter needs a port; add one, such as "
                  "port: {type: ethdev, devargs: \"net_tap0,iface=t0\"}");
        }
    }

    void check_vswitch() {
        if (a_.vswitch.empty()) return;
        if (system_.vswitches.empty() && source_.has_faults()) return;  // they may be misspelt
        if (system_.vswitches.size() > kMaxVswitches) return;           // has been said
        std::string known;
        for (const Vswitch& vswitch : system_.vswitches) {
            if (vswitch.name == a_.vswitch) return;
            known += (known.empty() ? "" : ", ") + vswitch.name.substr(0, kEnough);
        }
        fault("vswitch",
              "there is no vswitch " + a_.vswitch.substr(0, kEnough) + "; vswitches has " +
                  (known.empty() ? "none" : known));
    }

    void check_vids() {
        if (a_.vids.size() > kMaxVids) {
            fault("vids",
                  std::to_string(a_.vids.size()) + " VIDs; an adapter has at most " +
                      std::to_string(kMaxVids) + " beside its PVID");
        }
        std::set<VlanId> listed;
        for (std::size_t i = 0; i < a_.vids.size(); ++i) {
            const std::string vid = "VID " + std::to_string(a_.vids[i].value);
            if (a_.vids[i] == a_.pvid) {
                fault("vids", vid + " is the PVID already; leave it out of vids", i);
            } else if (!listed.insert(a_.vids[i]).second) {
                fault("vids", vid + " is listed twice; once is enough", i);
            }
        }
    }

    void check_trunk() {
        if (!a_.is_trunk()) return;
        if (is_client()) {
            fault("trunk_priority", "a client has no trunk adapter; leave trunk_priority out");
        }
        if (!a_.allowed_macs.all && !source_.is_spoilt(a_.place, "allowed_macs")) {
            fault("allowed_macs",
                  "a trunk adapter carries everybody's addresses; use all, or leave it out");
        }
    }

    void check_tunnel() {
        if (a_.tunnel && a_.tpid != kPlainTpid) {
            fault("tpid",
                  "tunnel and tpid 0x88a8 exclude each other; a service trunk has the tpid, a "
                  "tunnel is at the customer's side");
        }
        if (a_.tunnel && !a_.vids.empty()) {
            fault("vids", "a tunnel puts everything into its PVID; leave vids out");
        }
        if (!a_.tunnel && !a_.tunnel_vids.empty() && !source_.is_spoilt(a_.place, "tunnel")) {
            fault("tunnel_vids", "tunnel_vids needs tunnel: true; add it, or use vids");
        }
        std::set<VlanId> listed;
        for (std::size_t i = 0; i < a_.tunnel_vids.size(); ++i) {
            if (!listed.insert(a_.tunnel_vids[i]).second) {
                fault("tunnel_vids",
                      "VID " + std::to_string(a_.tunnel_vids[i].value) +
                          " is listed twice; once is enough",
                      i);
            }
        }
    }

    void check_storm_control() {
        if (a_.storm_control.unknown == 0) return;
        if (system_.vswitches.size() > kMaxVswitches) return;  // has been said
        for (const Vswitch& vswitch : system_.vswitches) {
            if (vswitch.name != a_.vswitch || vswitch.unknown_unicast == UnknownUnicast::Flood)
                continue;
            fault("storm_control",
                  "unknown limits what is flooded, and " + vswitch.name.substr(0, kEnough) +
                      " floods nothing unknown; leave it out, or set unknown_unicast: flood there");
        }
    }

    [[nodiscard]] bool is_client() const {
        return partition_.type == PartitionType::Client &&
               !source_.is_spoilt(partition_.place, "type");
    }

    void fault(std::string_view field, const std::string& what) {
        source_.fault(source_.at(a_.place, field), qualified(partition_, a_.name) + ": " + what);
    }
    void fault(std::string_view field, const std::string& what, std::size_t index) {
        source_.fault(source_.at(a_.place, field, index),
                      qualified(partition_, a_.name) + ": " + what);
    }

    static constexpr std::uint16_t kPlainTpid = 0x8100;
    static constexpr std::size_t kEnough = 60;  // of a name, in a message

    const System& system_;
    const Partition& partition_;
    const Adapter& a_;
    Source& source_;
};

}  // namespace

void check_adapters(const System& system, Source& source) {
    for (const Partition& partition : system.partitions) {
        for (const Adapter& adapter : partition.adapters) {
            AdapterCheck(system, partition, adapter, source).run();
        }
    }
}

}  // namespace sealane::config
