// The addresses of one burst, by number.
#pragma once

#include <array>
#include <cstdint>

#include "dataplane/base/check.h"
#include "dataplane/port/batch.h"
#include "hvswitch/rules/address_buckets.h"

namespace sealane::hvswitch {

/// Where the addresses of a burst are looked up, one after the other: at most kBurst, since no
/// frame adds more than one.
class Probes {
  public:
    Probes() {}  // leaves them unmade, as Batch does
    Probes(const Probes&) = delete;
    Probes& operator=(const Probes&) = delete;

    /// Returns its number.
    std::uint8_t add(const AddressProbe& probe) {
        SEALANE_ASSERT(size_ < port::kBurst, "a burst has more addresses than frames");
        probes_[size_] = probe;
        return size_++;
    }
    /// The number of `key`: the last one's if that is the same, or add(probe(key)).
    template <typename Probe>
    std::uint8_t number_of(AddressKey key, Probe&& probe) {
        return size_ > 0 && probes_[last()].key == key ? last() : add(probe(key));
    }
    [[nodiscard]] const AddressProbe& operator[](std::uint8_t number) const {
        return probes_[number];
    }
    /// Number of the one that was added last; there is one.
    [[nodiscard]] std::uint8_t last() const { return static_cast<std::uint8_t>(size_ - 1); }
    [[nodiscard]] std::uint8_t size() const { return size_; }

  private:
    union {
        std::array<AddressProbe, port::kBurst> probes_;  // made by add(), up to size_
    };
    std::uint8_t size_ = 0;
};

}  // namespace sealane::hvswitch
