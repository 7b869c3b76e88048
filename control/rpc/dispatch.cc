#include "control/rpc/dispatch.h"

#include <algorithm>
#include <exception>
#include <nlohmann/json.hpp>
#include <optional>

#include "control/rpc/params.h"

namespace sealane::rpc {

using nlohmann::json;

namespace {

struct Fault {
    int code = 0;
    std::string text;
};

struct Outcome {
    json result;
    std::optional<Fault> fault;
};

std::string text_of_json(const json& value) {
    // Names and paths come from outside and may be no UTF-8; an answer always is.
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

json error_object(const json& id, int code, const std::string& text) {
    return {{"jsonrpc", "2.0"}, {"id", id}, {"error", {{"code", code}, {"message", text}}}};
}

/// Section 4: a string, a number or null.
bool is_id(const json& value) { return value.is_string() || value.is_number() || value.is_null(); }

std::optional<Fault> fault_of(const json& request) {
    if (!request.is_object()) return Fault{kInvalidRequest, "a request is an object"};
    if (request.contains("id") && !is_id(request["id"])) {
        return Fault{kInvalidRequest, "\"id\" must be a string, a number or null"};
    }
    if (!request.contains("jsonrpc") || request["jsonrpc"] != "2.0") {
        return Fault{kInvalidRequest, "\"jsonrpc\" must be \"2.0\""};
    }
    if (!request.contains("method") || !request["method"].is_string()) {
        return Fault{kInvalidRequest, "\"method\" must be a string"};
    }
    if (request.contains("params") && !request["params"].is_structured()) {
        return Fault{kInvalidRequest, "\"params\" must be an object or an array"};
    }
    return std::nullopt;
}

Outcome failed(int code, std::string text) { return {json(), Fault{code, std::move(text)}}; }

Outcome carry_out(const Methods& methods, const std::string& name, const json& params) {
    if (name == "rpc.methods") {
        return {{{"schema_version", kSchemaVersion}, {"methods", describe(methods)}}, {}};
    }
    const auto found = std::find_if(
        methods.begin(), methods.end(), [&](const Method& method) { return method.name == name; });
    if (found == methods.end()) {
        return failed(kMethodNotFound, "no such method; `rpc.methods` lists them");
    }
    if (const Status right = check_params(*found, params); !right) {
        return failed(kInvalidParams, right.error().text);
    }
    try {
        Result<json> result = found->call(params);
        if (!result) return failed(kFailed, result.error().text);
        return {*std::move(result), {}};
    } catch (const std::exception& fault) {
        return failed(kInternalError, std::string("internal error: ") + fault.what());
    }
}

/// The answer to one request, or nothing if it is a notification (section 4.1: not even an error).
std::optional<json> answer_one(const Methods& methods, const json& request) {
    if (const auto fault = fault_of(request)) {
        const bool has_id = request.is_object() && request.contains("id") && is_id(request["id"]);
        return error_object(has_id ? request["id"] : json(), fault->code, fault->text);
    }
    const json none = json::object();
    Outcome outcome = carry_out(methods,
                                request["method"].get_ref<const std::string&>(),
                                request.contains("params") ? request["params"] : none);
    if (!request.contains("id")) return std::nullopt;
    if (outcome.fault) return error_object(request["id"], outcome.fault->code, outcome.fault->text);
    return json{{"jsonrpc", "2.0"}, {"id", request["id"]}, {"result", std::move(outcome.result)}};
}

std::optional<json> refuse_one(const json& request) {
    if (request.is_object() && !request.contains("id")) return std::nullopt;
    const bool has_id = request.is_object() && is_id(request["id"]);
    return error_object(
        has_id ? request["id"] : json(), kTooMuch, "the answers of this batch grew too big");
}

/// Section 6: the answers in any order, none for notifications, nothing at all if there is none.
std::string answer_batch(const Methods& methods, const json& batch) {
    if (batch.empty()) return error_reply(kInvalidRequest, "a batch must not be empty");
    std::string text;
    for (const json& request : batch) {
        const bool full = text.size() > kMaxBatchReply;
        const auto reply = full ? refuse_one(request) : answer_one(methods, request);
        if (!reply) continue;
        text += text.empty() ? '[' : ',';
        text += text_of_json(*reply);
    }
    return text.empty() ? text : text + "]\n";
}

/// The library's own account, without its bracketed code.
std::string cause(const std::exception& fault) {
    const std::string text = fault.what();
    const std::size_t end = text.find("] ");
    return end == std::string::npos ? text : text.substr(end + 2);
}

}  // namespace

std::string answer(const Methods& methods, std::string_view message) try {
    const json request = json::parse(message);
    if (request.is_array()) return answer_batch(methods, request);
    const auto reply = answer_one(methods, request);
    return reply ? text_of_json(*reply) + "\n" : std::string();
} catch (const json::exception& fault) {
    return error_reply(kParseError, "not JSON: " + cause(fault));
} catch (const std::exception& fault) {
    return error_reply(kInternalError, std::string("internal error: ") + fault.what());
}

std::string error_reply(int code, const std::string& text) {
    return text_of_json(error_object(json(), code, text)) + "\n";
}

}  // namespace sealane::rpc
