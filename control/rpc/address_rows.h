// Addresses as rows of text, "MAC VLAN ADAPTER": the form of `sealane fdb load` and of `fdb.load`.
// A row is a third of the equal JSON object, and a million of them must fit into one message, for
// all of them go in or none.
#pragma once

#include <optional>
#include <string_view>

#include "control/runtime/system.h"
#include "dataplane/base/result.h"

namespace sealane::rpc {

/// Three words.  A '#' and what follows is a comment; a row without words is nothing.
[[nodiscard]] Result<std::optional<runtime::AddressRequest>> parse_address_row(
    std::string_view row);

}  // namespace sealane::rpc
