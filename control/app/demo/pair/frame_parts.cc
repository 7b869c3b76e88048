#include "control/app/demo/pair/frame_parts.h"

#include <algorithm>
#include <deque>
#include <fstream>
#include <nlohmann/json.hpp>

#include "control/rpc/client.h"
#include "control/runtime/clock.h"

namespace sealane::app {
namespace {

using nlohmann::json;

constexpr std::array<const char*, 3> kPartNames{"hypervisor", "vios1", "vios2"};
constexpr std::array kAllParts{FrameParts::Hypervisor, FrameParts::Vios1, FrameParts::Vios2};

/// A part that is just starting listens before it answers; the next look asks again.
constexpr double kAnswerS = 0.3;
constexpr double kCommandS = 5;
constexpr Duration kEnd = std::chrono::seconds{3};
constexpr Duration kBetweenLooks = std::chrono::milliseconds{10};

std::string last_lines(const std::string& path, std::size_t most) {
    std::ifstream file(path);
    std::deque<std::string> lines;
    for (std::string line; std::getline(file, line);) {
        lines.push_back(line);
        if (lines.size() > most) lines.pop_front();
    }
    std::string text;
    for (const std::string& line : lines) {
        text.append("  ").append(line).append("\n");
    }
    return text;
}

}  // namespace

Status FrameParts::start_all() {
    for (const Which part : kAllParts) {
        if (Status started = start(part); !started) return started;
    }
    return done();
}

Status FrameParts::start(Which part) {
    Result<PartProcess> process = PartProcess::start(directory_, kPartNames[part]);
    if (!process) return process.error();
    members_[part] = {.process = std::move(process).value(), .is_wanted = true};
    return done();
}

void FrameParts::kill(Which part) {
    members_[part].is_wanted = false;
    members_[part].process.kill();
}

void FrameParts::stop_all() {
    for (const Which part : {Vios1, Vios2, Hypervisor}) {
        members_[part].is_wanted = false;
        members_[part].process.ask_to_end();
        if (!await_end(part)) members_[part].process.kill();
    }
}

bool FrameParts::await_end(Which part) {
    const Instant deadline = runtime::now() + kEnd;
    while (runtime::now() < deadline) {
        if (members_[part].process.has_ended()) return true;
        runtime::wait_for(kBetweenLooks);
    }
    return false;
}

std::string FrameParts::ended_by_itself() {
    for (const Which part : kAllParts) {
        if (members_[part].is_wanted && members_[part].process.has_ended()) return kPartNames[part];
    }
    return "";
}

std::string FrameParts::state_of(Which vios) const {
    if (!members_[vios].is_wanted) return "";
    const std::optional<json> reply = ask(vios, "sea", json::object());
    if (!reply || reply->at("seas").empty()) return "";
    return reply->at("seas").front().at("state").get<std::string>();
}

Status FrameParts::set_ha_mode(Which vios, const std::string& mode) const {
    const std::string name = kPartNames[vios];
    auto daemon = rpc::Client::connect(directory_ + "/frame/" + name + ".control", kCommandS);
    if (!daemon) return daemon.error();
    json reply;
    const auto fault = daemon->call("sea.set", {{"sea", name + "/ent6"}, {"ha_mode", mode}}, reply);
    return fault ? Status(Error{fault->text}) : done();
}

std::vector<TimelineEntry> FrameParts::news(Instant started) {
    std::vector<TimelineEntry> news;
    for (const Which part : kAllParts) {
        if (!members_[part].is_wanted) continue;
        std::uint64_t& told = members_[part].told;
        const auto reply = ask(part, "events", {{"after", told}});
        if (!reply) continue;
        const auto entries = entries_of(*reply, part == Hypervisor, runtime::now() - started, told);
        news.insert(news.end(), entries.begin(), entries.end());
    }
    std::ranges::stable_sort(news, {}, &TimelineEntry::at);
    return news;
}

std::string FrameParts::ends_of_logs() const {
    constexpr std::size_t kLines = 5;
    std::string text;
    for (const char* const name : kPartNames) {
        const std::string lines = last_lines(directory_ + "/" + name + ".log", kLines);
        text.append(name).append(":\n").append(lines);
    }
    return text;
}

std::optional<json> FrameParts::ask(Which part,
                                    const std::string& method,
                                    const json& params) const {
    const std::string path = directory_ + "/frame/" + kPartNames[part] + ".control";
    auto daemon = rpc::Client::connect(path, kAnswerS);
    if (!daemon) return {};
    json reply;
    if (daemon->call(method, params, reply)) return {};
    return reply;
}

}  // namespace sealane::app
