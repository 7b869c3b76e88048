// Adapters of one worker that compete, with frames of all sizes: what each gets, and how many turns
// one waits who sends little.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "dataplane/port/allowance.h"
#include "dataplane/worker/worker.h"
#include "hvswitch/pollers.h"
#include "tests/support/claims.h"
#include "tests/support/rig_test.h"

namespace sealane::test {
namespace {

using port::Allowance;

constexpr std::size_t kSizes[] = {60, 9014, 60'000, 590, 65'408, 1514, 64, 4000};

/// Jain, Chiu and Hawe 1984: 1 where all are equal, 1/n where one has everything.
double jains_index(const std::vector<double>& shares) {
    double sum = 0, squares = 0;
    for (const double share : shares) {
        sum += share;
        squares += share * share;
    }
    return sum * sum / (static_cast<double>(shares.size()) * squares);
}

/// Senders, as many receivers behind them, the victim and its receiver; a worker that is stepped.
class Competition : public RigTest {
  protected:
    static constexpr int kTurns = 400;

    static MacAddress mac_of(AdapterId id) { return {0x0200'0000'0100 + std::uint64_t{id.index}}; }

    /// `count` pairs besides the victim's.
    void make_pairs(std::uint16_t count) {
        pairs_ = count;
        RigSpec spec{.frames = 24'576, .heads = 16'384};
        for (std::uint16_t i = 0; i < 2 * (count + 1); ++i) {
            spec.adapters.push_back({.name = "client" + std::to_string(i), .rules = member_of(1)});
            spec.adapters.back().rules.mac = mac_of({i});
        }
        make(spec);
        for (std::uint16_t i = 0; i < spec.adapters.size(); ++i) {
            pollers_.push_back(
                std::make_unique<hvswitch::AdapterPoller>(rig().forwarder(0), AdapterId{i}));
        }
        std::vector<worker::Poller*> in_order;
        for (const auto& poller : pollers_) {
            in_order.push_back(poller.get());
        }
        worker_ = std::make_unique<worker::Worker>(
            worker::Worker::Settings{.take_turns = pollers_.size()},
            in_order,
            rig().shared().quiescence());
    }

    [[nodiscard]] AdapterId sender(std::uint16_t pair) const { return {pair}; }
    [[nodiscard]] AdapterId receiver(std::uint16_t pair) const {
        return {static_cast<std::uint16_t>(pairs_ + 1 + pair)};
    }
    [[nodiscard]] AdapterId victim() const { return sender(pairs_); }
    [[nodiscard]] std::uint64_t came_from(AdapterId id) { return rig().totals(id).rx_frames; }

    /// Keeps a burst waiting at the sender.
    void saturate(std::uint16_t pair, const FrameSpec& frame) {
        const AdapterId from = sender(pair);
        const Bytes bytes = frame.from(mac_of(from)).bytes();
        waiting_.resize(pairs_);
        for (; waiting_[pair] < came_from(from) + port::kBurst; ++waiting_[pair]) {
            rig().inject(from, bytes);
        }
    }
    [[nodiscard]] FrameSpec to_receiver(std::uint16_t pair, std::size_t size) const {
        return frame(mac_of(receiver(pair)), mac_of(sender(pair))).sized(size);
    }

    void turn() {
        worker_->turn(kNow);
        ++turn_;
    }
    /// What came out of an adapter goes, and is counted by its sender.
    void read(AdapterId id, std::size_t at_most = SIZE_MAX) {
        AdapterCounters nobody;
        port::Tally tally(nobody);
        rte_mbuf* frame = nullptr;
        for (; at_most > 0 && rig().client(id).receive(&frame, 1, tally) == 1; --at_most) {
            const Bytes bytes = bytes_of(frame);
            rte_pktmbuf_free(frame);
            const auto from = static_cast<std::uint16_t>(bytes[11]);
            ++got_.at(from);
            if (id == receiver(pairs_) && from == victim().index) {
                delays_.push_back(turn_ - sent_in_.at(delays_.size()));
            }
        }
    }
    void read_all() {
        for (std::uint16_t i = 0; i < rig().adapters(); ++i) {
            read({i});
        }
    }

    void victim_sends() {
        rig().inject(victim(), frame(mac_of(receiver(pairs_)), mac_of(victim())).bytes());
        sent_in_.push_back(turn_);
    }
    /// Lets out what is under way; then the laws can be held.
    void rest() {
        rig().run();
        for (std::uint16_t i = 0; i < rig().adapters(); ++i) {
            (void)rig().take({i});
        }
    }

