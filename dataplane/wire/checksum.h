// The Internet checksum (RFC 1071), of bytes in one piece or in several.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace sealane::wire {

/// A one's-complement sum as 16 bits.  0 only if everything added was 0.
[[nodiscard]] constexpr std::uint16_t fold(std::uint64_t sum) {
    sum = (sum >> 32) + (sum & 0xffff'ffff);
    sum = (sum >> 32) + (sum & 0xffff'ffff);
    sum = (sum >> 16) + (sum & 0xffff);
    sum = (sum >> 16) + (sum & 0xffff);
    return static_cast<std::uint16_t>(sum);
}

/// What to add to a sum to take `word` out of it.
[[nodiscard]] constexpr std::uint16_t without(std::uint16_t word) {
    return static_cast<std::uint16_t>(~word);
}

/// The folded sum of big-endian words; an odd last byte is the upper half of a word.  Several times
/// 16 bytes a cycle where the processor can: this is what a large frame's segments cost most.
[[nodiscard]] std::uint16_t sum_of(const std::uint8_t* bytes, std::size_t length);

/// The sum of pieces that follow each other, of odd lengths too.
class RunningSum {
  public:
    void add(const std::uint8_t* bytes, std::size_t length) {
        const std::uint16_t piece = sum_of(bytes, length);
        // A piece at an odd place has its bytes in each other's halves (RFC 1071 2(B)).
        sum_ += odd_ ? __builtin_bswap16(piece) : piece;
        odd_ ^= (length & 1) != 0;
    }
    [[nodiscard]] std::uint16_t value() const { return fold(sum_); }

  private:
    std::uint64_t sum_ = 0;
    bool odd_ = false;
};

/// One way to sum, for processors that have what it needs.
struct SumKernel {
    std::string_view name;
    bool usable = false;  ///< On this processor.
    std::uint16_t (*sum)(const std::uint8_t* bytes, std::size_t length) = nullptr;
};

/// All there are, best first; the last one is usable everywhere.  sum_of() uses the first usable.
[[nodiscard]] std::span<const SumKernel> sum_kernels();

/// The one in use, to be told beside every figure.
[[nodiscard]] std::string_view sum_kernel_name();

}  // namespace sealane::wire
