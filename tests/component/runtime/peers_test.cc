// What a running system says of the peers of its ports.
#include <filesystem>
#include <functional>
#include <thread>
#include <unistd.h>

#include "control/runtime/clock.h"
#include "tests/component/port/dgram_peer.h"
#include "tests/component/port/stream_peer.h"
#include "tests/component/runtime/runtime_test.h"

namespace sealane::runtime {
namespace {

class Peers : public RuntimeTest {
  protected:
    void SetUp() override {
        start(R"(system: f
vswitches: [{name: E}]
partitions:
  - {name: lpar1, type: client, adapters: [{name: ent0, type: virtual, vswitch: E, pvid: 1, port: {type: ring}}]}
  - {name: lpar2, type: client, adapters: [{name: ent0, type: virtual, vswitch: E, pvid: 1, port: {type: qemu-stream, listen: )" +
              path_ + R"(}}]}
  - {name: lpar3, type: client, adapters: [{name: ent0, type: virtual, vswitch: E, pvid: 1, port: {type: qemu-dgram, local: )" +
              path_ + ".local, remote: " + path_ + R"(.remote}}]}
)");
    }
    ~Peers() override {
        std::filesystem::remove(path_);
        std::filesystem::remove(path_ + ".remote");
    }

    [[nodiscard]] PeerReport peer(std::size_t place = 0) const {
        const std::vector<PeerReport> peers = system().peers();
        EXPECT_EQ(peers.size(), 2U) << "a ring's client does not come and go";
        return place < peers.size() ? peers[place] : PeerReport{};
    }
    [[nodiscard]] PeerReport peer_once(const std::function<bool(const PeerReport&)>& condition,
                                       std::size_t place = 0) {
        const Instant end = now() + std::chrono::seconds(10);
        while (!condition(peer(place)) && now() < end) {
            std::this_thread::yield();
        }
        return peer(place);
    }

    std::string path_ = (std::filesystem::temp_directory_path() /
                         ("sealane-peers-" + std::to_string(::getpid()) + ".sock"))
                            .string();
};

TEST_F(Peers, AreToldWithWhyTheLastOneWent) {
    EXPECT_EQ(peer().adapter, "lpar2/ent0");
    EXPECT_EQ(peer().came, 0U);
    EXPECT_FALSE(peer().connected);

    test::StreamPeer one = test::StreamPeer::connect(path_);
    PeerReport seen = peer_once([](const PeerReport& now) { return now.ready; });
    EXPECT_TRUE(seen.connected);
    EXPECT_EQ(seen.came, 1U);
    EXPECT_EQ(seen.why_gone, "");
    const test::StreamPeer another = test::StreamPeer::connect(path_);
    EXPECT_EQ(peer_once([](const PeerReport& now) { return now.refused > 0; }).refused, 1U);

    one.close();
    seen = peer_once([](const PeerReport& now) { return !now.connected; });
    EXPECT_FALSE(seen.ready);
    EXPECT_EQ(seen.why_gone, "it closed the connection");

    test::StreamPeer babbler = test::StreamPeer::connect(path_);
    EXPECT_TRUE(peer_once([](const PeerReport& now) { return now.connected; }).connected);
    babbler.write(test::Bytes(4, 0xff));
    seen = peer_once([](const PeerReport& now) { return now.came == 2 && !now.connected; });
    EXPECT_EQ(seen.why_gone, "it announced a frame longer than any can be");
}

TEST_F(Peers, OfADatagramPortAreToldThoughNothingConnects) {
    EXPECT_EQ(peer(1).adapter, "lpar3/ent0");
    EXPECT_EQ(peer(1).came, 0U);
    test::DgramPeer one(path_ + ".remote", path_ + ".local");
    const PeerReport seen = peer_once([](const PeerReport& now) { return now.ready; }, 1);
    EXPECT_TRUE(seen.connected);
    EXPECT_EQ(seen.came, 1U);
    one.close();
    const PeerReport gone = peer_once([](const PeerReport& now) { return !now.connected; }, 1);
    EXPECT_FALSE(gone.ready);
    EXPECT_EQ(gone.why_gone, "it closed its socket");
}

}  // namespace
}  // namespace sealane::runtime
