#include "tests/component/port/stream_test.h"

#include <cstdlib>
#include <filesystem>

namespace sealane::test {

void StreamTest::SetUp() {
    PortTest::SetUp();
    folder_ = (std::filesystem::temp_directory_path() / "sealane-XXXXXX").string();
    ASSERT_NE(mkdtemp(folder_.data()), nullptr);
    path_ = folder_ + "/port.sock";
}

void StreamTest::TearDown() {
    if (port_) expect_laws(*port_);
    port_.reset();
    std::filesystem::remove_all(folder_);
    PortTest::TearDown();
}

void StreamTest::open(const port::QemuStreamSettings& settings) {
    Result<std::unique_ptr<port::QemuStreamPort>> opened =
        port::QemuStreamPort::open(settings, pools());
    ASSERT_TRUE(opened.ok()) << opened.error().text;
    port_ = std::move(opened).value();
}

StreamPeer StreamTest::connected_peer() {
    StreamPeer peer = StreamPeer::connect(path_);
    EXPECT_TRUE(peer.is_open());
    service(port());
    EXPECT_TRUE(port().state().up) << port().state().detail;
    return peer;
}

std::vector<Bytes> StreamTest::turn(int polls) {
    std::vector<Bytes> all;
    for (int i = 0; i < polls; ++i) {
        pass(std::chrono::milliseconds(1));
        service(port());
        for (Bytes& frame : receive_from(port())) {
            all.push_back(std::move(frame));
        }
    }
    return all;
}

std::size_t open_descriptors() {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

}  // namespace sealane::test
