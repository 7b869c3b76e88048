// Memory of 2 MiB pages, as guests have it.
#pragma once

#include <cstddef>

namespace sealane::test {

/// At least `count` free 2 MiB pages while it lives, or not, which are_there() tells: what the
/// system lacks is reserved, which wants root, and given back.
class HugePages {
  public:
    static constexpr std::size_t kLength = std::size_t{2} << 20;

    explicit HugePages(std::size_t count);
    ~HugePages();
    HugePages(const HugePages&) = delete;
    HugePages& operator=(const HugePages&) = delete;

    [[nodiscard]] bool are_there() const { return free() >= count_; }
    /// Pages that nobody has, now.
    [[nodiscard]] static std::size_t free();

  private:
    std::size_t count_;
    std::size_t reserved_ = 0;
};

}  // namespace sealane::test
