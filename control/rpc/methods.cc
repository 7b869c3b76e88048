#include "control/rpc/methods.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>

#include "control/config/dump.h"
#include "control/rpc/adapters.h"
#include "control/rpc/address_rows.h"
#include "control/rpc/impair.h"
#include "control/rpc/pairs.h"
#include "control/rpc/params.h"

namespace sealane::rpc {

using nlohmann::json;
using runtime::System;

namespace {

constexpr std::size_t kPlainLimit = 1'000;

constexpr Param kVswitchParam{"vswitch", Kind::Text, false, "only this virtual switch's"};
constexpr Param kMacParam{"mac", Kind::Mac, true, "the address"};
constexpr Param kVlanParam{"vlan", Kind::Vlan, true, "its VLAN"};

/// Empty: it has been removed, or may not be looked at.
std::string working_directory() {
    std::error_code ignored;
    return std::filesystem::current_path(ignored).string();
}

Result<json> show_addresses(const System& system, const json& params) {
    const std::string vswitch = text_of(params, "vswitch");
    auto tables = system.address_tables();
    if (!vswitch.empty()) {
        std::erase_if(tables, [&](const auto& table) { return table.vswitch != vswitch; });
        if (tables.empty()) return Error{"no virtual switch is called '" + vswitch + "'"};
    }
    const std::size_t limit = count_of(params, "limit").value_or(kPlainLimit);
    return addresses_reply(tables, system.addresses(vswitch, limit + 1), limit);
}

Result<json> add_address(System& system, const json& params) {
    const Status added = system.add_addresses({{vlan_of(params, "vlan").value_or(VlanId{}),
                                                mac_of(params, "mac"),
                                                text_of(params, "adapter")}});
    if (!added) return added.error();
    return json{{"schema_version", kSchemaVersion}, {"added", 1}};
}

Result<json> load_addresses(System& system, const json& params) {
    const json& rows = params.at("entries");
    std::vector<runtime::AddressRequest> requests;
    requests.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        auto request = parse_address_row(rows[i].get_ref<const std::string&>());
        const std::string entry = "entry " + std::to_string(i + 1) + ": ";
        if (!request) return Error{entry + request.error().text};
        if (!*request) return Error{entry + "it is empty"};
        requests.push_back(**std::move(request));
    }
    if (const Status added = system.add_addresses(requests); !added) return added.error();
    return json{{"schema_version", kSchemaVersion}, {"added", requests.size()}};
}

Result<json> remove_address(System& system, const json& params) {
    std::string vswitch = text_of(params, "vswitch");
    const auto& vswitches = system.model().vswitches;
    if (vswitch.empty() && vswitches.size() == 1) vswitch = vswitches.front().name;
    if (vswitch.empty()) {
        std::string names;
        for (const auto& one : vswitches) {
            names += (names.empty() ? "" : " or ") + one.name;
        }
        return Error{
            "the address may be in several virtual switches: say in which with --vswitch, " +
            names};
    }
    const MacAddress mac = mac_of(params, "mac");
    const VlanId vlan = vlan_of(params, "vlan").value_or(VlanId{});
    const Result<bool> removed = system.remove_address(vswitch, vlan, mac);
    if (!removed) return removed.error();
    if (!*removed) {
        return Error{to_string(mac) + " is not in VLAN " + std::to_string(vlan.value) + " of " +
                     vswitch};
    }
    return json{{"schema_version", kSchemaVersion}, {"removed", 1}};
}

Result<json> flush_addresses(System& system, const json& params) {
    const Result<std::size_t> removed =
        system.flush_addresses({.vswitch = text_of(params, "vswitch"),
                                .adapter = text_of(params, "adapter"),
                                .vlan = vlan_of(params, "vlan"),
                                .fixed_too = flag_of(params, "static")});
    if (!removed) return removed.error();
    return json{{"schema_version", kSchemaVersion}, {"removed", *removed}};
}

Result<json> set_mtu(System& system, const json& params) {
    const std::string adapter = text_of(params, "adapter");
    // What is beyond 32 bits is out of range in any case.
    const auto mtu =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(number_of(params, "mtu"), UINT32_MAX));
    if (const Status set = system.set_mtu(adapter, mtu); !set) return set.error();
    return json{{"schema_version", kSchemaVersion}, {"adapter", adapter}, {"mtu", mtu}};
}

