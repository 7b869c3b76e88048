#include "tests/component/port/stream_test.h"

namespace sealane::test {

void StreamTest::SetUp() {
    SocketTest::SetUp();
    path_ = folder() + "/port.sock";
}

void StreamTest::TearDown() {
    if (port_) expect_laws(*port_);
    port_.reset();
    SocketTest::TearDown();
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

}  // namespace sealane::test
