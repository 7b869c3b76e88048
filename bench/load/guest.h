// One DPDK port of the load: sends frames with stamps, and takes what comes.
#pragma once

#include <cstdint>
#include <memory>

#include "bench/load/arrivals.h"
#include "bench/load/shape.h"
#include "dataplane/base/mac.h"
#include "dataplane/base/result.h"

struct rte_mempool;

namespace sealane::load {

/// One thread.  The environment outlives it.
class Guest {
  public:
    static constexpr std::uint16_t kBurst = 32;

    /// Port `id`, started; its frames go to `dst`.
    [[nodiscard]] static Result<std::unique_ptr<Guest>> open(std::uint16_t id,
                                                             const Shape& shape,
                                                             MacAddress dst);
    [[nodiscard]] static MacAddress address_of(std::uint16_t id);
    ~Guest();
    Guest(const Guest&) = delete;
    Guest& operator=(const Guest&) = delete;

    [[nodiscard]] bool is_up() const;

    /// Sends `count` frames, kBurst at most, numbered from `first` on.  Returns how many the port
    /// took; the others are gone.
    std::uint16_t send(std::uint16_t count, std::uint16_t trial, std::uint64_t first);

    /// Takes a burst, if one is there; returns its size.
    std::uint16_t receive(Arrivals& arrivals);

  private:
    Guest(std::uint16_t id, const Shape& shape) : id_(id), shape_(shape) {}
    Status make_pools(MacAddress dst);
    Status start();

    std::uint16_t id_;
    Shape shape_;
    rte_mempool* sending_ = nullptr;  // each buffer of it has the frame's bytes already
    rte_mempool* receiving_ = nullptr;
};

}  // namespace sealane::load
