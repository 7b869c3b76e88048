// The 18 bytes behind the headers by which a frame is known again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace sealane::load {

struct Stamp {
    std::uint16_t trial = 0;   ///< Never 0 of a frame that counts.
    std::uint64_t number = 0;  ///< Of the frame in its trial and direction; 48 bits.
    std::uint64_t sent = 0;    ///< TSC.

    bool operator==(const Stamp&) const = default;
};

inline constexpr std::size_t kStampSize = 18;
inline constexpr std::uint16_t kStampMark = 0x5ea1;

inline void store_stamp(std::uint8_t* at, const Stamp& stamp) {
    const std::uint64_t words[] = {std::uint64_t{stamp.trial} << 48 | stamp.number, stamp.sent};
    std::memcpy(at, words, sizeof words);
    std::memcpy(at + sizeof words, &kStampMark, sizeof kStampMark);
}

/// False: there is none.
[[nodiscard]] inline bool load_stamp(const std::uint8_t* at, Stamp& stamp) {
    std::uint64_t words[2];
    std::uint16_t mark = 0;
    std::memcpy(words, at, sizeof words);
    std::memcpy(&mark, at + sizeof words, sizeof mark);
    stamp = {static_cast<std::uint16_t>(words[0] >> 48), words[0] & 0xffff'ffff'ffff, words[1]};
    return mark == kStampMark;
}

}  // namespace sealane::load
