#include "control/rpc/replies.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "control/rpc/method.h"
#include "control/rpc/pair_object.h"
#include "dataplane/base/drop.h"

namespace sealane::rpc {

using nlohmann::json;
using runtime::AdapterReport;
using runtime::AdapterRole;

namespace {

std::string_view name_of(AdapterRole role) {
    switch (role) {
        case AdapterRole::Client:
            return "client";
        case AdapterRole::Trunk:
            return "trunk";
        case AdapterRole::Physical:
            return "physical";
        case AdapterRole::Sea:
            return "sea";
    }
    return "";
}

bool is_virtual(const AdapterReport& adapter) {
    return adapter.role == AdapterRole::Client || adapter.role == AdapterRole::Trunk;
}

json numbers_of(const std::vector<VlanId>& vids) {
    json list = json::array();
    for (const VlanId vid : vids) {
        list.push_back(vid.value);
    }
    return list;
}

/// Reasons that happened in that direction.
json reasons_of(const AdapterTotals& totals, Direction direction) {
    json reasons = json::object();
    for (std::size_t i = 1; i < kDropCount; ++i) {
        const auto why = static_cast<Drop>(i);
        if (const auto frames = totals.dropped(direction, why); frames != 0) {
            reasons[std::string(sealane::name_of(why))] = frames;
        }
    }
    return reasons;
}

/// Frames that ended for that reason, wherever on their way.
std::uint64_t dropped(const AdapterTotals& totals, Drop why) {
    return totals.dropped(Direction::In, why) + totals.dropped(Direction::Between, why) +
           totals.dropped(Direction::Out, why);
}

json totals_object(const AdapterTotals& totals) {
    json drops = json::object();
    for (std::size_t i = 1; i < kDropCount; ++i) {
        const auto why = static_cast<Drop>(i);
        if (const auto frames = dropped(totals, why); frames != 0) {
            drops[std::string(sealane::name_of(why))] = frames;
        }
    }
    return {{"rx_frames", totals.rx_frames},
            {"rx_bytes", totals.rx_bytes},
            {"admitted", totals.admitted},
            {"copies", totals.copies},
            {"merged", totals.merged},
            {"offered", totals.offered},
            {"tx_frames", totals.tx_frames},
            {"tx_bytes", totals.tx_bytes},
            {"drops", std::move(drops)}};
}

json slot_object(const runtime::SlotReport& slot) {
    return {{"slot", slot.slot},
            {"active", slot.active},
            {"holder", slot.holder},
            {"epoch", slot.epoch}};
}

json port_object(const runtime::PortReport& port) {
    json object{
        {"type", port.type}, {"up", port.up}, {"detail", port.detail}, {"pending", port.pending}};
    if (port.features.empty()) return object;
    json& features = object["features"] = json::array();
    for (const runtime::FeatureReport& feature : port.features) {
        features.push_back({{"name", feature.name},
                            {"offered", feature.offered},
                            {"acked", feature.acked},
                            {"why_not", feature.why_not}});
    }
    return object;
}

json adapter_object(const AdapterReport& adapter) {
    json object{{"name", adapter.name},
                {"role", name_of(adapter.role)},
                {"enabled", adapter.enabled},
                {"mtu", adapter.mtu},
                {"worker", adapter.worker},
                {"port", port_object(adapter.port)}};
    if (!is_virtual(adapter)) return object;
    object["vswitch"] = adapter.vswitch;
    object["pvid"] = adapter.pvid.value;
    object["tag_pvid"] = adapter.tag_pvid;
    object["vids"] = numbers_of(adapter.vids);
    object["mac"] = adapter.mac ? json(to_string(*adapter.mac)) : json();
    object["trunk_priority"] = adapter.trunk_priority;
    object["addresses"] = adapter.addresses;
    if (adapter.slot) object["slot"] = slot_object(*adapter.slot);
    return object;
}

json sea_object(const runtime::SeaReport& sea) {
    json trunks = json::array();
    for (const runtime::SeaTrunkReport& trunk : sea.trunks) {
        trunks.push_back({{"adapter", trunk.adapter},
                          {"pvid", trunk.pvid.value},
                          {"vids", numbers_of(trunk.vids)},
                          {"default", trunk.is_default},
                          {"active", trunk.active}});
    }
    return {{"name", sea.name},
            {"real_adapter", sea.real_adapter},
            {"real_up", sea.real_up},
            {"trunks", std::move(trunks)},
            {"ha_mode", sea.ha_mode},
            {"state", sea.state},
            {"bridge_mode", sea.bridge_mode},
            {"priority", sea.priority},
            {"pair", sea.pair ? pair_object(*sea.pair) : json()},
            {"real_side", totals_object(sea.real_side)},
            {"virtual_side", totals_object(sea.virtual_side)}};
}

json new_reply() { return {{"schema_version", kSchemaVersion}}; }

}  // namespace

json version_reply(const VersionFacts& facts) {
    json reply = new_reply();
    reply.update({{"version", facts.version},
                  {"dpdk", facts.dpdk},
                  {"isa", facts.isa},
                  {"checksums", facts.checksums}});
    return reply;
}

json system_reply(const runtime::SystemReport& system) {
    json reply = new_reply();
    reply.update({{"system", system.system},
                  {"part", system.part},
                  {"config_file", system.config_file},
                  {"uptime_s", system.uptime_s},
                  {"hugepages", system.hugepages},
                  {"workers", system.workers},
                  {"buffers", system.buffers},
                  {"buffers_in_use", system.buffers_in_use}});
    return reply;
}

json show_reply(const runtime::SystemReport& system, const std::vector<AdapterReport>& adapters) {
    json reply = system_reply(system);
    json& list = reply["adapters"] = json::array();
    for (const AdapterReport& adapter : adapters) {
        list.push_back(adapter_object(adapter));
    }
    return reply;
}

json stats_reply(const runtime::SystemReport& system, const std::vector<AdapterReport>& adapters) {
    json reply = new_reply();
    reply["uptime_s"] = system.uptime_s;
    json& all = reply["adapters"] = json::object();
    for (const AdapterReport& adapter : adapters) {
        json object = totals_object(adapter.totals);
        object["pending"] = adapter.port.pending;
        all[adapter.name] = std::move(object);
    }
    return reply;
}

json drops_reply(const std::vector<AdapterReport>& adapters) {
    json reply = new_reply();
    json& all = reply["adapters"] = json::object();
    json& reasons = reply["reasons"] = json::object();
    AdapterTotals sum;
    for (const AdapterReport& adapter : adapters) {
        sum.add(adapter.totals);
        json& object = all[adapter.name] = json::object();
        for (const Direction way : {Direction::In, Direction::Between, Direction::Out}) {
            object[std::string(sealane::name_of(way))] = reasons_of(adapter.totals, way);
        }
    }
    for (std::size_t i = 1; i < kDropCount; ++i) {
        if (const auto total = dropped(sum, static_cast<Drop>(i)); total != 0) {
            reasons[std::string(kDropTexts[i].name)] = {{"total", total},
                                                        {"meaning", kDropTexts[i].meaning}};
        }
    }
    return reply;
}

json vlan_reply(const std::vector<AdapterReport>& adapters) {
    json reply = new_reply();
    json& vswitches = reply["vswitches"] = json::object();
    for (const AdapterReport& adapter : adapters) {
        if (!is_virtual(adapter)) continue;
        json& row = vswitches[adapter.vswitch]["adapters"][adapter.name] = json::object();
        for (const VlanId vid : adapter.vids) {
            row[std::to_string(vid.value)] = "T";
        }
        row[std::to_string(adapter.pvid.value)] = adapter.tag_pvid ? "T" : "U";
    }
    for (auto& vswitch : vswitches) {
        std::set<int> vlans;
        for (const auto& row : vswitch["adapters"]) {
            for (const auto& [vlan, how] : row.items()) {
                vlans.insert(std::stoi(vlan));
            }
        }
        vswitch["vlans"] = vlans;
    }
    return reply;
}

json sea_reply(const std::vector<runtime::SeaReport>& seas,
               const std::vector<runtime::PartReport>& elsewhere) {
    json reply = new_reply();
    json& list = reply["seas"] = json::array();
    for (const runtime::SeaReport& sea : seas) {
        list.push_back(sea_object(sea));
    }
    for (const runtime::PartReport& part : elsewhere) {
        reply["elsewhere"].push_back({{"part", part.name}, {"control", part.control}});
    }
    return reply;
}

json addresses_reply(const std::vector<runtime::AddressTableReport>& tables,
                     const std::vector<runtime::AddressReport>& entries,
                     std::size_t limit) {
    json reply = new_reply();
    json& table_list = reply["tables"] = json::array();
    for (const runtime::AddressTableReport& table : tables) {
        table_list.push_back({{"vswitch", table.vswitch},
                              {"size", table.size},
                              {"capacity", table.capacity},
                              {"added", table.added},
                              {"moved", table.moved},
                              {"aged", table.aged},
                              {"evicted", table.evicted},
                              {"refused", table.refused}});
    }
    json& entry_list = reply["entries"] = json::array();
    for (std::size_t i = 0; i < std::min(limit, entries.size()); ++i) {
        const runtime::AddressReport& entry = entries[i];
        entry_list.push_back({{"vswitch", entry.vswitch},
                              {"vlan", entry.vlan.value},
                              {"mac", to_string(entry.mac)},
                              {"adapter", entry.adapter},
                              {"kind", entry.kind},
                              {"age_s", entry.age_s}});
    }
    reply["truncated"] = entries.size() > limit;
    return reply;
}

}  // namespace sealane::rpc
