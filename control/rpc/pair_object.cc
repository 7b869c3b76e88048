#include "control/rpc/pair_object.h"

#include <nlohmann/json.hpp>

namespace sealane::rpc {

using nlohmann::json;

namespace {

json numbers_by_name(const runtime::PairReport::Numbers& numbers) {
    json object = json::object();
    for (const auto& [name, number] : numbers) {
        object[name] = number;
    }
    return object;
}

}  // namespace

json pair_object(const runtime::PairReport& pair) {
    json partner;
    if (pair.partner_known)
        partner = {{"state", pair.partner_state}, {"priority", pair.partner_priority}};
    return {{"since_s", pair.since_s},
            {"reason", pair.reason},
            {"times_primary", pair.times_primary},
            {"times_backup", pair.times_backup},
            {"flip_flop", pair.flip_flop},
            {"partner", std::move(partner)},
            {"refused", pair.refused},
            {"control_pvid", pair.control_pvid.value},
            {"received", numbers_by_name(pair.received)},
            {"sent", numbers_by_name(pair.sent)},
            {"announced", pair.announced},
            {"unsent", pair.unsent},
            {"rejected", numbers_by_name(pair.rejected)},
            {"alarms", pair.alarms}};
}

}  // namespace sealane::rpc
