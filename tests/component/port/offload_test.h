// The fixture of tests of large frames and partial checksums.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dataplane/base/counters.h"
#include "dataplane/port/outlet.h"
#include "dataplane/port/pools.h"
#include "tests/component/port/taking_port.h"
#include "tests/support/claims.h"

namespace sealane::test {

/// An outlet to a TakingPort, and at the end the laws and all buffers back.
class OffloadTest : public testing::Test {
  protected:
    void SetUp() override {
        Result<port::Pools> made = port::make_pools("offload", 2048, 4096);
        ASSERT_TRUE(made.ok()) << made.error().text;
        pools_ = std::move(made).value();
        Result<port::PoolPointer> whole = port::make_pool("offload_whole", kWhole, kWholeRoom);
        ASSERT_TRUE(whole.ok()) << whole.error().text;
        whole_ = std::move(whole).value();
    }
    void TearDown() override {
        const AdapterTotals sum = totals();
        EXPECT_TRUE(outward_law_holds(sum, 0));
        EXPECT_TRUE(whole_law_holds(sum));
        EXPECT_EQ(pools_.in_use(), 0U);
        EXPECT_EQ(rte_mempool_in_use_count(whole_.get()), 0U);
    }

    [[nodiscard]] AdapterTotals totals() const {
        AdapterTotals sum;
        sum.add(counters_);
        return sum;
    }
    [[nodiscard]] std::uint64_t dropped(Drop why) const {
        return totals().dropped(Direction::Out, why);
    }

    /// Without cuts it is in one buffer, however long.
    rte_mbuf* make(const Packet& packet, const Cuts& cuts = {}) {
        rte_mbuf* const frame = cuts.empty()
                                    ? make_frame(whole_.get(), packet.bytes(), {}, kWholeHeadroom)
                                    : make_frame(pools_.frames.get(), packet.bytes(), cuts);
        EXPECT_NE(frame, nullptr);
        return frame;
    }
    /// As the switch hands it to an outlet: claimed, and the claim checked.
    rte_mbuf* checked(const Packet& packet, std::uint16_t piece, const Cuts& cuts = {}) {
        rte_mbuf* const frame = claim(make(packet, cuts), packet, piece);
        EXPECT_EQ(name_of(port::check_offload(frame)), "none");
        return frame;
    }
    /// Counted as admitted from somewhere, so that the laws are about everything.
    void emit(port::Outlet& outlet, std::vector<rte_mbuf*> frames) {
        tally_.received(frames.size(), 0);
        tally_.admitted(frames.size());
        outlet.emit(frames.data(), static_cast<std::uint16_t>(frames.size()), tally_);
    }
    port::Outlet outlet_to(port::Port& port, std::uint32_t mtu = 1500) {
        return {port, pools_.heads.get(), {.mtu = mtu}};
    }

    port::Pools pools_;
    port::PoolPointer whole_;
    AdapterCounters counters_;
    port::Tally tally_{counters_};

  private:
    static constexpr std::uint32_t kWhole = 64;  // a burst, and as many beside it
    static constexpr std::uint16_t kWholeHeadroom = 64;
    static constexpr std::uint16_t kWholeRoom = 65535 - RTE_PKTMBUF_HEADROOM;
};

/// Of a frame of 2 KiB: in one buffer; in two; in five, with cuts in addresses, IP header, TCP
/// header and payload.  A longer one that is cut at all is cut every 2 KiB, too.
inline const std::vector<Cuts> kPieces{{}, {40}, {5, 20, 50, 700}, {54}, {1000}};

/// A large frame and the size of its pieces.
struct Row {
    std::string name;
    Packet packet;
    std::uint16_t piece;
};

inline std::vector<Row> rows() {
    Packet options = large_packet(3001);
    options.tcp_options = payload_of(40, 2);
    options.ip_options = payload_of(20, 3);
    Packet extended = large_packet(3001, 6);
    extended.extensions = {{.type = 0, .rest = Packet::Bytes(7)},
                           {.type = 60, .rest = {3, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9,
                                                 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9}}};
    Packet longest = large_packet(3000, 6);
    longest.extensions.assign(14, {.type = 60, .rest = Packet::Bytes(7)});
    Packet tagged = large_packet(3000);
    tagged.tags = {0x88, 0xa8, 0, 20, 0x81, 0, 0xa0, 10};
    Packet flags = large_packet(2000);
    flags.flags = 0x1d9;  // NS, CWR, ECE, ACK, PSH, FIN
    Packet urgent = large_packet(2000);
    urgent.flags |= 0x20;
    urgent.urgent = 501;
    Packet last_ids = large_packet(2000);
    last_ids.id = 0xfffe;
    Packet none = large_packet(3000, 4, false);
    none.checksum = Packet::Checksum::None;
    return {{"G01 TCP over IPv4", large_packet(2000), 500},
            {"G03 TCP over IPv6", large_packet(2000, 6), 500},
            {"G04 odd pieces", large_packet(1999), 333},
            {"G04 a byte more", large_packet(1449), 1448},
            {"G06 flags", flags, 500},
            {"G08 urgent bytes", urgent, 500},
            {"G09 options", options, 777},
            {"G14 identification that wraps", last_ids, 500},
            {"G17 extension headers", extended, 500},
            {"headers of 186 bytes", longest, 500},
            {"G19 two tags in the bytes", tagged, 500},
            {"G21 many segments", large_packet(30000), 88},
            {"G27 datagrams", large_packet(1472 * 5 + 1, 4, false), 1472},
            {"G27 datagrams over IPv6", large_packet(1452 * 5, 6, false), 1452},
            {"G29 datagrams without a checksum", none, 1000},
            {"the largest frame", large_packet(65408 - 54), 1448}};
}

}  // namespace sealane::test