Methods reading_methods(System& system, const VersionFacts& version) {
    return {
        {"version",
         "what was built",
         {},
         [version](const json&) { return version_reply(version); }},
        {"system",
         "name, uptime, workers, buffers",
         {},
         [&system](const json&) { return system_reply(system.system()); }},
        {"show",
         "every adapter: role, membership, address, slot, port",
         {},
         [&system](const json&) { return show_reply(system.system(), system.adapters()); }},
        {"stats",
         "every adapter's counters",
         {},
         [&system](const json&) { return stats_reply(system.system(), system.tallies()); }},
        {"drops",
         "why frames ended, by adapter and direction",
         {},
         [&system](const json&) { return drops_reply(system.tallies()); }},
        {"vlan",
         "adapter by VLAN: U leaves untagged, T tagged",
         {},
         [&system](const json&) { return vlan_reply(system.adapters()); }},
        {"sea",
         "every Shared Ethernet Adapter: state, trunk adapters, both sides' counters",
         {},
         [&system](const json&) { return sea_reply(system.seas(), system.elsewhere()); }},
        {"config.dump",
         "the running configuration as a file that loads to the same, and the directory that its "
         "relative sockets are in",
         {},
         [&system](const json&) {
             return json{{"schema_version", kSchemaVersion},
                         {"directory", working_directory()},
                         {"yaml", config::dump(system.model())}};
         }},
    };
}

Methods address_methods(System& system) {
    return {
        {"fdb.show",
         "the address tables and their entries",
         {kVswitchParam, {"limit", Kind::Count, false, "entries at most; 1000 if not given"}},
         [&system](const json& params) { return show_addresses(system, params); }},
        {"fdb.add",
         "binds an address to an adapter for good",
         {kMacParam, kVlanParam, {"adapter", Kind::Text, true, "\"lpar1/ent0\""}},
         [&system](const json& params) { return add_address(system, params); }},
        {"fdb.load",
         "adds many addresses, all or none",
         {{"entries", Kind::Rows, true, "rows of \"MAC VLAN ADAPTER\""}},
         [&system](const json& params) { return load_addresses(system, params); }},
        {"fdb.del",
         "removes an address",
         {kMacParam, kVlanParam, {"vswitch", Kind::Text, false, "if there are several"}},
         [&system](const json& params) { return remove_address(system, params); }},
        {"fdb.flush",
         "removes learned addresses that match everything given",
         {kVswitchParam,
          {"adapter", Kind::Text, false, "only those at this adapter"},
          {"vlan", Kind::Vlan, false, "only those in this VLAN"},
          {"static", Kind::Flag, false, "added ones too; an adapter's own stay"}},
         [&system](const json& params) { return flush_addresses(system, params); }},
    };
}

}  // namespace

Methods make_methods(System& system, const VersionFacts& version) {
    Methods methods = reading_methods(system, version);
    for (Method& method : address_methods(system)) {
        methods.push_back(std::move(method));
    }
    for (Method& method : pair_methods(system)) {
        methods.push_back(std::move(method));
    }
    for (Method& method : adapter_methods(system)) {
        methods.push_back(std::move(method));
    }
    methods.push_back({"mtu",
                       "changes how long frames to an adapter's port may be",
                       {{"adapter", Kind::Text, true, "\"lpar1/ent0\""},
                        {"mtu", Kind::Number, true, "payload bytes, 68 to 65394"}},
                       [&system](const json& params) { return set_mtu(system, params); }});
    methods.push_back(impair_method(system));
    return methods;
}

}  // namespace sealane::rpc
