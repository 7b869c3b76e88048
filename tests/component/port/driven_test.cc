#include "tests/component/port/driven_test.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "dataplane/port/batch.h"
#include "dataplane/port/offload.h"
#include "tests/component/port/taking_port.h"

namespace sealane::test {
namespace {

constexpr std::uint8_t kPaint = 0xa5;
constexpr std::uint32_t kBuffers = 256;  // few, for they are painted again and again

std::span<std::uint8_t> buffer_of(rte_mbuf* piece) {
    return {static_cast<std::uint8_t*>(piece->buf_addr), piece->buf_len};
}

void paint_all(rte_mempool* pool) {
    std::vector<rte_mbuf*> all;
    while (rte_mbuf* const piece = rte_pktmbuf_alloc(pool)) {
        std::memset(piece->buf_addr, kPaint, piece->buf_len);
        all.push_back(piece);
    }
    rte_pktmbuf_free_bulk(all.data(), static_cast<unsigned>(all.size()));
}

void expect_painted_around(rte_mbuf* frame) {
    const auto is_paint = [](std::uint8_t byte) { return byte == kPaint; };
    for (rte_mbuf* piece = frame; piece != nullptr; piece = piece->next) {
        const std::span<std::uint8_t> buffer = buffer_of(piece);
        const std::size_t end = std::size_t{piece->data_off} + piece->data_len;
        ASSERT_LE(end, buffer.size());
        EXPECT_TRUE(std::ranges::all_of(buffer.first(piece->data_off), is_paint));
        // One byte is rte_vhost's; pools.cc tells of it.
        const std::size_t behind = std::min(end + 1, buffer.size());
        EXPECT_TRUE(std::ranges::all_of(buffer.subspan(behind), is_paint)) << "behind " << end;
    }
}

std::vector<std::uint64_t> drops_of(const AdapterTotals& totals) {
    std::vector<std::uint64_t> counts;
    for (std::size_t why = 0; why < kDropCount; ++why) {
        counts.push_back(totals.dropped(Direction::In, static_cast<Drop>(why)) +
                         totals.dropped(Direction::Out, static_cast<Drop>(why)));
    }
    return counts;
}

}  // namespace

void DrivenTest::SetUp() {
    VhostTest::SetUp();
    make_pools(kBuffers);
    paint_all(pools().frames.get());
}

std::unique_ptr<VhostDriver> DrivenTest::driver(VhostDriver::Settings settings) {
    settings.path = path();
    auto made = std::make_unique<VhostDriver>(settings);
    EXPECT_TRUE(made->is_open());
    EXPECT_TRUE(soon([&] {
        const port::PortState state = port().state();
        return state.up && state.detail.find("1 of 1 queue") != std::string::npos;
    })) << port().state().detail;
    return made;
}

void DrivenTest::judge(rte_mbuf* frame, port::Outlet& outlet) {
    tally().received(1, frame->pkt_len);
    const Drop why = port::has_offload(frame) ? port::check_offload(frame) : Drop::None;
    if (why != Drop::None) return tally().drop(frame, Direction::In, why);
    tally().admitted(1);
    outlet.emit(&frame, 1, tally());
}

std::size_t DrivenTest::pass_burst(port::Outlet& outlet) {
    std::array<rte_mbuf*, port::kBurst> frames{};
    const std::uint16_t count = port().receive(frames.data(), frames.size(), tally());
    for (rte_mbuf* const frame : std::span(frames).first(count)) {
        judge(frame, outlet);
    }
    return count;
}

Fate DrivenTest::pass_all(std::uint32_t mtu) {
    const std::vector<std::uint64_t> before = drops_of(totals());
    TakingPort receiver;
    port::Outlet outlet(receiver, pools().heads.get(), {.mtu = mtu});
    for (int idle = 0; idle < 3; ++idle) {
        rte_mbuf* frame = nullptr;
        while (port().receive(&frame, 1, tally()) == 1) {
            idle = 0;
            expect_painted_around(frame);
            judge(frame, outlet);
        }
    }
    paint_all(pools().frames.get());
    Fate fate{.out = std::move(receiver.taken)};
    const std::vector<std::uint64_t> after = drops_of(totals());
    for (std::size_t why = 0; why < kDropCount; ++why) {
        fate.drops.insert(fate.drops.end(), after[why] - before[why], static_cast<Drop>(why));
    }
    return fate;
}

void DrivenTest::exchange(VhostDriver& peer) {
    EXPECT_TRUE(peer.send(frame_of(60, 1)));
    EXPECT_EQ(take(1), std::vector<Bytes>{frame_of(60, 1)});
    send({frame_of(60, 2)});
    const std::vector<VhostDriver::Arrival> arrived = peer.received();
    ASSERT_EQ(arrived.size(), 1U);
    EXPECT_EQ(arrived[0].bytes, frame_of(60, 2));
}

void PrintTo(const Fate& fate, std::ostream* out) {
    for (const Drop why : fate.drops) {
        *out << name_of(why) << " ";
    }
    *out << fate.out.size() << " frames: " << testing::PrintToString(fate.out);
}

}  // namespace sealane::test
