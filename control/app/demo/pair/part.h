// A part of a frame as a process: this program itself, as `sealane run FILE --as NAME`.
#pragma once

#include <string>
#include <sys/types.h>

#include "dataplane/base/result.h"

namespace sealane::app {

/// A child that dies with the thread that started it, and with this object.
class PartProcess {
  public:
    PartProcess() = default;
    /// Started in `directory`, where FILE is demo.yaml; logs to NAME.log there.
    [[nodiscard]] static Result<PartProcess> start(const std::string& directory,
                                                   const std::string& name);
    PartProcess(PartProcess&& other) noexcept;
    PartProcess& operator=(PartProcess&& other) noexcept;
    ~PartProcess() { kill(); }

    [[nodiscard]] pid_t id() const { return id_; }
    /// Ends it by SIGKILL and waits for that.
    void kill();
    /// Asks it to end, without waiting.
    void ask_to_end() const;
    /// True once it has ended by itself; the process is no more then.
    [[nodiscard]] bool has_ended();

  private:
    explicit PartProcess(pid_t id) : id_(id) {}

    pid_t id_ = -1;
};

}  // namespace sealane::app
