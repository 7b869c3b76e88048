// What a service manager is told: systemd's protocol of sd_notify(3), without its library.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "dataplane/base/result.h"

namespace sealane::app {

/// Who started us and wants to know how far we are.  Where nobody does, every call is nothing.
class ServiceManager {
  public:
    /// `socket` is the value of $NOTIFY_SOCKET, or null: a path, or "@name" in the abstract
    /// namespace.
    explicit ServiceManager(const char* socket);

    /// The switch carries frames from now on.
    Status tell_ready(std::string_view status) const;
    /// It has begun to end.
    Status tell_stopping() const;

  private:
    [[nodiscard]] Status tell(const std::string& words) const;

    std::string socket_;  ///< Empty: nobody wants to know.
};

}  // namespace sealane::app
