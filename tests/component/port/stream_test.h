// The fixture of tests with a stream port and a peer.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dataplane/port/stream_port.h"
#include "tests/component/port/socket_test.h"
#include "tests/component/port/stream_peer.h"

namespace sealane::test {

class StreamTest : public SocketTest {
  protected:
    void SetUp() override;
    void TearDown() override;

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] port::QemuStreamSettings listening() const {
        return {.name = "lpar1/ent0", .path = path_};
    }
    void open(const port::QemuStreamSettings& settings);
    void close() { port_.reset(); }
    [[nodiscard]] port::QemuStreamPort& port() { return *port_; }

    /// A peer that the port has accepted.
    [[nodiscard]] StreamPeer connected_peer();
    std::vector<Bytes> turn(int polls = 40) { return SocketTest::turn(port(), polls); }
    [[nodiscard]] bool wants_attention() { return SocketTest::wants_attention(port()); }
    void send(const std::vector<Bytes>& frames) { send_to(port(), frames); }
    [[nodiscard]] std::size_t pending() { return port().state().pending; }

  private:
    std::string path_;
    std::unique_ptr<port::QemuStreamPort> port_;
};

}  // namespace sealane::test
