// The other end of the control socket: asks a running daemon and waits, but not for ever.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "control/rpc/socket_file.h"
#include "dataplane/base/result.h"

namespace sealane::rpc {

/// How a question to the daemon ended without its answer.
struct CallFault {
    int code = 0;  ///< The daemon's own (method.h); 0: it was not the daemon that said no.
    std::string text;
};

/// Whether we may connect to the socket at `path`, if there is one; if not, the Error says whose it
/// is and what would help.
[[nodiscard]] Status may_connect(const std::string& path);

/// One connection, for one question at a time.
class Client {
  public:
    /// The Error is "there is no daemon": which path, why, and how to start one; or
    /// may_connect()'s.
    [[nodiscard]] static Result<Client> connect(const std::string& path, double timeout_s);

    /// The daemon's result goes to `result`, or it is told why there is none.  While all its places
    /// are taken it is asked again, over new connections, until the time is over.  After another
    /// fault than the daemon's own no, the connection is of no further use.
    [[nodiscard]] std::optional<CallFault> call(const std::string& method,
                                                const nlohmann::json& params,
                                                nlohmann::json& result);

  private:
    Client(Fd socket, std::string path, double timeout_s);
    [[nodiscard]] static Result<Fd> reach(const std::string& path, double timeout_s, int timer);
    [[nodiscard]] std::optional<CallFault> ask(const std::string& method,
                                               const nlohmann::json& params,
                                               int timer,
                                               nlohmann::json& result);
    [[nodiscard]] Status send(std::string_view text, int timer);
    [[nodiscard]] Result<std::string> receive_line(int timer);
    [[nodiscard]] Status wait(short events, int timer);
    [[nodiscard]] Error lost(const std::string& why) const;

    Fd socket_;
    std::string path_;
    double timeout_s_ = 0;
    std::int64_t last_id_ = 0;
    std::string received_;
};

}  // namespace sealane::rpc
