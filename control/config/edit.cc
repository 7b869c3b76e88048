#include "control/config/edit.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "control/config/index.h"
#include "control/config/load.h"
#include "control/config/load_parts.h"
#include "control/config/rules.h"
#include "control/config/text.h"

namespace sealane::config {
namespace {

/// Without a file's name.  Of what the rules found only the words: the rest of the system is in
/// another text.
std::string lines_of(Source&& source, bool with_places) {
    std::string lines;
    for (const Fault& fault : std::move(source).take_faults()) {
        if (!lines.empty()) lines += '\n';
        if (with_places && fault.place.line > 0) {
            lines +=
                std::to_string(fault.place.line) + ":" + std::to_string(fault.place.column) + ": ";
        }
        lines += fault.what;
    }
    return lines;
}

/// "lpar9/ent0", or "lpar9/adapter" while it has no name that could be shown.
std::string who_is(const std::string& partition, const YamlValue& value) {
    const std::string_view name = peek(value, "name");
    return partition + "/" + (is_adapter_name(name) ? std::string(name) : "adapter");
}

/// If it obeys the rules.
Result<System> judged(System changed) {
    Source source("");
    check_rules(changed, source);
    if (source.has_faults()) return Error{lines_of(std::move(source), false)};
    return changed;
}

Partition& partition_of(System& system, const std::string& name) {
    const auto found = std::ranges::find(system.partitions, name, &Partition::name);
    if (found != system.partitions.end()) return *found;
    return system.partitions.emplace_back(Partition{.name = name});
}

}  // namespace

Result<System> with_adapter(const System& system,
                            const std::string& partition,
                            std::string_view text) {
    if (!is_name(partition)) {
        return Error{
            "partition " + quote(partition) +
            " is not allowed; use a letter and up to 31 letters, digits, '_', '.' and '-'"};
    }
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
        return Error{partition +
                     ": no adapter is described; use {name: ent0, type: virtual, "
                     "vswitch: …, pvid: …}, as in a file"};
    }
    Source read("");
    const auto value = parse_yaml(text, read);
    if (!value) return Error{lines_of(std::move(read), true)};
    Adapter adapter = load_adapter(*value, who_is(partition, *value), read);
    const bool has_mtu = read.has(adapter.place, "mtu");
    if (read.has_faults()) return Error{lines_of(std::move(read), true)};

    System changed = system;
    Partition& into = partition_of(changed, partition);
    if (find_adapter(into, adapter.name) != nullptr)
        return Error{qualified(into, adapter.name) + " is there already; see `sealane show`"};
    if (!has_mtu) adapter.mtu = default_mtu(into, adapter);
    adapter.place = {};
    into.adapters.push_back(std::move(adapter));
    return judged(std::move(changed));
}

Result<System> without_adapter(const System& system, const std::string& adapter) {
    System changed = system;
    for (Partition& partition : changed.partitions) {
        const auto is_it = [&](const Adapter& one) {
            return qualified(partition, one.name) == adapter;
        };
        if (std::erase_if(partition.adapters, is_it) == 0) continue;
        const bool has_gone = partition.type == PartitionType::Client && partition.adapters.empty();
        if (has_gone) {
            const std::string name = partition.name;
            std::erase_if(changed.partitions,
                          [&](const Partition& one) { return one.name == name; });
        }
        return judged(std::move(changed));
    }
    return Error{"no adapter is called '" + adapter + "'; see `sealane show`"};
}

}  // namespace sealane::config
