// The other side of a stream port, as QEMU is: a unix socket and the framing, written once more.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dataplane/base/descriptor.h"
#include "tests/support/frame_bytes.h"

namespace sealane::test {

/// `length` as four bytes, then `frame`.
[[nodiscard]] Bytes with_length(std::uint32_t length, const Bytes& frame);
[[nodiscard]] inline Bytes on_stream(const Bytes& frame) {
    return with_length(static_cast<std::uint32_t>(frame.size()), frame);
}

class StreamPeer {
  public:
    explicit StreamPeer(int fd) : socket_(fd) {}
    /// Connected to a listening port; check is_open().
    [[nodiscard]] static StreamPeer connect(const std::string& path);

    [[nodiscard]] bool is_open() const { return socket_.is_open(); }
    /// Writes without waiting.  How many bytes went.
    std::size_t write(const Bytes& bytes);
    /// Reads at most `most` bytes without waiting.
    Bytes read(std::size_t most = std::size_t{1} << 16);
    /// Reads all there is; the frames that are whole by now, since the last call.
    std::vector<Bytes> frames();
    /// Bytes read that are no whole frame.
    [[nodiscard]] std::size_t rest() const { return held_.size(); }
    /// The port has closed the connection (what it wrote before is lost by asking).
    [[nodiscard]] bool was_closed();
    void close() { socket_.close(); }

  private:
    Descriptor socket_;
    Bytes held_;
};

/// A server that the port connects to.
class StreamServer {
  public:
    explicit StreamServer(const std::string& path);
    ~StreamServer();
    StreamServer(const StreamServer&) = delete;
    StreamServer& operator=(const StreamServer&) = delete;

    /// Who waits; check is_open().
    [[nodiscard]] StreamPeer accept();

  private:
    std::string path_;
    Descriptor socket_;
};

}  // namespace sealane::test