    static constexpr Instant kNow{std::chrono::hours{1}};
    std::uint16_t pairs_ = 0;
    std::vector<std::unique_ptr<worker::Poller>> pollers_;
    std::unique_ptr<worker::Worker> worker_;
    std::vector<std::uint64_t> waiting_;  // frames given to each sender
    std::vector<std::uint64_t> got_ = std::vector<std::uint64_t>(256);  // by sender
    std::uint64_t turn_ = 0;
    std::vector<std::uint64_t> sent_in_;  // the victim's frames: after which turn
    std::vector<std::uint64_t> delays_;   // and in how many turns those took that have arrived
};

class Competitors : public Competition, public testing::WithParamInterface<std::uint16_t> {};

// What a turn is worth to an adapter is a burst of its frames, or a quantum of bytes.
TEST_P(Competitors, OfAllSizesEachGetsWhatATurnIsWorth) {
    const std::uint16_t many = GetParam();
    make_pairs(many);
    for (int i = 0; i < kTurns; ++i) {
        for (std::uint16_t pair = 0; pair < many; ++pair) {
            saturate(pair, to_receiver(pair, kSizes[pair]));
        }
        turn();
        read_all();
    }
    std::vector<double> shares;
    for (std::uint16_t pair = 0; pair < many; ++pair) {
        const std::size_t worth =
            std::min<std::size_t>(port::kBurst * kSizes[pair], Allowance::kBytes);
        const auto got = static_cast<double>(came_from(sender(pair)) * kSizes[pair]);
        shares.push_back(got / static_cast<double>(worth * kTurns));
        EXPECT_LT(shares.back(), 1.01) << kSizes[pair];
    }
    EXPECT_GT(jains_index(shares), 0.99) << testing::PrintToString(shares);
    rest();
}

TEST_P(Competitors, ForANarrowReceiverEachGetsAsManyFrames) {
    const std::uint16_t many = GetParam();
    constexpr std::size_t kWithinATurn[] = {60, 1514, 4000, 590};
    make_pairs(many);
    const AdapterId narrow = receiver(0);
    for (int i = 0; i < kTurns; ++i) {
        for (std::uint16_t pair = 0; pair < many; ++pair) {
            saturate(pair, frame(mac_of(narrow), kBroadcast).sized(kWithinATurn[pair % 4]));
        }
        turn();
        read(narrow, port::kBurst);
    }
    std::vector<double> shares;
    for (std::uint16_t pair = 0; pair < many; ++pair) {
        EXPECT_EQ(came_from(sender(pair)), std::uint64_t{kTurns} * port::kBurst) << pair;
        shares.push_back(static_cast<double>(got_[pair]));
    }
    EXPECT_GT(jains_index(shares), 0.99) << testing::PrintToString(shares);
    rest();
}

INSTANTIATE_TEST_SUITE_P(Of, Competitors, testing::Values(2, 4, 8));

/// What one does who takes no heed of others.
struct Attack {
    const char* name;
    std::size_t size;
    MacAddress to{};          ///< None: each to its own receiver.
    std::uint16_t piece = 0;  ///< Large frames, to be cut into such.
    bool receivers_stand = false;
};

class Victim : public Competition, public testing::WithParamInterface<Attack> {
  protected:
    void attack(std::uint16_t pair) {
        const Attack& how = GetParam();
        const FrameSpec plain = to_receiver(pair, how.size);
        if (how.piece == 0)
            return saturate(pair, how.to == MacAddress{} ? plain : plain.to(how.to));
        Packet packet = large_packet(how.size - 54);
        const Bytes addresses = plain.bytes();
        packet.addresses.assign(addresses.begin(), addresses.begin() + 12);
        const Bytes bytes = packet.bytes();
        waiting_.resize(pairs_);
        for (; waiting_[pair] < came_from(sender(pair)) + port::kBurst; ++waiting_[pair]) {
            rte_mbuf* const frame = make_frame(rig().pools().frames.get(), bytes);
            rig().inject(sender(pair), claim(frame, packet, how.piece));
        }
    }
    /// The victim sends one frame in `every` turns.
    void compete(int every) {
        make_pairs(4);
        for (int i = 0; i < 100; ++i) {
            for (std::uint16_t pair = 0; pair < pairs_; ++pair) {
                attack(pair);
            }
            if (i % every == 0) victim_sends();
            turn();
            read_what_is_read();
        }
        for (int i = 0; i < 20; ++i) {  // what is late
            turn();
            read_what_is_read();
        }
        EXPECT_EQ(delays_.size(), sent_in_.size()) << "of its frames some are lost";
    }
    void read_what_is_read() {
        if (!GetParam().receivers_stand) return read_all();
        read(receiver(pairs_));
    }
    [[nodiscard]] std::uint64_t worst() const {
        return delays_.empty() ? UINT64_MAX : *std::ranges::max_element(delays_);
    }
};

// P07: neither its loss nor any of its delays, and so no percentile of them, is another's.
TEST_P(Victim, P07WhoSendsInEachTurnIsServedInIt) {
    compete(1);
    EXPECT_EQ(worst(), 1U);
    if (GetParam().receivers_stand) {
        for (std::uint16_t pair = 0; pair < pairs_; ++pair) {
            EXPECT_GT(rig().totals(receiver(pair)).dropped(Direction::Out, Drop::QueueFull), 0U);
        }
    }
    rest();
}

// The worker asks who had nothing in every fourth turn.
TEST_P(Victim, WhoSendsNowAndThenWaitsFourTurnsAtMost) {
    compete(7);
    EXPECT_LE(worst(), 4U);
    rest();
}

INSTANTIATE_TEST_SUITE_P(
    Beside,
    Victim,
    testing::Values(Attack{.name = "the_shortest", .size = 60},
                    Attack{.name = "the_longest", .size = 65'408},
                    Attack{.name = "short_broadcast", .size = 60, .to = kBroadcast},
                    Attack{.name = "long_broadcast", .size = 9014, .to = kBroadcast},
                    Attack{.name = "large_send_of_small_segments", .size = 60'000, .piece = 64},
                    Attack{.name = "receivers_that_stand", .size = 1514, .receivers_stand = true}),
    [](const auto& attack) { return std::string(attack.param.name); });

}  // namespace
}  // namespace sealane::test
