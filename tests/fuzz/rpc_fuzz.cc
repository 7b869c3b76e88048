// A client's bytes on the control socket; the first says where the stream is cut in two.
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "control/rpc/session.h"
#include "dataplane/base/check.h"
#include "tests/fuzz/entry.h"
#include "tests/unit/rpc/toy_methods.h"

namespace sealane::rpc {
namespace {

/// All that is answered until the client ends.
class Dialogue {
  public:
    void say(std::string_view bytes) {
        session_.handle_bytes(bytes);
        hear();
    }
    std::string end() {
        session_.handle_end();
        hear();
        SEALANE_CHECK(session_.is_finished(), "a session that does not end");
        return heard_;
    }

  private:
    static Methods small_methods() {
        Methods methods = toy_methods();
        std::erase_if(methods, [](const Method& method) { return method.name == "big"; });
        return methods;
    }
    void hear() {
        while (!session_.output().empty()) {
            heard_ += session_.output();
            session_.take(session_.output().size());
        }
    }

    Methods methods_ = small_methods();
    Session session_{methods_};
    std::string heard_;
};

void check_lines(std::string_view answers) {
    using nlohmann::json;
    while (!answers.empty()) {
        const std::size_t end = answers.find('\n');
        SEALANE_CHECK(end != std::string_view::npos, "an answer without an end");
        const json answer = json::parse(answers.substr(0, end), nullptr, false);
        SEALANE_CHECK(answer.is_object() || (answer.is_array() && !answer.empty()),
                      "an answer that is none");
        for (const json& one : answer.is_array() ? answer : json::array({answer})) {
            SEALANE_CHECK(one.value("jsonrpc", "") == "2.0" && one.contains("id") &&
                              one.contains("result") != one.contains("error"),
                          "an answer that JSON-RPC does not know");
        }
        answers.remove_prefix(end + 1);
    }
}

void check_talk(std::size_t cut, std::string_view bytes) {
    Dialogue at_once;
    at_once.say(bytes);
    const std::string whole = at_once.end();
    check_lines(whole);
    Dialogue in_two;
    in_two.say(bytes.substr(0, std::min(cut, bytes.size())));
    in_two.say(bytes.substr(std::min(cut, bytes.size())));
    SEALANE_CHECK(in_two.end() == whole, "the answers depend on where the stream is cut");
}

}  // namespace
}  // namespace sealane::rpc

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    sealane::rpc::check_talk(data[0], {reinterpret_cast<const char*>(data) + 1, size - 1});
    return 0;
}
