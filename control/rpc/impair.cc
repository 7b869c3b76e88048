#include "control/rpc/impair.h"

#include <nlohmann/json.hpp>

#include "control/rpc/params.h"

namespace sealane::rpc {
namespace {

using nlohmann::json;

/// Rows of KEY=TEXT.
Status set_all(Impairment& into, const json& params, const char* way) {
    if (!params.contains(way)) return done();
    for (const json& row : params.at(way)) {
        const std::string word = row.get<std::string>();
        const std::size_t equals = word.find('=');
        if (equals == std::string::npos) {
            return Error{std::string(way) + ": '" + word +
                         "' says nothing; use KEY=TEXT, such as loss=30%"};
        }
        const Status set =
            set_impairment(into, word.substr(0, equals), std::string_view(word).substr(equals + 1));
        if (!set) return Error{std::string(way) + ": " + set.error().text};
    }
    return done();
}

json way_of(const Impairment& impairment, const runtime::ImpairReport::Events& events) {
    json set = json::object();
    for (const auto& [key, text] : impairment_words(impairment)) {
        set[std::string(key)] = text;
    }
    json happened = json::object();
    for (const auto& [name, number] : events) {
        happened[name] = number;
    }
    return {{"set", set}, {"events", happened}};
}

Result<json> impair(runtime::System& system, const json& params) {
    const std::string adapter = text_of(params, "adapter");
    Result<runtime::ImpairReport> report = system.impairments(adapter);
    if (!report) return report.error();

    Impairments& wanted = report->impairments;
    const Impairments before = wanted;
    if (flag_of(params, "clear")) wanted = {};
    if (const Status set = set_all(wanted.in, params, "in"); !set) return set.error();
    if (const Status set = set_all(wanted.out, params, "out"); !set) return set.error();
    if (const std::string link = text_of(params, "link"); !link.empty()) {
        if (link != "up" && link != "down") {
            return Error{"link '" + link + "' is unknown; use up or down"};
        }
        wanted.link_down = link == "down";
    }
    if (wanted != before) {
        if (const Status done = system.impair(adapter, wanted); !done) return done.error();
    }
    return json{{"schema_version", kSchemaVersion},
                {"adapter", adapter},
                {"link", wanted.link_down ? "down" : "up"},
                {"in", way_of(wanted.in, report->in)},
                {"out", way_of(wanted.out, report->out)}};
}

}  // namespace

Method impair_method(runtime::System& system) {
    return {"impair",
            "makes an adapter's wire bad, or good again, and tells what that did",
            {{"adapter", Kind::Text, true, "\"lpar1/ent0\", with `impair` in its configuration"},
             {"in", Kind::Rows, false, "rows of KEY=TEXT for frames that come in: \"loss=30%\""},
             {"out", Kind::Rows, false, "the same for frames that go out"},
             {"link", Kind::Text, false, "\"down\": looks unplugged; \"up\""},
             {"clear", Kind::Flag, false, "a good wire first, then what else is given"}},
            [&system](const json& params) { return impair(system, params); }};
}

}  // namespace sealane::rpc
