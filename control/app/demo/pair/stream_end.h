// The far end of a `qemu-stream` port, as an emulator would be: frames behind their lengths.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dataplane/base/descriptor.h"
#include "dataplane/base/result.h"
#include "dataplane/port/stream_socket.h"

namespace sealane::app {

/// Listens at a path for one port at a time.  Never blocks.  One thread.
class StreamEnd {
  public:
    [[nodiscard]] static Result<StreamEnd> listen(const std::string& name, const std::string& path);

    /// A frame for which nobody is there, or whose reader is far behind, is lost.
    void send(std::span<const std::uint8_t> frame);
    /// Writes what the peer takes.
    void flush();

    /// Accepts a peer and reads what there is; then next() has it.
    void receive();
    /// The next whole frame, valid until receive(); empty if there is none.
    [[nodiscard]] std::optional<std::span<const std::uint8_t>> next();

  private:
    explicit StreamEnd(port::Listener listener) : listener_(std::move(listener)) {}

    void read_peer();
    void lose_peer();

    port::Listener listener_;
    Descriptor peer_;
    std::vector<std::uint8_t> inward_, outward_;
    std::size_t taken_ = 0;  ///< Bytes at the front of `inward_` that next() gave.
};

}  // namespace sealane::app
