// What a client may ask for: one row a method.  The whole list is made in methods.cc.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string_view>
#include <vector>

#include "dataplane/base/result.h"

namespace sealane::rpc {

/// What a parameter's value must look like; checked before the method is called.
enum class Kind : std::uint8_t {
    Text,    ///< A string.
    Mac,     ///< "02:00:5e:10:00:01", no group address.
    Vlan,    ///< An integer from 1 to 4094.
    Count,   ///< An integer from 1 to 65 536.
    Number,  ///< An integer from 0.
    Flag,    ///< true or false.
    Rows,    ///< A list of strings.
    Map,     ///< An object, or a string that has one in YAML.
};

struct Param {
    std::string_view name;
    Kind kind = Kind::Text;
    bool required = false;
    std::string_view meaning;
};

/// `call` gets an object that holds only the parameters of the row, each of its kind, and all that
/// are required.  Its Error reaches the client under code kFailed.
struct Method {
    std::string_view name;
    std::string_view meaning;
    std::vector<Param> params;
    std::function<Result<nlohmann::json>(const nlohmann::json&)> call;
};

using Methods = std::vector<Method>;

// JSON-RPC 2.0, section 5.1, and ours.
inline constexpr int kParseError = -32700;
inline constexpr int kInvalidRequest = -32600;
inline constexpr int kMethodNotFound = -32601;
inline constexpr int kInvalidParams = -32602;
inline constexpr int kInternalError = -32603;
inline constexpr int kTooMuch = -32000;  ///< A limit of the server: too big, too many at once.
inline constexpr int kFull = -32001;     ///< No place is free, and nothing was read: ask again.
inline constexpr int kFailed = 1;        ///< Understood, and refused by the running system.

/// Every object that we print or send carries it; it grows when a shape changes incompatibly.
inline constexpr int kSchemaVersion = 1;

}  // namespace sealane::rpc
