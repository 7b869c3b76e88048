// One entry of the address table, as its users see it and as it is kept.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "dataplane/base/ids.h"
#include "dataplane/base/mac.h"
#include "dataplane/base/time.h"

namespace sealane::hvswitch {

/// (vswitch, VLAN, MAC) as one word: vswitch << 60 | vlan << 48 | mac.  Never 0.
struct AddressKey {
    std::uint64_t word = 0;

    AddressKey(VswitchId vswitch, VlanId vlan, MacAddress mac)
        : word(std::uint64_t{vswitch.index} << 60 | std::uint64_t{vlan.value} << 48 | mac.bits) {}
    explicit AddressKey(std::uint64_t raw) : word(raw) {}

    [[nodiscard]] VswitchId vswitch() const { return {static_cast<std::uint8_t>(word >> 60)}; }
    [[nodiscard]] VlanId vlan() const { return {static_cast<std::uint16_t>(word >> 48 & 0xfff)}; }
    [[nodiscard]] MacAddress mac() const { return {word & 0xffff'ffff'ffff}; }
    bool operator==(const AddressKey&) const = default;
};

/// How an entry came to be.  Learned ones age and may be evicted or moved; the others stay until
/// they are removed by command (Static) or with their adapter (Configured: its own address).
enum class AddressKind : std::uint8_t { Learned, Static, Configured };

struct AddressEntry {
    AdapterId adapter{};
    AddressKind kind = AddressKind::Learned;
    std::uint32_t seen_s = 0;  ///< Coarse time of last use as a source, seconds modulo 2^17.

    bool operator==(const AddressEntry&) const = default;
};

inline constexpr std::uint32_t kSeenMask = (1U << 17) - 1;

/// The coarse time of `now`, as seen_s has it.
[[nodiscard]] inline std::uint32_t coarse_s(Instant now) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
    return static_cast<std::uint32_t>(seconds) & kSeenMask;
}

/// An entry as the table keeps it: one word of 32 bits, so that it is read and written whole.
[[nodiscard]] constexpr std::uint32_t pack(const AddressEntry& entry) {
    return entry.seen_s << 14 | static_cast<std::uint32_t>(entry.kind) << 12 | entry.adapter.index;
}

[[nodiscard]] constexpr AddressEntry unpack(std::uint32_t word) {
    return {.adapter = {static_cast<std::uint16_t>(word & 0xfff)},
            .kind = static_cast<AddressKind>(word >> 12 & 3),
            .seen_s = word >> 14 & kSeenMask};
}

/// An entry, or none, still packed.  In place of an optional one, which lives in memory, is written
/// in pieces and read in one: that stalls the processor for longer than finding the entry takes.
class FoundEntry {
  public:
    FoundEntry() = default;  ///< None.
    explicit FoundEntry(std::uint32_t word) : word_(word) {}
    explicit FoundEntry(const std::optional<AddressEntry>& entry)
        : word_(entry ? pack(*entry) : kNone) {}

    explicit operator bool() const { return word_ != kNone; }
    AddressEntry operator*() const { return unpack(word_); }

  private:
    static constexpr std::uint32_t kNone = 0xffff'ffff;  // no entry has the uppermost bit
    std::uint32_t word_ = kNone;
};

static_assert(kMaxAdapters == 0x1000, "an adapter takes 12 bits of an entry");

}  // namespace sealane::hvswitch
