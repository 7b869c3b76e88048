#include <arpa/inet.h>
#include <array>

#include "control/config/load_parts.h"
#include "control/config/text.h"

namespace sealane::config {
namespace {

constexpr std::array<std::string_view, 23> kSeaKeys{
    "name",      "real_adapter", "virt_adapters",   "pvid_adapter",  "pvid",
    "ctl_chan",  "ha_mode",      "netaddr",         "address",       "health_time",
    "link_time", "fb_delay",     "noauto_failback", "adapter_reset", "keepalive_ms",
    "lease_ms",  "largesend",    "large_receive",   "jumbo_frames",  "accounting",
    "gvrp",      "lldpsvc",      "qos_mode"};

constexpr std::uint64_t kLongestWait = 86'400;  // seconds
constexpr std::uint64_t kMinKeepalive = 10, kMinLease = 5, kMaxMilliseconds = 60'000;

void load_members(Fields& fields, Sea& sea) {
    fields.require("real_adapter", "name the physical adapter to the outside");
    read_adapter_name(fields, "real_adapter", sea.real_adapter);
    fields.require("virt_adapters", "list its 1 to 16 trunk adapters");
    for (const YamlValue& item : fields.list("virt_adapters", "trunk adapters")) {
        const auto name = fields.text("virt_adapters", item, "list adapters by name");
        if (!name) continue;
        fields.source().note(fields.place(), "virt_adapters", item.place, sea.virt_adapters.size());
        sea.virt_adapters.push_back(*name);
        if (!is_adapter_name(*name)) {
            fields.fault("virt_adapters",
                         item.place,
                         "virt_adapters has " + quote(*name) + "; use entN, such as ent3");
        }
    }
    fields.require("pvid_adapter", "name the trunk adapter that gets untagged frames");
    read_adapter_name(fields, "pvid_adapter", sea.pvid_adapter);
    if (fields.require("pvid", "repeat the PVID of pvid_adapter")) {
        fields.read("pvid", sea.pvid, "PVID");
    }
    if (fields.has("ctl_chan")) {
        std::string name;
        read_adapter_name(fields, "ctl_chan", name);
        sea.ctl_chan = name;
    }
}

void load_ipv4(Fields& fields, std::string_view key, std::optional<std::string>& address) {
    constexpr std::string_view kRight = "use an IPv4 address, such as 192.0.2.1, or none";
    std::string text = "none";
    fields.read(key, text, kRight);
    if (text == "none") return;
    in_addr parsed{};
    const bool plain = text.find_first_not_of("0123456789.") == std::string::npos;
    if (plain && inet_pton(AF_INET, text.c_str(), &parsed) == 1) {
        address = text;
    } else {
        fields.fault(key,
                     std::string(key) + " " + quote(text) + " is none; " + std::string(kRight));
    }
}

void load_ha(Fields& fields, Sea& sea) {
    fields.read("ha_mode", sea.ha_mode, kHaModes);
    load_ipv4(fields, "netaddr", sea.netaddr);
    load_ipv4(fields, "address", sea.address);
    read_duration(fields, "health_time", sea.health_time, 0, kLongestWait);
    read_duration(fields, "link_time", sea.link_time, 0, kLongestWait);
    read_duration(fields, "fb_delay", sea.fb_delay, 0, kLongestWait);
    fields.read("noauto_failback", sea.noauto_failback);
    fields.read("adapter_reset", sea.adapter_reset);
    read_duration(fields, "keepalive_ms", sea.keepalive_ms, kMinKeepalive, kMaxMilliseconds);
    read_duration(fields, "lease_ms", sea.lease_ms, kMinLease, kMaxMilliseconds);
}

/// Attributes of the original that may be written down only with the value that changes nothing.
void refuse_unbuilt(Fields& fields) {
    for (const std::string_view key : {"gvrp", "lldpsvc"}) {
        bool wanted = false;
        fields.read(key, wanted);
        if (wanted) fields.fault(key, std::string(key) + " is not built yet; leave it out");
    }
    std::string qos_mode = "disabled";
    fields.read("qos_mode", qos_mode, "leave it out");
    if (qos_mode != "disabled") {
        fields.fault("qos_mode", "qos_mode " + quote(qos_mode) + " is not built yet; leave it out");
    }
}

}  // namespace

Sea load_sea(const YamlValue& value, const std::string& who, Source& source) {
    Sea sea;
    sea.place = value.place;
    Fields fields(source, value, who, "a SEA", kSeaKeys);
    fields.require("name", "use entN, such as ent6");
    read_adapter_name(fields, "name", sea.name);
    load_members(fields, sea);
    load_ha(fields, sea);
    fields.read("largesend", sea.largesend);
    fields.read("large_receive", sea.large_receive);
    fields.read("jumbo_frames", sea.jumbo_frames);
    fields.read("accounting", sea.accounting);
    refuse_unbuilt(fields);
    return sea;
}

}  // namespace sealane::config
