// JSON-RPC 2.0: one message of text in, the text of its answer out.
#pragma once

#include <string>
#include <string_view>

#include "control/rpc/method.h"

namespace sealane::rpc {

/// A batch whose answers have grown beyond this gets errors for the rest of its requests, which are
/// not carried out.
inline constexpr std::size_t kMaxBatchReply = 16U << 20U;

/// Carries out the request, or the batch of requests, in `message` and returns the answer with a
/// newline at its end; empty if there is nothing to answer (notifications).  Never throws.
///
/// `message` must be no deeper than scanner.h allows: the parser would cope, freeing what it made
/// recurses.
[[nodiscard]] std::string answer(const Methods& methods, std::string_view message);

/// An error that answers no request in particular ("id": null), with a newline at its end.
[[nodiscard]] std::string error_reply(int code, const std::string& text);

}  // namespace sealane::rpc
