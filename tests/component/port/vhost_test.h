// The fixture of tests with a vhost-user port and guests.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "dataplane/port/vhost_port.h"
#include "tests/component/port/port_test.h"
#include "tests/component/port/virtio_user.h"

namespace sealane::test {

class VhostTest : public PortTest {
  protected:
    void SetUp() override;
    void TearDown() override;

    [[nodiscard]] const std::string& path() const { return path_; }
    /// We make the socket, so a guest that starts finds it.
    [[nodiscard]] port::VhostSocketSettings serving() const {
        return {.name = "lpar1/ent0", .path = path_, .server = true};
    }
    void open(const port::VhostSocketSettings& settings);
    void close() { port_.reset(); }
    [[nodiscard]] port::VhostPort& port() { return *port_; }

    /// A guest whose rings the port may use.
    [[nodiscard]] std::unique_ptr<VirtioUser> guest(VirtioUser::Settings settings);
    /// The library answers on its own threads; false: `holds` did not become true in 10 s.
    [[nodiscard]] static bool soon(const std::function<bool()>& holds);
    [[nodiscard]] bool is_acked(const std::string& feature);

    /// What the port receives until `count` frames are there, or nothing comes any more.
    std::vector<Bytes> take(std::size_t count);
    void send(const std::vector<Bytes>& frames) { send_to(port(), frames); }

  private:
    std::string folder_, path_;
    std::unique_ptr<port::VhostPort> port_;
};

}  // namespace sealane::test
