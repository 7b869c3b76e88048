// Counts of durations, fine enough for percentiles and of a fixed size.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace sealane::load {

/// Log-linear: each power of two is cut into 64 equal parts, so that a value read back is too large
/// by a 64th of itself at most, and never too small.  Values below 64 are exact.
class Histogram {
  public:
    void add(std::uint64_t value) {
        ++counts_[index_of(value)];
        ++total_;
        most_ = std::max(most_, value);
    }

    void add(const Histogram& other) {
        for (std::size_t index = 0; index < counts_.size(); ++index) {
            counts_[index] += other.counts_[index];
        }
        total_ += other.total_;
        most_ = std::max(most_, other.most_);
    }

    [[nodiscard]] std::uint64_t total() const { return total_; }
    [[nodiscard]] std::uint64_t most() const { return most_; }

    /// The least value that the part `share` (0 < share <= 1) of all values does not exceed,
    /// rounded up to the end of its bucket; 0 when there are none.
    [[nodiscard]] std::uint64_t percentile(double share) const {
        const auto rank =
            static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(total_)));
        std::uint64_t seen = 0;
        for (std::size_t index = 0; index < counts_.size(); ++index) {
            seen += counts_[index];
            if (seen >= rank && seen > 0) return std::min(last_of(index), most_);
        }
        return 0;
    }

  private:
    static constexpr unsigned kBits = 6;
    static constexpr std::uint64_t kParts = std::uint64_t{1} << kBits;
    static constexpr std::size_t kBuckets = (64 - kBits + 1) * kParts;

    static std::size_t index_of(std::uint64_t value) {
        if (value < kParts) return value;
        const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - 1 - kBits;
        return (std::size_t{shift} + 1) * kParts + (value >> shift & (kParts - 1));
    }
    /// The largest value of a bucket.
    static std::uint64_t last_of(std::size_t index) {
        if (index < kParts) return index;
        const std::size_t shift = index / kParts - 1;
        const std::uint64_t first = (kParts + index % kParts) << shift;
        return first + ((std::uint64_t{1} << shift) - 1);
    }

    std::array<std::uint64_t, kBuckets> counts_{};
    std::uint64_t total_ = 0;
    std::uint64_t most_ = 0;
};

}  // namespace sealane::load
