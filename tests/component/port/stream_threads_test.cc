// A stream port under two workers.
#include "tests/component/port/stream_test.h"
#include "tests/component/port/two_workers.h"

namespace sealane::test {
namespace {

class StreamThreads : public TwoWorkers<StreamTest> {};

TEST_F(StreamThreads, OneReceivesWhileAnotherSendsAndPeersComeAndGo) {
    open(listening());
    work_while_peers_come_and_go([&] {
        StreamPeer peer = StreamPeer::connect(path());
        std::size_t arrived = 0;
        for (int i = 0; i < 50; ++i) {
            peer.write(on_stream(frame_of(200)));
            arrived += peer.frames().size();
            std::this_thread::yield();
        }
        return arrived;
    });
    close();
}

}  // namespace
}  // namespace sealane::test
