// How often an idle port looks for work that costs a system call to look for.
#pragma once

#include <algorithm>
#include <cstdint>

namespace sealane::port {

/// After an empty look the next 1, 3, 7, 15, then always 31 polls are skipped, until something
/// came. The owner's alone.
class IdleStride {
  public:
    /// Asked once a poll: is it time to look?
    [[nodiscard]] bool is_due() {
        if (to_skip_ == 0) return true;
        --to_skip_;
        return false;
    }
    void found_nothing() {
        constexpr std::uint32_t kLongest = 32;
        stride_ = std::clamp<std::uint32_t>(stride_ * 2, 2, kLongest);
        to_skip_ = stride_ - 1;
    }
    void found_something() { stride_ = 0; }
    /// The next poll looks, however long nothing came.
    void look_now() { to_skip_ = 0; }

  private:
    std::uint32_t stride_ = 0;
    std::uint32_t to_skip_ = 0;
};

}  // namespace sealane::port
