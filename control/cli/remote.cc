#include "control/cli/remote.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <ostream>
#include <poll.h>
#include <unistd.h>

#include "control/cli/address_file.h"
#include "control/cli/elsewhere.h"
#include "control/cli/port_args.h"
#include "control/cli/render.h"
#include "control/config/load.h"
#include "control/rpc/client.h"
#include "control/rpc/method.h"

namespace sealane::cli {

using nlohmann::json;

namespace {

/// What the daemon is given time for on top of --timeout when it loads addresses.
constexpr double kRowsPerS = 50'000;
/// What each VIOS is given that the hypervisor names: one may stand still.
constexpr double kOthersS = 1;

struct Question {
    const char* method;
    json params;
    std::string (*render)(const json&);
};

std::string render_yaml(const json& reply) { return reply.at("yaml").get<std::string>(); }

std::string render_added(const json& reply) {
    return "added " + std::to_string(reply.at("added").get<std::uint64_t>()) + "\n";
}

std::string render_removed(const json& reply) {
    return "removed " + std::to_string(reply.at("removed").get<std::uint64_t>()) + "\n";
}

std::string render_mtu(const json& reply) {
    return reply.at("adapter").get<std::string>() + ": mtu " +
           std::to_string(reply.at("mtu").get<std::uint32_t>()) + "\n";
}

std::string render_adapter_added(const json& reply) {
    const json& mac = reply.at("mac");
    return reply.at("adapter").get<std::string>() + ": added" +
           (mac.is_string() ? ", address " + mac.get<std::string>() : "") + "\n";
}

std::string render_adapter_removed(const json& reply) {
    return reply.at("adapter").get<std::string>() + ": removed\n";
}

json fdb_params(const Invocation& asked) {
    json params = json::object();
    if (!asked.vswitch.empty()) params["vswitch"] = asked.vswitch;
    if (!asked.adapter.empty()) params["adapter"] = asked.adapter;
    if (!asked.mac.empty()) params["mac"] = asked.mac;
    if (asked.vlan) params["vlan"] = asked.vlan->value;
    if (asked.limit) params["limit"] = *asked.limit;
    if (asked.fixed_too) params["static"] = true;
    return params;
}

json impair_params(const Invocation& asked) {
    const ImpairRequest& impair = asked.impair;
    json params{{"adapter", asked.adapter}};
    if (impair.clear) params["clear"] = true;
    if (!impair.link.empty()) params["link"] = impair.link;
    if (impair.words.empty()) return params;
    if (impair.in || !impair.out) params["in"] = impair.words;
    if (impair.out || !impair.in) params["out"] = impair.words;
    return params;
}

json events_params(std::uint64_t after) {
    json params = json::object();
    if (after != 0) params["after"] = after;
    return params;
}

Question question_of(const Invocation& asked) {
    switch (asked.verb) {
        case Verb::Stats:
            return {"stats", json::object(), render_stats};
        case Verb::Drops:
            return {"drops", json::object(), render_drops};
        case Verb::Vlan:
            return {"vlan", json::object(), render_vlan};
        case Verb::Sea:
            return {"sea", json::object(), render_sea};
        case Verb::SeaShow:
            return {"sea", json::object(), render_pairs};
        case Verb::SeaSet:
            return {"sea.set", {{"sea", asked.sea}, {"ha_mode", asked.ha_mode}}, render_sea_set};
        case Verb::Events:
            return {"events", events_params(asked.after), render_events};
        case Verb::Mtu:
            return {"mtu", {{"adapter", asked.adapter}, {"mtu", asked.mtu}}, render_mtu};
        case Verb::AdapterAdd:
            return {"adapter.add",
                    {{"partition", asked.partition}, {"adapter", asked.description}},
                    render_adapter_added};
        case Verb::AdapterRemove:
            return {"adapter.remove", {{"adapter", asked.adapter}}, render_adapter_removed};
        case Verb::Impair:
            return {"impair", impair_params(asked), render_impair};
        case Verb::PortArgs:
            return {"config.dump", json::object(), render_attach};
        case Verb::ConfigDump:
            return {"config.dump", json::object(), render_yaml};
        case Verb::FdbShow:
            return {"fdb.show", fdb_params(asked), render_addresses};
        case Verb::FdbAdd:
            return {"fdb.add", fdb_params(asked), render_added};
        case Verb::FdbDel:
            return {"fdb.del", fdb_params(asked), render_removed};
        case Verb::FdbFlush:
            return {"fdb.flush", fdb_params(asked), render_removed};
        case Verb::FdbLoad:
            return {"fdb.load", json::object(), render_added};
        default:
            return {"show", json::object(), render_show};
    }
}

/// `causes` are lines of their own before the sentence that says what came of them.
int fail(const Invocation& asked,
         int exit_code,
         const std::string& text,
         std::ostream& out,
         std::ostream& err,
         const std::string& causes = {}) {
    if (asked.json) out << error_as_json(causes + text);
    err << causes << "sealane: " << text << '\n';
    return exit_code;
}

int fail_to_load(const Invocation& asked,
                 const std::string& causes,
                 std::ostream& out,
                 std::ostream& err) {
    return fail(asked, kExitFailed, asked.file + ": nothing was loaded", out, err, causes);
}

/// "entry 3: not that of entry 1", a line each, speaks of what was sent; the user has lines of a
/// file.
std::string with_line(const AddressFile& file, const std::string& name, std::string text) {
    constexpr std::string_view kEntry = "entry ";
    const bool names_entry = text.starts_with(kEntry);
    for (std::size_t at = 0; (at = text.find(kEntry, at)) != std::string::npos;) {
        const char* const digits = text.data() + at + kEntry.size();
        std::size_t entry = 0;
        const char* const end = std::from_chars(digits, text.data() + text.size(), entry).ptr;
        if (entry == 0 || entry > file.lines.size()) return text;
        const bool begins = at == 0 || text[at - 1] == '\n';
        const std::string line = begins ? name + ":" : "line ";
        text.replace(at,
                     static_cast<std::size_t>(end - text.data()) - at,
                     line + std::to_string(file.lines[entry - 1]));
        at += line.size();
    }
    if (names_entry || file.lines.size() != 1) return text;
    return name + ":" + std::to_string(file.lines[0]) + ": " + text;
}

void print(const Invocation& asked,
           const Question& question,
           const json& reply,
           std::ostream& out) {
    if (asked.json) {
        out << reply.dump(2, ' ', false, json::error_handler_t::replace) << '\n';
    } else {
        out << question.render(reply);
    }
}

/// Of the SEAs only that one; the Error names those that there are.
Status keep_only(const std::string& name, json& reply) {
    std::string names;
    json kept = json::array();
    for (const json& sea : reply.at("seas")) {
        const auto own = sea.at("name").get<std::string>();
        names += (names.empty() ? "" : ", ") + own;
        if (own == name) kept.push_back(sea);
    }
    if (kept.empty()) return Error{"no SEA is called '" + name + "'; there is " + names};
    reply["seas"] = std::move(kept);
    return done();
}

/// Events as they come, until nobody reads them or the daemon ends.
int follow(const Invocation& asked, rpc::Client& daemon, std::ostream& out, std::ostream& err) {
    constexpr int kEveryMs = 50;
    std::uint64_t after = asked.after;
    while (out.good()) {
        json reply;
        if (const auto fault = daemon.call("events", events_params(after), reply)) {
            return fail(asked, kExitFailed, fault->text, out, err);
        }
        for (const json& event : reply.at("events")) {
            after = event.at("number").get<std::uint64_t>();
            out << (asked.json ? event.dump() + "\n" : render_events({{"events", {event}}}));
        }
        out.flush();
        ::poll(nullptr, 0, kEveryMs);
    }
    return kExitDone;
}

int watch(const Invocation& asked, rpc::Client& daemon, std::ostream& out, std::ostream& err) {
    json before;
    if (const auto fault = daemon.call("stats", json::object(), before)) {
        return fail(asked, kExitFailed, fault->text, out, err);
    }
    const bool clears = !asked.json && ::isatty(STDOUT_FILENO) == 1;
    while (out.good()) {
        ::poll(nullptr, 0, static_cast<int>(*asked.watch_s * 1'000));
        json after;
        if (const auto fault = daemon.call("stats", json::object(), after)) {
            return fail(asked, kExitFailed, fault->text, out, err);
        }
        if (asked.json) {
            out << after.dump() << '\n';
        } else {
            out << (clears ? "\x1b[H\x1b[J" : "") << render_rates(before, after)
                << (clears ? "" : "\n");
        }
        out.flush();
        before = std::move(after);
    }
    return kExitDone;  // whether `out` took it all is the caller's to tell
}

}  // namespace

int ask_daemon(const Invocation& asked, std::ostream& out, std::ostream& err) try {
    Question question = question_of(asked);
    AddressFile file;
    if (asked.verb == Verb::FdbLoad) {
        file = read_address_file(asked.file);
        if (!file.faults.empty()) {
            std::string causes;
            for (const std::string& fault : file.faults) {
                causes.append(fault).append("\n");
            }
            return fail_to_load(asked, causes, out, err);
        }
        question.params["entries"] = std::move(file.rows);
    }
    if (const Status may = rpc::may_connect(asked.control); !may) {
        return fail(asked, kExitFailed, may.error().text, out, err);  // there may be a daemon
    }
    const double timeout_s = asked.timeout_s + static_cast<double>(file.lines.size()) / kRowsPerS;
    auto daemon = rpc::Client::connect(asked.control, timeout_s);
    if (!daemon) return fail(asked, kExitNoDaemon, daemon.error().text, out, err);
    if (asked.watch_s) return watch(asked, *daemon, out, err);
    if (asked.follow) return follow(asked, *daemon, out, err);

    json reply;
    if (const auto fault = daemon->call(question.method, question.params, reply)) {
        const bool is_load = asked.verb == Verb::FdbLoad && fault->code == rpc::kFailed;
        if (!is_load) return fail(asked, kExitFailed, fault->text, out, err);
        return fail_to_load(asked, with_line(file, asked.file, fault->text) + '\n', out, err);
    }
    if (asked.verb == Verb::Sea || asked.verb == Verb::SeaShow)
        add_elsewhere(reply, std::min(asked.timeout_s, kOthersS));
    if (asked.verb == Verb::SeaShow && !asked.sea.empty()) {
        const Status found = keep_only(asked.sea, reply);
        if (!found) return fail(asked, kExitFailed, found.error().text, out, err);
    }
    if (asked.verb == Verb::PortArgs) {
        const config::Loaded running = config::load(reply.at("yaml").get<std::string>(), "dump");
        Result<json> lines = port_args(asked, running, reply.at("directory").get<std::string>());
        if (!lines) return fail(asked, kExitFailed, lines.error().text, out, err);
        reply = std::move(lines).value();
    }
    print(asked, question, reply, out);
    return kExitDone;
} catch (const json::exception&) {
    return fail(asked,
                kExitFailed,
                "the daemon at " + asked.control + " answers in a way this version does not know",
                out,
                err);
}

}  // namespace sealane::cli
