// A real guest side in the test's own process: DPDK's net_virtio_user, on the same memory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <rte_mbuf.h>

#include "dataplane/port/pools.h"
#include "tests/support/frame_bytes.h"

namespace sealane::test {

class VirtioUser {
  public:
    struct Settings {
        std::string path;
        bool server = false;
        std::uint16_t queues = 1;
        std::uint16_t ring = 256;
        bool packed = false;
        bool mergeable = true;
        bool offloads = false;      ///< It wants them for what it receives, and uses them to send.
        std::uint16_t buffers = 0;  ///< It gives the switch so many, not a whole ring.
    };

    /// Attaches and starts the device; fails the test if it can't.
    VirtioUser(const Settings& settings, const port::Pools& pools);
    ~VirtioUser();
    VirtioUser(const VirtioUser&) = delete;
    VirtioUser& operator=(const VirtioUser&) = delete;

    /// How many it took; the others are freed.
    std::size_t send(const std::vector<Bytes>& frames, std::uint16_t queue = 0);
    /// Takes the frame, which carries flags for the driver.
    bool send(rte_mbuf* frame);
    std::vector<Bytes> receive(std::uint16_t queue = 0);
    /// One frame as the driver gives it, or null.
    rte_mbuf* receive_one();

  private:
    std::string device_;
    std::uint16_t id_ = 0;
    std::uint16_t queues_ = 1;
    rte_mempool* pool_;
    port::PoolPointer own_;  ///< Its ring's buffers, so that the test's pools stay exact.
};

}  // namespace sealane::test
