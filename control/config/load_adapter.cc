#include <algorithm>
#include <array>
#include <limits>

#include "control/config/load_parts.h"
#include "control/config/text.h"

namespace sealane::config {
namespace {

constexpr std::array<std::string_view, 7> kPhysicalKeys{
    "name", "type", "port", "enabled", "mtu", "worker", "impair"};
constexpr std::array<std::string_view, 20> kKeys{
    "name",          "type",         "vswitch",  "pvid",     "vids",   "trunk_priority", "mac",
    "allowed_macs",  "qos_priority", "max_macs", "tag_pvid", "tunnel", "tunnel_vids",    "tpid",
    "storm_control", "enabled",      "mtu",      "worker",   "port",   "impair"};

constexpr std::array<std::string_view, 3> kStormControlKeys{"broadcast", "multicast", "unknown"};
constexpr std::array<std::string_view, 4> kImpairKeys{"in", "out", "link", "seed"};

constexpr std::uint64_t kMaxWorker = 63;
constexpr std::uint64_t kMaxPcp = 7;
constexpr std::uint64_t kMaxMacs = std::uint64_t{1} << 20;

/// A MAC that a station can have; `key` is where it stands.
std::optional<MacAddress> station_mac(Fields& fields,
                                      std::string_view key,
                                      const YamlValue& value) {
    constexpr std::string_view kRight = "use six pairs of hex digits, such as 02:00:00:00:00:01";
    const auto text = fields.text(key, value, kRight);
    if (!text) return std::nullopt;
    const auto mac = parse_mac(*text);
    std::string why;
    if (!mac) {
        why = " is no address; " + std::string(kRight);
    } else if (mac->is_zero()) {
        why = " is no station's address; use one that is not zero";
    } else if (mac->is_multicast()) {
        why = " is a group address; a station's has an even first byte";
    }
    if (why.empty()) return mac;
    fields.fault(key, value.place, std::string(key) + " " + quote(*text) + why);
    return std::nullopt;
}

void load_mac(Fields& fields, Adapter& adapter) {
    const YamlValue* value = fields.find("mac");
    if (value == nullptr) return;
    if (value->kind == YamlValue::Kind::Scalar && value->text == "auto") return;
    adapter.mac = station_mac(fields, "mac", *value);
}

void load_allowed_macs(Fields& fields, Adapter& adapter) {
    constexpr std::string_view kRight = "use all, none, or a list of 1 to 4 addresses";
    const YamlValue* value = fields.find("allowed_macs");
    if (value == nullptr) return;
    AllowedMacs& allowed = adapter.allowed_macs;
    if (value->kind != YamlValue::Kind::List) {
        const auto word = fields.text("allowed_macs", *value, kRight);
        if (!word) return;
        allowed.all = *word == "all";
        if (*word != "all" && *word != "none") {
            fields.fault("allowed_macs",
                         "allowed_macs " + quote(*word) + " is unknown; " + std::string(kRight));
        }
        return;
    }
    allowed.all = false;
    if (value->items.empty() || value->items.size() > kMaxAllowedMacs) {
        fields.fault("allowed_macs",
                     "allowed_macs lists " + std::to_string(value->items.size()) + " addresses; " +
                         std::string(kRight));
        return;
    }
    for (const YamlValue& item : value->items) {
        const auto mac = station_mac(fields, "allowed_macs", item);
        if (!mac) continue;
        for (const MacAddress earlier : allowed.list) {
            if (earlier == *mac) {
                fields.fault("allowed_macs",
                             item.place,
                             "allowed_macs lists " + to_string(*mac) + " twice; once is enough");
            }
        }
        allowed.list.push_back(*mac);
    }
}

void load_tpid(Fields& fields, Adapter& adapter) {
    constexpr std::string_view kRight = "use 0x8100, or 0x88a8 for a service trunk";
    const YamlValue* value = fields.find("tpid");
    if (value == nullptr) return;
    const auto text = fields.text("tpid", *value, kRight);
    if (!text) return;
    if (*text == "0x88a8" || *text == "0x88A8") {
        adapter.tpid = 0x88a8;
    } else if (*text != "0x8100") {
        fields.fault("tpid", "tpid " + quote(*text) + " is unknown; " + std::string(kRight));
    }
}

void load_qos_priority(Fields& fields, Adapter& adapter) {
    const YamlValue* value = fields.find("qos_priority");
    if (value == nullptr) return;
    if (value->kind == YamlValue::Kind::Scalar && value->text == "none") return;
    std::uint8_t priority = 0;
    fields.read("qos_priority", priority, 0, kMaxPcp);
    adapter.qos_priority = priority;
}

void load_storm_control(Fields& fields, Adapter& adapter) {
    const YamlValue* value = fields.find("storm_control");
    if (value == nullptr) return;
    Fields rates(fields.source(),
                 *value,
                 fields.who() + ": storm_control",
                 "a storm_control",
                 kStormControlKeys);
    StormControl& storm = adapter.storm_control;
    rates.read("broadcast", storm.broadcast, 1, kMaxStormRate);
    rates.read("multicast", storm.multicast, 1, kMaxStormRate);
    rates.read("unknown", storm.unknown, 1, kMaxStormRate);
}

void load_impairment(Fields& impair, std::string_view way, Impairment& into) {
    const YamlValue* value = impair.find(way);
    if (value == nullptr) return;
    Fields fields(impair.source(),
                  *value,
                  impair.who() + ": " + std::string(way),
                  "a bad wire",
                  kImpairmentKeys);
    for (const std::string_view key : kImpairmentKeys) {
        const YamlValue* member = fields.find(key);
        if (member == nullptr) continue;
        const auto text = fields.text(key, *member, impairment_form(key));
        if (!text) continue;
        if (const Status set = set_impairment(into, key, *text); !set) {
            fields.fault(key, member->place, set.error().text);
        }
    }
}

void load_impair(Fields& fields, Adapter& adapter) {
    const YamlValue* value = fields.find("impair");
    if (value == nullptr) return;
    Fields impair(fields.source(), *value, fields.who() + ": impair", "an impair", kImpairKeys);
    Impair& into = adapter.impair.emplace();
    load_impairment(impair, "in", into.impairments.in);
    load_impairment(impair, "out", into.impairments.out);
    impair.read("link", into.impairments.link_down, kLinkStates);
    impair.read("seed", into.seed, 0, std::numeric_limits<std::uint64_t>::max());
}

void load_virtual(Fields& fields, Adapter& adapter) {
    constexpr std::string_view kVswitchRight = "name the vswitch that it is plugged into";
    if (!fields.source().is_spoilt(fields.place(), "type")) {
        fields.require("vswitch", kVswitchRight);
        fields.require("pvid", "a virtual adapter has one PVID, 1 to 4094 without 3358");
    }
    fields.read("vswitch", adapter.vswitch, kVswitchRight);
    fields.read("pvid", adapter.pvid, "PVID");
    fields.read("vids", adapter.vids, "VID");
    fields.read("trunk_priority", adapter.trunk_priority, 1, kMaxTrunkPriority);
    load_mac(fields, adapter);
    load_allowed_macs(fields, adapter);
    load_qos_priority(fields, adapter);
    fields.read("max_macs", adapter.max_macs, 1, kMaxMacs);
    fields.read("tag_pvid", adapter.tag_pvid);
    fields.read("tunnel", adapter.tunnel);
    fields.read("tunnel_vids", adapter.tunnel_vids, "VID");
    load_tpid(fields, adapter);
    load_storm_control(fields, adapter);
}

/// A physical adapter is a wire; VLANs and the like belong to virtual ones.
void refuse_virtual_keys(Fields& fields) {
    for (const std::string_view key : kKeys) {
        const bool common =
            std::find(kPhysicalKeys.begin(), kPhysicalKeys.end(), key) != kPhysicalKeys.end();
        if (!common && fields.has(key)) {
            fields.fault(key,
                         std::string(key) + " belongs to virtual adapters; a physical one has " +
                             join(kPhysicalKeys));
        }
    }
}

}  // namespace

Adapter load_adapter(const YamlValue& value, const std::string& who, Source& source) {
    Adapter adapter;
    adapter.place = value.place;
    Fields fields(source, value, who, "an adapter", kKeys);
    fields.require("name", "use entN, such as ent0");
    read_adapter_name(fields, "name", adapter.name);
    if (fields.require("type", "use physical or virtual")) {
        fields.read("type", adapter.kind, kAdapterKinds);
    }
    fields.read("enabled", adapter.enabled);
    fields.read("mtu", adapter.mtu, kMinMtu, kMaxMtu);
    if (fields.has("worker")) {
        std::uint32_t worker = 0;
        fields.read("worker", worker, 0, kMaxWorker);
        adapter.worker = worker;
    }
    if (const YamlValue* port = fields.find("port")) {
        if (auto spec = load_port(*port, fields)) {
            adapter.port = *std::move(spec);
        } else {
            source.spoil(adapter.place, "port");
        }
    }
    load_impair(fields, adapter);
    if (adapter.kind == AdapterKind::Physical) {
        refuse_virtual_keys(fields);
    } else {
        load_virtual(fields, adapter);
    }
    return adapter;
}

}  // namespace sealane::config
