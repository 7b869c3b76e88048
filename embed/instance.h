// What stands behind the handles of sealane.h.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "control/rpc/method.h"
#include "control/runtime/system.h"
#include "embed/client.h"
#include "embed/environment.h"
#include "embed/include/sealane/sealane.h"

namespace sealane::embed {

/// A running switch and its clients.  Threads: its owner's.
class Instance {
  public:
    /// The text of an Error has a line for each fault of `yaml`.
    [[nodiscard]] static Result<std::unique_ptr<Instance>> create(std::string_view yaml,
                                                                  const sealane_options& options);

    /// As sealane_poll(): frames, or a negative errno.
    [[nodiscard]] int poll(std::uint64_t now_ns, unsigned budget, std::uint64_t* next_ns);
    [[nodiscard]] int descriptor() const;
    /// The answer, valid until the next call.
    [[nodiscard]] const std::string& control(std::string_view request);
    /// As sealane_add_adapter() and sealane_remove_adapter(): 0, or a negative errno.
    [[nodiscard]] int add_adapter(const std::string& partition, std::string_view text);
    [[nodiscard]] int remove_adapter(const std::string& adapter);
    /// Null: error() says why not.
    [[nodiscard]] Client* attach(const std::string& adapter);
    void detach(const Client& client);

    [[nodiscard]] const std::string& error() const { return error_; }

  private:
    Instance(const sealane_options& options,
             std::unique_ptr<LogOfDpdk> log,
             std::unique_ptr<runtime::System> system);
    int refuse(int fault, std::string why);

    std::unique_ptr<LogOfDpdk> log_;  ///< Outlives what may make DPDK speak.
    bool driven_;
    Instant time_;
    std::unique_ptr<runtime::System> system_;
    rpc::Methods methods_;
    std::map<std::string, std::unique_ptr<Client>> clients_;  ///< By adapter.
    std::string answer_;
    std::string error_;
};

}  // namespace sealane::embed
