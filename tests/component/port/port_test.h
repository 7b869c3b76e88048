// The fixture of all port tests: pools, counters, a clock turned by hand, and at the end of each
// test the laws of counters and every buffer back.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "dataplane/base/counters.h"
#include "dataplane/port/pools.h"
#include "dataplane/port/port.h"
#include "tests/support/frame_bytes.h"

namespace sealane::test {

/// A frame of `length` bytes with addresses, a type and a payload that depends on `seed`.
[[nodiscard]] Bytes frame_of(std::size_t length, std::uint8_t seed = 1);

class PortTest : public testing::Test {
  protected:
    void SetUp() override { make_pools(4096); }
    /// The test has destroyed its ports.
    void TearDown() override;

    void make_pools(std::uint32_t frames);
    [[nodiscard]] const port::Pools& pools() const { return *pools_; }

    /// Whatever the port has, copied out and freed; counted as received and admitted.
    std::vector<Bytes> receive_from(port::Port& port, std::uint16_t room = 64);
    /// As an outlet does: counted as offered, then the port's.
    void send_to(port::Port& port, const std::vector<Bytes>& frames);
    void service(port::Port& port) { port.service(now_, tally_); }
    void pass(Duration time) { now_ += time; }

    [[nodiscard]] AdapterTotals totals() const;
    [[nodiscard]] std::uint64_t dropped(Direction direction, Drop why) const {
        return totals().dropped(direction, why);
    }
    void expect_laws(const port::Port& port) const;

    port::Tally& tally() { return tally_; }
    [[nodiscard]] Instant now() const { return now_; }

  private:
    std::optional<port::Pools> pools_;
    AdapterCounters counters_;
    port::Tally tally_{counters_};
    Instant now_{std::chrono::seconds(1)};
};

}  // namespace sealane::test
