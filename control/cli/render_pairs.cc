// What SEA pairs do, in the words and the order of the original (reference powervm-network.md 5.1).
#include <cctype>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "control/cli/render.h"
#include "control/cli/render_parts.h"

namespace sealane::cli {
namespace {

using nlohmann::json;

std::string shared_vids(const json& sea) {
    std::string vids;
    for (const json& trunk : sea.at("trunks")) {
        if (!trunk.at("active").get<bool>()) continue;
        for (const json& vid : trunk.at("vids")) {
            vids += fmt::format(" {}", vid.get<unsigned>());
        }
    }
    return vids;
}

std::string not_zero(const json& numbers) {
    std::string text;
    for (const auto& [name, number] : numbers.items()) {
        if (number.get<std::uint64_t>() == 0) continue;
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, number.get<std::uint64_t>());
    }
    return text.empty() ? "none" : text;
}

std::string block_of(const json& sea) {
    std::string text = fmt::format("{}\n", sea.at("name").get<std::string>());
    const json& pair = sea.at("pair");
    if (pair.is_null()) return text + "    High Availability Mode: Disabled\n";
    const auto count = [&](const char* label, const char* type) {
        text +=
            fmt::format("    {}: {}\n", label, pair.at("received").at(type).get<std::uint64_t>());
    };
    const json& pvid = pair.at("control_pvid");
    text += "High Availability Statistics:\n";
    text += fmt::format("    Control Channel PVID: {}\n", pvid.get<unsigned>());
    text += fmt::format("    Control Packets in: {}\n", sum_of(pair.at("received")));
    text += fmt::format("    Control Packets out: {}\n", sum_of(pair.at("sent")));
    text += fmt::format("    Announcements of Clients: {}\n",
                        pair.at("announced").get<std::uint64_t>());
    text += fmt::format("    Own Packets not sent: {}\n", pair.at("unsent").get<std::uint64_t>());
    text += "Type of Packets Received:\n";
    count("Keep-Alive Packets", "keep-alive");
    count("Recovery Packets", "recovery");
    count("Notify Packets", "notify");
    count("Limbo Packets", "limbo");
    text += fmt::format("    Packets not believed: {}\n", not_zero(pair.at("rejected")));
    text += fmt::format("    State: {}\n", sea.at("state").get<std::string>());
    text += fmt::format("    Since: {:.1f} s, because {}\n",
                        pair.at("since_s").get<double>(),
                        pair.at("reason").get<std::string>());
    text += fmt::format("    Bridge Mode: {}\n", sea.at("bridge_mode").get<std::string>());
    if (sea.at("bridge_mode") == "Partial")
        text += fmt::format("    VID shared:{}\n", shared_vids(sea));
    if (const auto refused = pair.at("refused").get<std::string>(); !refused.empty())
        text += fmt::format("    Not shared: {}\n", refused);
    text += fmt::format("    Number of Times Server became Backup: {}\n",
                        pair.at("times_backup").get<unsigned>());
    text += fmt::format("    Number of Times Server became Primary: {}\n",
                        pair.at("times_primary").get<unsigned>());
    std::string mode = sea.at("ha_mode").get<std::string>();
    if (!mode.empty())
        mode[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(mode[0])));
    text += fmt::format("    High Availability Mode: {}\n", mode);
    text += fmt::format("    Priority: {}\n", sea.at("priority").get<unsigned>());
    const json& partner = pair.at("partner");
    text += partner.is_null() ? "    Partner: not heard\n"
                              : fmt::format("    Partner: {}, priority {}\n",
                                            partner.at("state").get<std::string>(),
                                            partner.at("priority").get<unsigned>());
    for (const json& alarm : pair.at("alarms")) {
        text += fmt::format("    Alarm: {}\n", alarm.get<std::string>());
    }
    return text;
}

}  // namespace

std::string render_pairs(const json& reply) {
    std::string text;
    for (const json& sea : reply.at("seas")) {
        text += (text.empty() ? "" : "\n") + block_of(sea);
    }
    return silent_parts(reply) + (text.empty() ? "no Shared Ethernet Adapter runs here\n" : text);
}

std::string render_events(const json& reply) {
    std::string text;
    for (const json& event : reply.at("events")) {
        text += fmt::format("{:>10.3f} s ago  {:<14}  {:<10}  {:<28}  {}\n",
                            event.at("age_s").get<double>(),
                            event.at("sea").get<std::string>(),
                            event.at("kind").get<std::string>(),
                            event.at("what").get<std::string>(),
                            event.at("cause").get<std::string>());
    }
    return text.empty() ? "nothing has happened to SEAs\n" : text;
}

std::string render_sea_set(const json& reply) {
    const auto mode = reply.at("ha_mode").get<std::string>();
    return fmt::format("{}: ha_mode {}{}\n",
                       reply.at("sea").get<std::string>(),
                       mode,
                       mode == "standby" ? "; it hands over once its partner is ready" : "");
}

}  // namespace sealane::cli
