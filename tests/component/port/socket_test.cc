#include "tests/component/port/socket_test.h"

#include <cstdlib>
#include <filesystem>
#include <poll.h>

namespace sealane::test {

void SocketTest::SetUp() {
    PortTest::SetUp();
    folder_ = (std::filesystem::temp_directory_path() / "sealane-XXXXXX").string();
    ASSERT_NE(mkdtemp(folder_.data()), nullptr);
}

void SocketTest::TearDown() {
    std::filesystem::remove_all(folder_);
    PortTest::TearDown();
}

std::vector<Bytes> SocketTest::turn(port::Port& port, int polls) {
    std::vector<Bytes> all;
    for (int i = 0; i < polls; ++i) {
        pass(std::chrono::milliseconds(1));
        service(port);
        for (Bytes& frame : receive_from(port)) {
            all.push_back(std::move(frame));
        }
    }
    return all;
}

bool SocketTest::wants_attention(const port::Port& port) {
    pollfd asked{.fd = port.wake_descriptor(), .events = POLLIN, .revents = 0};
    return poll(&asked, 1, 0) == 1;
}

std::size_t open_descriptors() {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

}  // namespace sealane::test
