// A small table of methods for tests of what carries them.
#pragma once

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "control/rpc/method.h"

namespace sealane::rpc {

/// `log` gets the name of every method that was carried out.
inline Methods toy_methods(std::vector<std::string>* log = nullptr) {
    using nlohmann::json;
    const auto note = [log](const char* name) {
        if (log != nullptr) log->push_back(name);
    };
    return {
        {"ping",
         "answers pong",
         {},
         [note](const json&) {
             note("ping");
             return json("pong");
         }},
        {"echo",
         "gives back its parameters",
         {{"text", Kind::Text, true, "any"},
          {"mac", Kind::Mac, false, "an address"},
          {"vlan", Kind::Vlan, false, "a VLAN"},
          {"count", Kind::Count, false, "a number"},
          {"flag", Kind::Flag, false, "a choice"},
          {"rows", Kind::Rows, false, "many"}},
         [note](const json& params) {
             note("echo");
             return params;
         }},
        {"big",
         "a mebibyte of x",
         {},
         [](const json&) { return json(std::string(1U << 20U, 'x')); }},
        {"refuse", "says no", {}, [](const json&) { return Result<json>(Error{"it is Sunday"}); }},
        {"throw",
         "goes wrong",
         {},
         [](const json&) -> Result<json> { throw std::runtime_error("out of luck"); }},
    };
}

}  // namespace sealane::rpc
