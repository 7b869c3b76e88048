// Who saturates what is shared gets no more of it than others who do.
#include <map>
#include <memory>
#include <vector>

#include "dataplane/sea/pollers.h"
#include "dataplane/worker/worker.h"
#include "hvswitch/pollers.h"
#include "tests/support/rig_test.h"

namespace sealane::test {
namespace {

constexpr MacAddress kOutside{0x0222'0000'0001};
constexpr int kTurns = 240;

MacAddress own_mac(AdapterId id) { return {0x0200'0000'0100 + std::uint64_t{id.index}}; }

/// Clients behind one trunk adapter, its SEA, and a worker that is stepped by hand.
class Turns : public RigTest {
  protected:
    void SetUp() override {
        RigSpec spec;
        for (std::uint16_t i = 0; i < kClients; ++i) {
            spec.adapters.push_back({.name = "client" + std::to_string(i), .rules = member_of(1)});
            spec.adapters.back().rules.mac = own_mac({i});
        }
        spec.adapters.push_back({.name = "trunk", .rules = trunk_of(1), .slot = {0}});
        spec.slots = 1;
        spec.seas = {{.name = "sea", .trunks = {kTrunk}}};
        make(spec);
        for (std::uint16_t i = 0; i <= kClients; ++i) {
            pollers_.push_back(
                std::make_unique<hvswitch::AdapterPoller>(rig().forwarder(0), AdapterId{i}));
        }
        pollers_.push_back(std::make_unique<sea::RealSide>(rig().bridge(0)));
        pollers_.push_back(std::make_unique<sea::TrunkSide>(rig().bridge(0), 0));
        std::vector<worker::Poller*> in_order;
        for (const auto& poller : pollers_) {
            in_order.push_back(poller.get());
        }
        worker_ =
            std::make_unique<worker::Worker>(worker::Worker::Settings{.take_turns = kClients + 1},
                                             in_order,
                                             rig().shared().quiescence());
    }

    void turn(const std::vector<AdapterId>& saturating, MacAddress to) {
        for (const AdapterId from : saturating) {
            const Bytes frame = FrameSpec(to, own_mac(from)).bytes();
            for (int i = 0; i < port::kBurst; ++i) {
                rig().inject(from, frame);
            }
        }
        worker_->turn(kNow);
    }
    /// `reader` takes so many of what waits for it.
    void read(AdapterId reader, unsigned frames) {
        AdapterCounters nobody;
        port::Tally tally(nobody);
        rte_mbuf* frame = nullptr;
        for (; frames > 0 && rig().client(reader).receive(&frame, 1, tally) == 1; --frames) {
            const Bytes bytes = bytes_of(frame);
            ++got_[bytes[11]];
            rte_pktmbuf_free(frame);
        }
    }
    [[nodiscard]] std::uint64_t got(AdapterId from) const {
        const auto found = got_.find(static_cast<std::uint8_t>(own_mac(from).bits));
        return found == got_.end() ? 0 : found->second;
    }
    /// A receiver that takes a burst a turn, of what the saturating ones send it.
    void expect_equal_shares(const std::vector<AdapterId>& saturating,
                             MacAddress to,
                             AdapterId reader) {
        rig().hold(reader, true);
        for (int i = 0; i < kTurns; ++i) {
            turn(saturating, to);
            read(reader, port::kBurst);
        }
        const std::uint64_t share = std::uint64_t{kTurns} * port::kBurst / saturating.size();
        for (const AdapterId from : saturating) {
            EXPECT_NEAR(static_cast<double>(got(from)), static_cast<double>(share), 1024)
                << from.index;
        }
        rig().hold(reader, false);
        rig().drain();
    }

    static constexpr std::uint16_t kClients = 6;
    static constexpr Instant kNow{std::chrono::hours{1}};
    static constexpr AdapterId kTrunk{kClients}, kWire{kClients + 1};
    std::vector<std::unique_ptr<worker::Poller>> pollers_;
    std::unique_ptr<worker::Worker> worker_;
    std::map<std::uint8_t, std::uint64_t> got_;  // by the last byte of the source
};

TEST_F(Turns, LinkToTheSeaTakesAllThatClientsSendInATurn) {
    for (int i = 0; i < kTurns; ++i) {
        turn({{0}, {1}, {2}, {3}, {4}, {5}}, kOutside);
        read(kWire, 1000);
    }
    EXPECT_EQ(rig().totals(kTrunk).dropped(Direction::Out, Drop::QueueFull), 0U);
    for (std::uint16_t i = 0; i < kClients; ++i) {
        EXPECT_EQ(got({i}), std::uint64_t{kTurns} * port::kBurst);
    }
}

TEST_F(Turns, NarrowWireIsSharedByTwoWhoSaturateIt) {
    expect_equal_shares({{0}, {1}}, kOutside, kWire);
}

TEST_F(Turns, NarrowWireIsSharedByAnyOfThem) {
    expect_equal_shares({{0}, {1}, {5}}, kOutside, kWire);
}

TEST_F(Turns, SlowReceiverIsSharedByThoseWhoSaturateIt) {
    expect_equal_shares({{1}, {2}, {4}, {5}}, own_mac({3}), {3});
}

}  // namespace
}  // namespace sealane::test
