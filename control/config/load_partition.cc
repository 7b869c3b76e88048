#include <algorithm>
#include <array>

#include "control/config/load_parts.h"
#include "control/config/text.h"

namespace sealane::config {
namespace {

constexpr std::array<std::string_view, 4> kPartitionKeys{"name", "type", "adapters", "seas"};

/// "vios1/ent3", or "vios1/adapter 4" while it has no name that could be shown.
std::string who_is(const std::string& partition,
                   const YamlValue& value,
                   std::string_view what,
                   std::size_t index) {
    const std::string_view name = peek(value, "name");
    if (is_adapter_name(name)) return partition + "/" + std::string(name);
    return partition + "/" + std::string(what) + " " + std::to_string(index + 1);
}

}  // namespace

Partition load_partition(const YamlValue& value, const std::string& who, Source& source) {
    Partition partition;
    partition.place = value.place;
    Fields fields(source, value, who, "a partition", kPartitionKeys);
    read_name(fields, partition.name);
    if (fields.require("type", "use vios or client")) {
        fields.read("type", partition.type, kPartitionTypes);
    }
    const auto adapters = fields.list("adapters", "adapters");
    for (std::size_t i = 0; i < adapters.size(); ++i) {
        const std::string name = who_is(who, adapters[i], "adapter", i);
        partition.adapters.push_back(load_adapter(adapters[i], name, source));
    }
    const auto seas = fields.list("seas", "Shared Ethernet Adapters");
    for (std::size_t i = 0; i < seas.size(); ++i) {
        const std::string name = who_is(who, seas[i], "SEA", i);
        partition.seas.push_back(load_sea(seas[i], name, source));
    }
    for (Adapter& adapter : partition.adapters) {
        if (!source.has(adapter.place, "mtu")) adapter.mtu = default_mtu(partition, adapter);
    }
    return partition;
}

}  // namespace sealane::config
