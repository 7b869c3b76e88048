#include "tests/component/port/dgram_test.h"

namespace sealane::test {

void DgramTest::TearDown() {
    if (port_) expect_laws(*port_);
    port_.reset();
    SocketTest::TearDown();
}

void DgramTest::open(const port::QemuDgramSettings& settings) {
    Result<std::unique_ptr<port::QemuDgramPort>> opened =
        port::QemuDgramPort::open(settings, pools());
    ASSERT_TRUE(opened.ok()) << opened.error().text;
    port_ = std::move(opened).value();
}

DgramPeer DgramTest::found_peer() {
    DgramPeer peer(there(), here());
    turn();
    EXPECT_TRUE(port().state().up) << port().state().detail;
    return peer;
}

std::vector<Bytes> DgramTest::drain(DgramPeer& peer) {
    std::vector<Bytes> all;
    for (bool more = true; more;) {
        std::vector<Bytes> some = peer.frames();
        more = !some.empty() || pending() > 0;
        for (Bytes& frame : some) {
            all.push_back(std::move(frame));
        }
        service(port());
    }
    return all;
}

}  // namespace sealane::test
