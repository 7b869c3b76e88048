// Clients that stop reading lose their own frames, and nobody else's.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <thread>

#include "dataplane/port/batch.h"
#include "dataplane/port/pools.h"
#include "tests/component/port/stream_peer.h"
#include "tests/component/runtime/runtime_test.h"

namespace sealane::runtime {
namespace {

using test::frame;
using test::FrameSpec;

constexpr int kTalks = 40;

std::string name_of(int client) { return "lpar" + std::to_string(client) + "/ent0"; }
MacAddress mac_of(int client) { return {0x0200'0000'0000 + static_cast<std::uint64_t>(client)}; }

/// The first two clients talk, all others are stuck.
class Stuck : public RuntimeTest {
  protected:
    /// `port` of the client with that number.
    void start_clients(int clients, const std::function<std::string(int)>& port) {
        clients_ = clients;
        std::string text = "system: f\nvswitches: [{name: E}]\npartitions:\n";
        for (int client = 1; client <= clients_; ++client) {
            text += "  - {name: lpar" + std::to_string(client) +
                    ", type: client, adapters: [{name: ent0, type: virtual, vswitch: E, pvid: 1, "
                    "mac: \"" +
                    to_string(mac_of(client)) + "\", port: {" + port(client) + "}}]}\n";
        }
        start(text);
    }

    std::uint64_t lost_by(int client) {
        const AdapterTotals now = totals(name_of(client));
        return now.dropped(Direction::Out, Drop::QueueFull) +
               now.dropped(Direction::Out, Drop::PeerBackpressure);
    }

    /// Client 1 sends until every stuck client has lost some.
    void fill_all(const FrameSpec& spec) {
        for (int client = 3; client <= clients_; ++client) {
            const test::Bytes bytes = spec.to(mac_of(client)).bytes();
            for (int turn = 0; lost_by(client) < 8 && turn < 1000; ++turn) {
                for (int sent = 0; sent < 200 && send(name_of(1), bytes); ++sent) {
                }
                settle();
                ASSERT_FALSE(HasFailure()) << "client " << client;
            }
            ASSERT_GE(lost_by(client), 8U) << "client " << client << " took everything";
        }
    }

    /// The same by frames to everybody.
    void fill_all_by_copies(std::size_t size) {
        const test::Bytes to_all = frame(test::kBroadcast, mac_of(1)).sized(size).bytes();
        for (int turn = 0; lost_by(clients_) < 8 && turn < 1000; ++turn) {
            for (int sent = 0; sent < 4 && send(name_of(1), to_all); ++sent) {
            }
            settle();
            take(name_of(2));
            ASSERT_FALSE(HasFailure());
        }
        for (int client = 3; client <= clients_; ++client) {
            ASSERT_GE(lost_by(client), 8U) << "client " << client << " took everything";
        }
    }

    void expect_talk(int from, int to, const FrameSpec& spec) {
        for (int talk = 0; talk < kTalks; ++talk) {
            const test::Bytes said =
                spec.numbered(static_cast<std::uint32_t>(talk)).to(mac_of(to)).bytes();
            ASSERT_TRUE(send(name_of(from), said));
            settle();
            ASSERT_EQ(take(name_of(to)), std::vector<test::Bytes>{said}) << talk;
        }
    }

    /// As many as a worker takes in one poll, in as many buffers as it can be, to everybody.
    void expect_shouts_together() {
        const std::vector<test::Bytes> shouts = test::numbered_frames(
            frame(test::kBroadcast, mac_of(2)).sized(2 * port::kBufferRoom + 1), port::kBurst);
        ASSERT_TRUE(send_together(name_of(2), shouts));
        settle();
        ASSERT_EQ(take(name_of(1)), shouts);
    }

    void expect_all_is_well() {
        const FrameSpec said = frame(mac_of(2), mac_of(1));
        expect_talk(1, 2, said);
        expect_talk(1, 2, said.sized(9000));
        expect_talk(2, 1, frame(mac_of(1), mac_of(2)).sized(65408));
        expect_shouts_together();
        for (int client = 1; client <= clients_; ++client) {
            EXPECT_EQ(totals(name_of(client)).dropped(Direction::Between), 0U) << client;
            EXPECT_EQ(totals(name_of(client)).dropped(Direction::In), 0U) << client;
        }
    }

  private:
    int clients_ = 0;
};

class StuckInProcess : public Stuck {
  protected:
    void start_rings(int size) {
        start_clients(8, [&](int) { return "type: ring, size: " + std::to_string(size); });
    }
};

TEST_F(StuckInProcess, RingsFullOfTheShortestFramesTakeNothingFromOthers) {
    start_rings(2048);
    fill_all(frame(mac_of(2), mac_of(1)).sized(60));
    expect_all_is_well();
}

TEST_F(StuckInProcess, RingsFullOfTheLongestFramesTakeNothingFromOthers) {
    start_rings(256);
    fill_all(frame(mac_of(2), mac_of(1)).sized(65408));
    expect_all_is_well();
}

TEST_F(StuckInProcess, RingsFullOfCopiesTakeNothingFromOthers) {
    start_rings(256);
    fill_all_by_copies(65408);
    expect_all_is_well();
}

/// Peers on sockets, which they do not read.
class StuckOnStreams : public Stuck {
  protected:
    void SetUp() override {
        folder_ = (std::filesystem::temp_directory_path() / "sealane-XXXXXX").string();
        ASSERT_NE(mkdtemp(folder_.data()), nullptr);
    }

    void start_streams(int streams, int queue_frames) {
        const auto path = [&](int client) { return folder_ + "/" + std::to_string(client); };
        start_clients(streams + 2, [&](int client) -> std::string {
            if (client <= 2) return "type: ring";
            return "type: qemu-stream, listen: " + path(client) +
                   ", queue_frames: " + std::to_string(queue_frames);
        });
        for (int client = 3; client <= streams + 2; ++client) {
            peers_.push_back(test::StreamPeer::connect(path(client)));
            ASSERT_TRUE(peers_.back().is_open());
        }
        wait_until([](const PortReport& port) { return port.up; });
    }

    void TearDown() override {
        peers_.clear();
        wait_until([](const PortReport& port) { return port.pending == 0; });
        Stuck::TearDown();
        std::filesystem::remove_all(folder_);
    }

  private:
    template <typename Condition>
    void wait_until(const Condition& condition) {
        const auto all = [&] {
            const std::vector<AdapterReport> now = system().adapters();
            return std::all_of(now.begin(), now.end(), [&](const AdapterReport& adapter) {
                return condition(adapter.port);
            });
        };
        for (int look = 0; look < 2000 && !all(); ++look) {
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        ASSERT_TRUE(all());
    }

    std::string folder_;
    std::vector<test::StreamPeer> peers_;
};

TEST_F(StuckOnStreams, QueuesFullOfTheShortestFramesTakeNothingFromOthers) {
    start_streams(16, 1024);
    fill_all(frame(mac_of(2), mac_of(1)).sized(60));
    expect_all_is_well();
}

TEST_F(StuckOnStreams, LongQueuesFullOfTheShortestFramesTakeNothingFromOthers) {
    start_streams(2, 8192);
    fill_all(frame(mac_of(2), mac_of(1)).sized(60));
    expect_all_is_well();
}

TEST_F(StuckOnStreams, QueuesFullOfCopiesLeaveEnoughForABurstOfThem) {
    // In two buffers each, and as many as a queue's megabyte holds: all that its bound allows.
    start_streams(60, 510);
    fill_all_by_copies(2049);
    expect_all_is_well();
}

}  // namespace
}  // namespace sealane::runtime
