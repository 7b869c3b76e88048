// A client in the host's process: its end of a `ring` port.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "dataplane/base/counters.h"
#include "dataplane/port/ring_port.h"
#include "embed/include/sealane/sealane.h"

struct rte_mbuf;
struct rte_mempool;

namespace sealane::embed {

class Instance;

/// Borrows the end and the pool, which are its instance's.  Threads: one at a time.
class Client {
  public:
    Client(Instance& of, port::RingEnd& end, rte_mempool* frames);
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client();

    /// As sealane_send().
    [[nodiscard]] int send(const sealane_frame* frames, unsigned count);
    /// As sealane_receive().
    [[nodiscard]] int receive(sealane_frame* frames, unsigned count);
    [[nodiscard]] int descriptor() const { return end_.wake_descriptor(); }
    [[nodiscard]] Instance& instance() const { return of_; }

  private:
    static constexpr unsigned kBurst = 64;

    [[nodiscard]] unsigned send_burst(const sealane_frame* frames, unsigned count);
    void give_back();

    Instance& of_;
    port::RingEnd& end_;
    rte_mempool* pool_;
    AdapterCounters counters_;  ///< Of this end: what the ring took, and what it had no room for.
    std::array<rte_mbuf*, kBurst> lent_{};
    unsigned lent_count_ = 0;
    std::array<std::vector<std::uint8_t>, kBurst> joined_;  ///< Of lent frames in several pieces.
};

}  // namespace sealane::embed
