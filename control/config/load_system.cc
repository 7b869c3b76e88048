#include <array>
#include <set>

#include "control/config/load_parts.h"
#include "control/config/text.h"

namespace sealane::config {
namespace {

constexpr std::array<std::string_view, 4> kSystemKeys{
    "system", "vswitches", "partitions", "runtime"};
constexpr std::array<std::string_view, 4> kVswitchKeys{
    "name", "mode", "unknown_unicast", "address_table"};
constexpr std::array<std::string_view, 2> kAddressTableKeys{"capacity", "age"};
constexpr std::array<std::string_view, 5> kRuntimeKeys{
    "idle", "workers", "cores", "buffers", "spare_adapters"};

constexpr std::uint64_t kMaxWorkers = 64;
constexpr std::uint64_t kMaxCore = 1'023;
constexpr std::uint64_t kMinBuffers = 1'024;
constexpr std::uint64_t kMaxBuffers = std::uint64_t{1} << 26;
constexpr std::uint64_t kMinAddresses = 16, kMaxAddresses = std::uint64_t{1} << 22;
constexpr std::uint64_t kMinAge = 1, kMaxAge = 1'000'000;  // seconds; 802.1Q-2018, 8.8.3

/// Of one that is none: it stands in every message about what has it.
constexpr std::size_t kEnoughOfAName = 64;
constexpr std::string_view kNameRight =
    "use a letter and up to 31 letters, digits, '_', '.' and '-'";

/// "vios1", or "partition 2" while it has no name that could be shown.
std::string who_is(const YamlValue& value, std::string_view what, std::size_t index) {
    const std::string_view name = peek(value, "name");
    if (is_name(name)) return std::string(name);
    return std::string(what) + " " + std::to_string(index + 1);
}

}  // namespace

System load_system(const YamlValue& root, Source& source) {
    System system;
    Fields fields(source, root, "", "a configuration", kSystemKeys);
    if (fields.require("system", "give the frame a name, such as frame1")) {
        fields.read("system", system.name, kNameRight);
        if (!fields.source().is_spoilt(root.place, "system") && !is_name(system.name)) {
            fields.fault(
                "system",
                "system " + quote(system.name) + " is not allowed; " + std::string(kNameRight));
        }
    }
    constexpr std::string_view kVswitchesRight = "most frames have one: [{name: ETHERNET0}]";
    fields.require("vswitches", kVswitchesRight);
    const auto vswitches = fields.list("vswitches", "virtual switches");
    if (const YamlValue* value = fields.find("vswitches");
        value != nullptr && value->kind == YamlValue::Kind::List && vswitches.empty()) {
        fields.fault("vswitches", "vswitches lists none; " + std::string(kVswitchesRight));
    }
    for (std::size_t i = 0; i < vswitches.size(); ++i) {
        const std::string who = who_is(vswitches[i], "vswitch", i);
        system.vswitches.push_back(load_vswitch(vswitches[i], who, source));
    }
    fields.require("partitions", "list the VIOSes and the clients");
    const auto partitions = fields.list("partitions", "partitions");
    for (std::size_t i = 0; i < partitions.size(); ++i) {
        const std::string who = who_is(partitions[i], "partition", i);
        system.partitions.push_back(load_partition(partitions[i], who, source));
    }
    if (const YamlValue* runtime = fields.find("runtime")) {
        system.runtime = load_runtime(*runtime, source);
    }
    return system;
}

Vswitch load_vswitch(const YamlValue& value, const std::string& who, Source& source) {
    Vswitch vswitch;
    vswitch.place = value.place;
    Fields fields(source, value, who, "a vswitch", kVswitchKeys);
    read_name(fields, vswitch.name);
    fields.read("mode", vswitch.mode, kSwitchModes, kUnbuiltSwitchModes);
    fields.read("unknown_unicast", vswitch.unknown_unicast, kUnknownUnicast);
    if (const YamlValue* table = fields.find("address_table")) {
        Fields limits(
            source, *table, who + ": address_table", "an address_table", kAddressTableKeys);
        limits.read("capacity", vswitch.address_table.capacity, kMinAddresses, kMaxAddresses);
        read_duration(limits, "age", vswitch.address_table.age, kMinAge, kMaxAge);
    }
    return vswitch;
}

Runtime load_runtime(const YamlValue& value, Source& source) {
    Runtime runtime;
    Fields fields(source, value, "runtime", "runtime", kRuntimeKeys);
    fields.read("idle", runtime.idle, kIdlePolicies);
    fields.read("workers", runtime.workers, 1, kMaxWorkers);
    std::set<std::uint64_t> given;
    for (const YamlValue& item : fields.list("cores", "core numbers")) {
        const auto core = fields.number("cores", item, 0, kMaxCore);
        if (!core) continue;
        runtime.cores.push_back(static_cast<std::uint32_t>(*core));
        if (!given.insert(*core).second) {
            source.fault(item.place,
                         "runtime: core " + std::to_string(*core) +
                             " is given twice; a core serves one worker");
        }
    }
    if (fields.has("cores") && !source.is_spoilt(value.place, "cores") &&
        !source.is_spoilt(value.place, "workers") && runtime.cores.size() != runtime.workers) {
        fields.fault("cores",
                     count_of(runtime.cores.size(), "core") + " for " +
                         count_of(runtime.workers, "worker") +
                         "; give each worker one core, or leave cores out");
    }
    if (peek(value, "buffers") != "auto") {
        fields.read("buffers", runtime.buffers, kMinBuffers, kMaxBuffers);
    }
    fields.read("spare_adapters", runtime.spare_adapters, 0, kMaxSpareAdapters);
    if (source.is_spoilt(value.place, "workers")) source.spoil(kNowhere, "workers");
    return runtime;
}

std::string_view peek(const YamlValue& map, std::string_view key) {
    for (const YamlMember& member : map.members) {
        if (member.key == key) {
            const bool is_text = member.value.kind == YamlValue::Kind::Scalar;
            return is_text ? std::string_view(member.value.text) : std::string_view();
        }
    }
    return {};
}

void read_name(Fields& fields, std::string& into) {
    if (!fields.require("name", kNameRight)) return;
    const YamlValue* value = fields.find("name");
    const auto name = fields.text("name", *value, kNameRight);
    if (!name) return;
    into = name->substr(0, kEnoughOfAName);
    if (!is_name(*name)) {
        fields.fault("name",
                     "name " + quote(*name) + " is not allowed; " + std::string(kNameRight));
    }
}

void read_adapter_name(Fields& fields, std::string_view key, std::string& into) {
    constexpr std::string_view kRight = "use entN, such as ent0";
    const YamlValue* value = fields.find(key);
    if (value == nullptr) return;
    const auto name = fields.text(key, *value, kRight);
    if (!name) return;
    into = name->substr(0, kEnoughOfAName);
    if (!is_adapter_name(*name)) {
        fields.fault(key,
                     std::string(key) + " " + quote(*name) + " is no adapter's name; " +
                         std::string(kRight));
    }
}

}  // namespace sealane::config
