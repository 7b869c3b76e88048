#include "control/config/dump.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "control/config/text.h"
#include "control/config/words.h"

namespace sealane::config {
namespace {

constexpr std::size_t kLineWidth = 110;

/// Whether YAML takes `text` for itself without quotes, whatever reads it.
bool is_plain(std::string_view text) {
    constexpr std::array<std::string_view, 9> kTaken{
        "null", "Null", "NULL", "true", "false", "yes", "no", "on", "off"};
    if (text.empty() || std::find(kTaken.begin(), kTaken.end(), text) != kTaken.end()) return false;
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    if (!is_letter(text.front()) && text.front() != '/') return false;
    return std::all_of(text.begin(), text.end(), [&](char c) {
        return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '/' ||
               c == '-';
    });
}

/// A YAML scalar that reads back as exactly this text.
std::string scalar(const std::string& text) {
    if (is_plain(text)) return text;
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return quoted + "\"";
}

/// A flow map under construction; what is equal to its default does not get in.
class FlowMap {
  public:
    void put(std::string_view key, const std::string& value) {
        entries_.push_back(std::string(key) + ": " + value);
    }
    void put_text(std::string_view key, const std::string& value) { put(key, scalar(value)); }
    template <typename Number>
    void put_number(std::string_view key, Number value, Number usual) {
        if (value != usual) put(key, std::to_string(value));
    }
    void put_flag(std::string_view key, bool value, bool usual) {
        if (value != usual) put(key, value ? "true" : "false");
    }
    template <typename Enum, std::size_t N>
    void put_word(std::string_view key,
                  const std::array<Word<Enum>, N>& words,
                  Enum value,
                  Enum usual) {
        if (value != usual) put(key, std::string(word_for(words, value)));
    }
    void put_vlans(std::string_view key, const std::vector<VlanId>& vlans) {
        if (vlans.empty()) return;
        std::string text;
        for (const VlanId vlan : vlans) {
            text += (text.empty() ? "" : ", ") + std::to_string(vlan.value);
        }
        put(key, "[" + text + "]");
    }

    [[nodiscard]] bool empty() const { return entries_.empty(); }

    /// On one line, or on as many as it takes, continued at column `indent`.
    [[nodiscard]] std::string text(std::size_t indent) const {
        std::string lines = "{";
        std::size_t width = indent;
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            if (i > 0 && width + entries_[i].size() > kLineWidth) {
                lines += ",\n" + std::string(indent + 1, ' ');
                width = indent;
            } else if (i > 0) {
                lines += ", ";
            }
            lines += entries_[i];
            width += entries_[i].size() + 2;
        }
        return lines + "}";
    }

  private:
    std::vector<std::string> entries_;
};

std::string vswitch_text(const Vswitch& vswitch) {
    const Vswitch usual;
    FlowMap map;
    map.put_text("name", vswitch.name);
    map.put("mode", std::string(word_for(kSwitchModes, vswitch.mode)));
    map.put_word(
        "unknown_unicast", kUnknownUnicast, vswitch.unknown_unicast, usual.unknown_unicast);
    FlowMap table;
    table.put_number("capacity", vswitch.address_table.capacity, usual.address_table.capacity);
    table.put_number("age", vswitch.address_table.age.count(), usual.address_table.age.count());
    if (!table.empty()) map.put("address_table", table.text(0));
    return map.text(4);
}

/// Of each kind of port, what it is.  Empty for none.
struct PortText {
    std::string operator()(const NoPort&) const { return {}; }

    std::string operator()(const RingPort& port) const {
        FlowMap map;
        map.put("type", "ring");
        map.put_number("size", port.size, RingPort{}.size);
        return map.text(0);
    }

    std::string operator()(const EthdevPort& port) const {
        const EthdevPort usual;
        FlowMap map;
        map.put("type", "ethdev");
        if (port.pci.empty()) {
            map.put_text("devargs", port.devargs);
        } else {
            map.put_text("pci", port.pci);
        }
        map.put_number("rx_descriptors", port.rx_descriptors, usual.rx_descriptors);
        map.put_number("tx_descriptors", port.tx_descriptors, usual.tx_descriptors);
        return map.text(0);
    }

