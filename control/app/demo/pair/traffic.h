// The clients, the outside switch and the host, all of whom the demo plays: streams of numbered
// frames both ways in each VLAN.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "control/app/demo/pair/book.h"
#include "control/app/demo/pair/outside_switch.h"
#include "control/app/demo/pair/pair_report.h"
#include "control/app/demo/pair/stream_end.h"
#include "dataplane/base/result.h"

namespace sealane::app {

/// Frames flow from start() to the end of the object, on a thread of its own.
class DemoTraffic {
  public:
    /// Listens in `directory` where the ports of configs/demo-pair.yaml connect.
    [[nodiscard]] static Result<std::unique_ptr<DemoTraffic>> start(const std::string& directory);
    ~DemoTraffic();
    DemoTraffic(const DemoTraffic&) = delete;
    DemoTraffic& operator=(const DemoTraffic&) = delete;

    /// Of each stream, the number of its next frame: where one act ends and another begins.
    [[nodiscard]] std::vector<std::uint64_t> mark() const;
    /// Each stream has brought a frame numbered as in `marks`, or above.
    [[nodiscard]] bool has_passed(const std::vector<std::uint64_t>& marks) const;
    /// Of each stream, in the order of demo_streams().
    [[nodiscard]] std::vector<Outcome> outcomes(const std::vector<std::uint64_t>& first,
                                                const std::vector<std::uint64_t>& end) const;

    /// By which VIOS (1 or 2) the outside switch last saw each VLAN's client; 0: by none.
    [[nodiscard]] std::vector<int> carriers() const;

  private:
    DemoTraffic(std::vector<StreamEnd> clients, std::vector<StreamEnd> uplinks);

    void run();
    void send_all(Instant now);
    void receive_all();
    void pass_outside(std::size_t from, std::span<const std::uint8_t> frame);
    void note(std::size_t stream, std::span<const std::uint8_t> frame);

    std::vector<StreamEnd> clients_;  ///< In the order of demo_vlans().
    std::vector<StreamEnd> uplinks_;  ///< Of vios1 and vios2.

    mutable std::mutex mutex_;
    std::vector<ProbeBook> books_;
    OutsideSwitch outside_;

    std::atomic<bool> stop_{false};
    std::thread thread_;
};

}  // namespace sealane::app
