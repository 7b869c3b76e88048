// A datagram port under two workers.
#include "tests/component/port/dgram_test.h"
#include "tests/component/port/two_workers.h"

namespace sealane::test {
namespace {

class DgramThreads : public TwoWorkers<DgramTest> {};

TEST_F(DgramThreads, OneReceivesWhileAnotherSendsAndPeersComeAndGo) {
    open();
    work_while_peers_come_and_go([&] {
        DgramPeer peer(there(), here());
        std::size_t arrived = 0;
        for (int i = 0; i < 50; ++i) {
            peer.send(frame_of(200));
            arrived += peer.frames().size();
            std::this_thread::yield();
        }
        return arrived;
    });
    close();
}

}  // namespace
}  // namespace sealane::test
