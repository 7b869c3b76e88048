#include "control/config/rules.h"

#include <algorithm>
#include <set>

namespace sealane::config {
namespace {

void check_limit(
    Source& source, Place place, std::size_t count, std::size_t limit, const std::string& what) {
    if (count <= limit) return;
    source.fault(place,
                 std::to_string(count) + " " + what + "; at most " + std::to_string(limit) +
                     " are possible");
}

void check_name_is_new(Source& source,
                       std::set<std::string>& names,
                       const std::string& name,
                       Place object,
                       const std::string& who) {
    if (name.empty() || names.insert(name).second) return;
    source.fault(source.at(object, "name"), who + ": the name is taken by one above; use another");
}

void check_workers(const System& system, const Partition& partition, Source& source) {
    if (source.is_spoilt(kNowhere, "workers")) return;
    for (const Adapter& adapter : partition.adapters) {
        if (!adapter.worker || *adapter.worker < system.runtime.workers) continue;
        const std::string last = std::to_string(system.runtime.workers - 1);
        source.fault(source.at(adapter.place, "worker"),
                     qualified(partition, adapter.name) + ": there is no worker " +
                         std::to_string(*adapter.worker) + "; use 0" +
                         (system.runtime.workers == 1 ? "" : " to " + last) +
                         ", or raise runtime: workers");
    }
}

/// With those that the hypervisor adds.
std::size_t adapters_and_seas(const Partition& partition) {
    const auto added = std::ranges::count_if(partition.seas, &Sea::discovers);
    return partition.adapters.size() + partition.seas.size() + static_cast<std::size_t>(added);
}

std::size_t adapters_and_seas(const System& system) {
    std::size_t count = 0;
    for (const Partition& partition : system.partitions) {
        count += adapters_and_seas(partition);
    }
    return count;
}

}  // namespace

void check_rules(const System& system, Source& source) {
    check_counts_and_names(system, source);
    if (adapters_and_seas(system) > kMaxAdapters) return;  // no rule is made for so many
    const Index index(system);
    check_adapters(system, source);
    check_uniqueness(system, index, source);
    check_seas(index, source);
    check_bridging(index, source);
    check_reserved_vlans(index, source);
    check_room(system, index, source);
}

void check_counts_and_names(const System& system, Source& source) {
    const std::size_t vswitches = system.vswitches.size();
    if (vswitches > kMaxVswitches) {
        check_limit(source,
                    system.vswitches[kMaxVswitches].place,
                    vswitches,
                    kMaxVswitches,
                    "virtual switches");
    }
    std::set<std::string> vswitch_names;
    for (const Vswitch& vswitch : system.vswitches) {
        check_name_is_new(source, vswitch_names, vswitch.name, vswitch.place, vswitch.name);
    }
    std::set<std::string> partition_names;
    std::size_t adapters = 0;
    for (const Partition& partition : system.partitions) {
        check_name_is_new(source, partition_names, partition.name, partition.place, partition.name);
        std::set<std::string> names;
        for (const Adapter& adapter : partition.adapters) {
            const std::string who = qualified(partition, adapter.name);
            check_name_is_new(source, names, adapter.name, adapter.place, who);
        }
        for (const Sea& sea : partition.seas) {
            check_name_is_new(source, names, sea.name, sea.place, qualified(partition, sea.name));
        }
        check_workers(system, partition, source);
        const std::size_t before = adapters;
        adapters += adapters_and_seas(partition);
        if (before <= kMaxAdapters) {
            check_limit(
                source, partition.place, adapters, kMaxAdapters, "adapters and SEAs up to here");
        }
    }
}

}  // namespace sealane::config
