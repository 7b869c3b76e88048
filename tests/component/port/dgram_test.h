// The fixture of tests with a datagram port and a peer.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dataplane/port/dgram_port.h"
#include "tests/component/port/dgram_peer.h"
#include "tests/component/port/socket_test.h"

namespace sealane::test {

class DgramTest : public SocketTest {
  protected:
    void TearDown() override;

    [[nodiscard]] std::string here() const { return folder() + "/here.sock"; }
    [[nodiscard]] std::string there() const { return folder() + "/there.sock"; }
    [[nodiscard]] port::QemuDgramSettings settings() const {
        return {.name = "lpar1/ent0", .local = here(), .remote = there()};
    }
    void open(const port::QemuDgramSettings& settings);
    void open() { open(settings()); }
    void close() { port_.reset(); }
    [[nodiscard]] port::QemuDgramPort& port() { return *port_; }

    /// A peer that the port has found.
    [[nodiscard]] DgramPeer found_peer();
    std::vector<Bytes> turn(int polls = 60) { return SocketTest::turn(port(), polls); }
    void send(const std::vector<Bytes>& frames) { send_to(port(), frames); }
    [[nodiscard]] std::size_t pending() { return port().state().pending; }
    /// The peer reads until nothing more comes.
    std::vector<Bytes> drain(DgramPeer& peer);

  private:
    std::unique_ptr<port::QemuDgramPort> port_;
};

}  // namespace sealane::test
