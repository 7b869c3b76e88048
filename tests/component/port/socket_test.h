// The fixture of tests with a port that has a socket in the file system.
#pragma once

#include <string>
#include <vector>

#include "tests/component/port/port_test.h"

namespace sealane::test {

class SocketTest : public PortTest {
  protected:
    void SetUp() override;
    void TearDown() override;

    /// A folder of the test's own.
    [[nodiscard]] const std::string& folder() const { return folder_; }
    /// Serves and polls the port as often as its idle stride may need; what it received.
    std::vector<Bytes> turn(port::Port& port, int polls = 40);
    /// Its owner would wake.
    [[nodiscard]] static bool wants_attention(const port::Port& port);

  private:
    std::string folder_;
};

[[nodiscard]] std::size_t open_descriptors();

}  // namespace sealane::test
