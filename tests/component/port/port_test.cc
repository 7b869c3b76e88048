#include "tests/component/port/port_test.h"

#include <array>

#include "dataplane/port/frame.h"
#include "tests/support/mbufs.h"

namespace sealane::test {

Bytes frame_of(std::size_t length, std::uint8_t seed) {
    Bytes bytes(length);
    for (std::size_t i = 0; i < length; ++i) {
        bytes[i] = static_cast<std::uint8_t>(i * 31 + i / 251 + seed);
    }
    // To everybody, from a unicast address, of an EtherType that no kernel answers.
    const Bytes head{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0, 0, 0, 0, seed, 0x88, 0xb5};
    std::copy_n(head.begin(), std::min(length, head.size()), bytes.begin());
    return bytes;
}

void PortTest::make_pools(std::uint32_t frames) {
    pools_.reset();
    Result<port::Pools> made = port::make_pools("test", frames, 64);
    ASSERT_TRUE(made.ok()) << made.error().text;
    pools_.emplace(std::move(made).value());
}

void PortTest::TearDown() {
    EXPECT_TRUE(inward_law_holds(totals()));
    EXPECT_EQ(pools_->in_use(), 0U);
}

std::vector<Bytes> PortTest::receive_from(port::Port& port, std::uint16_t room) {
    std::array<rte_mbuf*, 64> frames{};
    const std::uint16_t count = port.receive(frames.data(), room, tally_);
    std::vector<Bytes> received;
    for (std::uint16_t i = 0; i < count; ++i) {
        tally_.received(1, port::length_of(frames[i]));
        tally_.admitted(1);
        received.push_back(bytes_of(frames[i]));
        rte_pktmbuf_free(frames[i]);
    }
    return received;
}

void PortTest::send_to(port::Port& port, const std::vector<Bytes>& frames) {
    for (std::size_t sent = 0; sent < frames.size();) {
        std::array<rte_mbuf*, 64> burst{};
        std::uint16_t count = 0;
        for (; count < burst.size() && sent < frames.size(); ++count, ++sent) {
            burst[count] = make_frame(pools_->frames.get(), frames[sent]);
            ASSERT_NE(burst[count], nullptr) << "the test's pool is too small";
        }
        tally_.offered(count);
        port.send(burst.data(), count, tally_);
    }
}

AdapterTotals PortTest::totals() const {
    AdapterTotals sum;
    sum.add(counters_);
    return sum;
}

void PortTest::expect_laws(const port::Port& port) const {
    EXPECT_TRUE(inward_law_holds(totals()));
    EXPECT_TRUE(outward_law_holds(totals(), port.state().pending));
}

}  // namespace sealane::test
