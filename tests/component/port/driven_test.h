// The fixture of tests with a vhost-user port and drivers that need not be good ones.
#pragma once

#include <memory>
#include <ostream>
#include <vector>

#include "dataplane/port/outlet.h"
#include "tests/component/port/vhost_test.h"
#include "tests/support/vhost_driver.h"

namespace sealane::test {

/// What leaves of what came in, to a receiver that takes nothing unfinished.
struct Fate {
    std::vector<Bytes> out;
    std::vector<Drop> drops;  ///< On the way in and out.

    bool operator==(const Fate&) const = default;
};
void PrintTo(const Fate& fate, std::ostream* out);

class DrivenTest : public VhostTest {
  protected:
    void SetUp() override;

    /// A driver whose rings the port may use.
    [[nodiscard]] std::unique_ptr<VhostDriver> driver(VhostDriver::Settings settings = {});
    /// Of all frames that are there now: claims are checked as the switch does it.  Fails if a byte
    /// outside of them was written.
    Fate pass_all(std::uint32_t mtu = 1500);
    /// One burst, to `outlet`; how many frames.
    std::size_t pass_burst(port::Outlet& outlet);
    /// A frame comes in and one goes out, of a driver that has given buffers.
    void exchange(VhostDriver& peer);

  private:
    /// The frame goes on to `outlet`, or is dropped.
    void judge(rte_mbuf* frame, port::Outlet& outlet);
};

}  // namespace sealane::test