    std::string operator()(const QemuStreamPort& port) const {
        FlowMap map;
        map.put("type", "qemu-stream");
        map.put_text(port.listen ? "listen" : "connect", port.path);
        map.put_number("queue_frames", port.queue_frames, QemuStreamPort{}.queue_frames);
        return map.text(0);
    }

    std::string operator()(const QemuDgramPort& port) const {
        FlowMap map;
        map.put("type", "qemu-dgram");
        map.put_text("local", port.local);
        map.put_text("remote", port.remote);
        map.put_number("queue_frames", port.queue_frames, QemuDgramPort{}.queue_frames);
        return map.text(0);
    }

    std::string operator()(const VhostUserPort& port) const {
        const VhostUserPort usual;
        FlowMap map;
        map.put("type", "vhost-user");
        map.put_text("path", port.path);
        map.put_word("mode", kVhostModes, port.server, usual.server);
        map.put_number("queues", port.queues, usual.queues);
        map.put_flag("offloads", port.offloads, usual.offloads);
        return map.text(0);
    }

    std::string operator()(const ShmPort& port) const {
        FlowMap map;
        map.put("type", "shm");
        map.put_text("listen", port.path);
        map.put_number("queue_frames", port.queue_frames, ShmPort{}.queue_frames);
        return map.text(0);
    }
};

void put_allowed_macs(FlowMap& map, const AllowedMacs& allowed) {
    if (allowed.all) return;
    std::string list;
    for (const MacAddress mac : allowed.list) {
        list += (list.empty() ? "" : ", ") + scalar(to_string(mac));
    }
    map.put("allowed_macs", list.empty() ? "none" : "[" + list + "]");
}

void put_virtual(FlowMap& map, const Adapter& adapter) {
    const Adapter usual;
    map.put_text("vswitch", adapter.vswitch);
    map.put("pvid", std::to_string(adapter.pvid.value));
    map.put_vlans("vids", adapter.vids);
    map.put_number("trunk_priority", adapter.trunk_priority, usual.trunk_priority);
    if (adapter.mac) map.put_text("mac", to_string(*adapter.mac));
    put_allowed_macs(map, adapter.allowed_macs);
    if (adapter.qos_priority) map.put("qos_priority", std::to_string(*adapter.qos_priority));
    map.put_number("max_macs", adapter.max_macs, usual.max_macs);
    map.put_flag("tag_pvid", adapter.tag_pvid, usual.tag_pvid);
    map.put_flag("tunnel", adapter.tunnel, usual.tunnel);
    map.put_vlans("tunnel_vids", adapter.tunnel_vids);
    if (adapter.tpid != usual.tpid) map.put("tpid", "0x88a8");
    FlowMap storm;
    storm.put_number("broadcast", adapter.storm_control.broadcast, 0U);
    storm.put_number("multicast", adapter.storm_control.multicast, 0U);
    storm.put_number("unknown", adapter.storm_control.unknown, 0U);
    if (!storm.empty()) map.put("storm_control", storm.text(0));
}

/// Present even if it says nothing: then it may be changed while it runs.
std::string impair_text(const Impair& impair) {
    FlowMap map;
    const auto put_way = [&](std::string_view way, const Impairment& impairment) {
        FlowMap words;
        for (const auto& [key, text] : impairment_words(impairment)) {
            words.put(key, text);
        }
        if (!words.empty()) map.put(way, words.text(0));
    };
    put_way("in", impair.impairments.in);
    put_way("out", impair.impairments.out);
    map.put_word("link", kLinkStates, impair.impairments.link_down, false);
    map.put_number("seed", impair.seed, Impair{}.seed);
    return map.text(0);
}

std::string adapter_text(const Partition& partition, const Adapter& adapter) {
    FlowMap map;
    map.put_text("name", adapter.name);
    map.put("type", std::string(word_for(kAdapterKinds, adapter.kind)));
    if (adapter.kind == AdapterKind::Virtual) put_virtual(map, adapter);
    map.put_flag("enabled", adapter.enabled, true);
    map.put_number("mtu", adapter.mtu, default_mtu(partition, adapter));
    if (adapter.worker) map.put("worker", std::to_string(*adapter.worker));
    const std::string port = std::visit(PortText{}, adapter.port);
    if (!port.empty()) map.put("port", port);
    if (adapter.impair) map.put("impair", impair_text(*adapter.impair));
    return map.text(8);
}

std::string sea_text(const Sea& sea) {
    const Sea usual;
    FlowMap map;
    map.put_text("name", sea.name);
    map.put_text("real_adapter", sea.real_adapter);
    std::string members;
    for (const std::string& name : sea.virt_adapters) {
        members += (members.empty() ? "" : ", ") + scalar(name);
    }
    map.put("virt_adapters", "[" + members + "]");
    map.put_text("pvid_adapter", sea.pvid_adapter);
    map.put("pvid", std::to_string(sea.pvid.value));
    if (sea.ctl_chan) map.put_text("ctl_chan", *sea.ctl_chan);
    map.put_word("ha_mode", kHaModes, sea.ha_mode, usual.ha_mode);
    if (sea.netaddr) map.put_text("netaddr", *sea.netaddr);
    if (sea.address) map.put_text("address", *sea.address);
    map.put_number("health_time", sea.health_time.count(), usual.health_time.count());
    map.put_number("link_time", sea.link_time.count(), usual.link_time.count());
    map.put_number("fb_delay", sea.fb_delay.count(), usual.fb_delay.count());
    map.put_flag("noauto_failback", sea.noauto_failback, usual.noauto_failback);
    map.put_flag("adapter_reset", sea.adapter_reset, usual.adapter_reset);
    map.put_number("keepalive_ms", sea.keepalive_ms.count(), usual.keepalive_ms.count());
    map.put_number("lease_ms", sea.lease_ms.count(), usual.lease_ms.count());
    map.put_flag("largesend", sea.largesend, usual.largesend);
    map.put_flag("large_receive", sea.large_receive, usual.large_receive);
    map.put_flag("jumbo_frames", sea.jumbo_frames, usual.jumbo_frames);
    map.put_flag("accounting", sea.accounting, usual.accounting);
    return map.text(8);
}

std::string runtime_text(const Runtime& runtime) {
    const Runtime usual;
    FlowMap map;
    map.put_word("idle", kIdlePolicies, runtime.idle, usual.idle);
    map.put_number("workers", runtime.workers, usual.workers);
    std::string cores;
    for (const std::uint32_t core : runtime.cores) {
        cores += (cores.empty() ? "" : ", ") + std::to_string(core);
    }
    if (!cores.empty()) map.put("cores", "[" + cores + "]");
    map.put_number("buffers", runtime.buffers, usual.buffers);
    map.put_number("spare_adapters", runtime.spare_adapters, usual.spare_adapters);
    return map.empty() ? std::string() : "runtime: " + map.text(9) + "\n";
}

std::string partition_text(const Partition& partition) {
    std::string text = "  - name: " + scalar(partition.name) +
                       "\n    type: " + std::string(word_for(kPartitionTypes, partition.type)) +
                       "\n";
    if (!partition.adapters.empty()) text += "    adapters:\n";
    for (const Adapter& adapter : partition.adapters) {
        text += "      - " + adapter_text(partition, adapter) + "\n";
    }
    if (!partition.seas.empty()) text += "    seas:\n";
    for (const Sea& sea : partition.seas) {
        text += "      - " + sea_text(sea) + "\n";
    }
    return text;
}

}  // namespace

std::string dump(const System& system) {
    std::string text =
        "# Configuration of " + system.name + "; what has its default is left out.\n";
    text += "system: " + scalar(system.name) + "\n" + runtime_text(system.runtime);
    text += "vswitches:\n";
    for (const Vswitch& vswitch : system.vswitches) {
        text += "  - " + vswitch_text(vswitch) + "\n";
    }
    text += system.partitions.empty() ? "partitions: []\n" : "partitions:\n";
    for (const Partition& partition : system.partitions) {
        text += partition_text(partition);
    }
    return text;
}

}  // namespace sealane::config
