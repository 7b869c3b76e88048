#include "control/cli/check.h"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <ostream>
#include <utility>
#include <vector>

#include "control/cli/absent.h"
#include "control/config/dump.h"
#include "control/config/load.h"
#include "control/config/notices.h"
#include "control/rpc/method.h"

namespace sealane::cli {

using nlohmann::json;

namespace {

struct Census {
    std::size_t vswitches = 0, partitions = 0, adapters = 0, seas = 0;
};

Census count(const config::System& system) {
    Census census{system.vswitches.size(), system.partitions.size(), 0, 0};
    for (const config::Partition& partition : system.partitions) {
        census.adapters += partition.adapters.size();
        census.seas += partition.seas.size();
    }
    return census;
}

std::string some(std::size_t number, const char* thing, const char* things) {
    return fmt::format("{} {}", number, number == 1 ? thing : things);
}

/// What its writer may not think, and what this machine lacks for it.
std::vector<config::Notice> notices_of(const config::System& system) {
    std::vector<config::Notice> found = config::notices(system);
    const std::vector<config::Notice> absent = absences(system);
    found.insert(found.end(), absent.begin(), absent.end());
    std::ranges::stable_sort(found, {}, [](const config::Notice& notice) {
        return std::pair(notice.place.line, notice.place.column);
    });
    return found;
}

void print_text(const std::string& file, const config::Loaded& loaded, std::ostream& out) {
    if (!loaded.system) {
        out << config::to_string(loaded.faults);
        return;
    }
    const Census census = count(*loaded.system);
    out << fmt::format("{}: ok: {}, {}, {}, {}\n",
                       file,
                       some(census.vswitches, "vswitch", "vswitches"),
                       some(census.partitions, "partition", "partitions"),
                       some(census.adapters, "adapter", "adapters"),
                       some(census.seas, "SEA", "SEAs"));
    for (const config::Notice& notice : notices_of(*loaded.system)) {
        out << fmt::format(
            "{}:{}:{}: notice: {}\n", file, notice.place.line, notice.place.column, notice.what);
    }
}

json place_of(const config::Place& place, const std::string& what) {
    return {{"line", place.line}, {"column", place.column}, {"what", what}};
}

json as_json(const std::string& file, const config::Loaded& loaded) {
    json reply{{"schema_version", rpc::kSchemaVersion},
               {"file", file},
               {"ok", loaded.system.has_value()},
               {"faults", json::array()},
               {"notices", json::array()}};
    for (const config::Fault& fault : loaded.faults) {
        reply["faults"].push_back(place_of(fault.place, fault.what));
    }
    if (!loaded.system) return reply;
    const Census census = count(*loaded.system);
    reply["system"] = loaded.system->name;
    reply["vswitches"] = census.vswitches;
    reply["partitions"] = census.partitions;
    reply["adapters"] = census.adapters;
    reply["seas"] = census.seas;
    for (const config::Notice& notice : notices_of(*loaded.system)) {
        reply["notices"].push_back(place_of(notice.place, notice.what));
    }
    return reply;
}

void print_json(const json& reply, std::ostream& out) {
    out << reply.dump(2, ' ', false, json::error_handler_t::replace) << '\n';
}

}  // namespace

int check_files(const Invocation& asked, std::ostream& out) {
    json replies = json::array();
    bool ok = true;
    for (const std::string& file : asked.files) {
        const config::Loaded loaded = config::load_file(file);
        ok = ok && loaded.system.has_value();
        if (asked.json) {
            replies.push_back(as_json(file, loaded));
        } else {
            print_text(file, loaded, out);
        }
    }
    if (asked.json && replies.size() == 1) {
        print_json(replies.front(), out);
    } else if (asked.json) {
        print_json({{"schema_version", rpc::kSchemaVersion}, {"ok", ok}, {"files", replies}}, out);
    }
    return ok ? kExitDone : kExitFailed;
}

int refuse_file(const Invocation& asked,
                const config::Loaded& loaded,
                std::ostream& out,
                std::ostream& err) {
    err << config::to_string(loaded.faults);
    if (asked.json) print_json(as_json(asked.file, loaded), out);
    return kExitFailed;
}

int dump_file(const Invocation& asked, std::ostream& out, std::ostream& err) {
    const config::Loaded loaded = config::load_file(asked.file);
    if (!loaded.system) return refuse_file(asked, loaded, out, err);
    const std::string yaml = config::dump(*loaded.system);
    if (asked.json) {
        print_json({{"schema_version", rpc::kSchemaVersion}, {"yaml", yaml}}, out);
    } else {
        out << yaml;
    }
    return kExitDone;
}

}  // namespace sealane::cli
