// What happened to SEAs lately, each with its cause: for `sealane events`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "dataplane/base/time.h"

namespace sealane::failover {

struct Occurrence {
    std::uint64_t number = 0;  ///< From 1, without gaps.
    Instant at{};
    std::string sea;    ///< Qualified; of a "vios" its partition.
    std::string kind;   ///< "role", "slot", "alarm", "alarm_over", "command", "vios", "hypervisor".
    std::string what;   ///< "BACKUP > PRIMARY".
    std::string cause;  ///< In words.
};

/// Keeps the newest; a reader sees by the numbers what it missed.  Owned by one thread.
class Journal {
  public:
    static constexpr std::size_t kKept = 1024;

    void add(Occurrence what) {
        what.number = ++last_;
        kept_.push_back(std::move(what));
        if (kept_.size() > kKept) kept_.pop_front();
    }
    [[nodiscard]] const std::deque<Occurrence>& kept() const { return kept_; }

  private:
    std::deque<Occurrence> kept_;
    std::uint64_t last_ = 0;
};

}  // namespace sealane::failover
