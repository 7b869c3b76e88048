#include "control/rpc/params.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace sealane::rpc {

using nlohmann::json;

namespace {

struct KindText {
    std::string_view name;
    std::string_view demand;
};

constexpr std::array<KindText, 8> kKinds{{
    {"text", "a string"},
    {"mac", "an address such as \"02:00:5e:10:00:01\", and no group address"},
    {"vlan", "an integer from 1 to 4094"},
    {"count", "an integer from 1 to 65536"},
    {"number", "an integer from 0"},
    {"flag", "true or false"},
    {"rows", "a list of strings"},
    {"map", "an object, or a string with one in YAML"},
}};

const KindText& text_for(Kind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

bool is_integer_between(const json& value, std::int64_t least, std::int64_t most) {
    if (!value.is_number_integer()) return false;
    const auto number = value.get<std::int64_t>();
    return number >= least && number <= most;
}

bool is_unicast_mac(const json& value) {
    if (!value.is_string()) return false;
    const auto mac = parse_mac(value.get_ref<const std::string&>());
    return mac && !mac->is_multicast() && !mac->is_zero();
}

bool matches(Kind kind, const json& value) {
    switch (kind) {
        case Kind::Text:
            return value.is_string();
        case Kind::Mac:
            return is_unicast_mac(value);
        case Kind::Vlan:
            return is_integer_between(value, 1, 4'094);
        case Kind::Count:
            return is_integer_between(value, 1, 65'536);
        case Kind::Number:
            return is_integer_between(value, 0, INT64_MAX);
        case Kind::Flag:
            return value.is_boolean();
        case Kind::Rows:
            return value.is_array() && std::all_of(value.begin(), value.end(), [](const json& row) {
                       return row.is_string();
                   });
        case Kind::Map:
            return value.is_object() || value.is_string();
    }
    return false;
}

std::string list_of_names(const Method& method) {
    if (method.params.empty()) return "it takes none";
    std::string names;
    for (const Param& param : method.params) {
        names += names.empty() ? "it takes " : ", ";
        names += param.name;
        if (!param.required) names += " (optional)";
    }
    return names;
}

/// A client's own words in our sentence: short, so that an error stays readable.
std::string shortened(const std::string& text) {
    constexpr std::size_t kMost = 60;
    return text.size() <= kMost ? text : text.substr(0, kMost) + "…";
}

Status check_one(const Method& method, const std::string& name, const json& value) {
    const auto found = std::find_if(method.params.begin(),
                                    method.params.end(),
                                    [&](const Param& param) { return param.name == name; });
    if (found == method.params.end()) {
        return Error{fmt::format("unknown parameter \"{}\" of {}: {}",
                                 shortened(name),
                                 method.name,
                                 list_of_names(method))};
    }
    if (!matches(found->kind, value)) {
        return Error{fmt::format(
            "parameter \"{}\" of {} must be {}", name, method.name, text_for(found->kind).demand)};
    }
    return done();
}

}  // namespace

Status check_params(const Method& method, const json& params) {
    if (params.is_array()) {
        if (params.empty()) return check_params(method, json::object());
        return Error{fmt::format(
            "parameters of {} go by name, in an object: {}", method.name, list_of_names(method))};
    }
    for (const auto& given : params.items()) {
        if (Status right = check_one(method, given.key(), given.value()); !right) return right;
    }
    for (const Param& param : method.params) {
        if (param.required && !params.contains(param.name)) {
            return Error{fmt::format("parameter \"{}\" of {} is missing: {}",
                                     param.name,
                                     method.name,
                                     list_of_names(method))};
        }
    }
    return done();
}

json describe(const Methods& methods) {
    json list = json::array();
    for (const Method& method : methods) {
        json params = json::array();
        for (const Param& param : method.params) {
            params.push_back({{"name", param.name},
                              {"kind", text_for(param.kind).name},
                              {"required", param.required},
                              {"meaning", param.meaning}});
        }
        list.push_back({{"name", method.name}, {"meaning", method.meaning}, {"params", params}});
    }
    list.push_back({{"name", "rpc.methods"}, {"meaning", "this list"}, {"params", json::array()}});
    return list;
}

std::string text_of(const json& params, const char* name) {
    return params.contains(name) ? params.at(name).get<std::string>() : std::string();
}

MacAddress mac_of(const json& params, const char* name) {
    return parse_mac(text_of(params, name)).value_or(MacAddress{});
}

std::optional<VlanId> vlan_of(const json& params, const char* name) {
    if (!params.contains(name)) return std::nullopt;
    return VlanId{params.at(name).get<std::uint16_t>()};
}

std::optional<std::size_t> count_of(const json& params, const char* name) {
    if (!params.contains(name)) return std::nullopt;
    return params.at(name).get<std::size_t>();
}

std::uint64_t number_of(const json& params, const char* name) {
    return params.contains(name) ? params.at(name).get<std::uint64_t>() : 0;
}

bool flag_of(const json& params, const char* name) {
    return params.contains(name) && params.at(name).get<bool>();
}

}  // namespace sealane::rpc
