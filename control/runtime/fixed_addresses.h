// Whether addresses can be fixed all together, found out before the first of them is.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "control/runtime/layout.h"
#include "dataplane/base/result.h"
#include "hvswitch/rules/address_entry.h"
#include "hvswitch/switch.h"

namespace sealane::runtime {

/// An address that a command ties to an adapter.
struct FixedAddress {
    hvswitch::AddressKey key;
    AdapterId adapter;
};

/// What is wrong with a list of entries, a line each; of many, the first ones and how many more.
class FixFaults {
  public:
    /// Of `of` entries: where there is one only, its line does not begin with its number.
    explicit FixFaults(std::size_t of) : of_(of) {}

    /// Of the entry with this index, from 0.
    void add(std::size_t index, const std::string& text);
    /// Of all together.
    void add(const std::string& text);
    [[nodiscard]] bool none() const { return count_ == 0; }
    [[nodiscard]] Error error() const;

  private:
    std::size_t of_;
    std::size_t count_ = 0;
    std::string lines_;
};

/// Entries that contradict each other or what is fixed already, and tables with too little room for
/// them.  From the thread that fixes addresses: nobody else does, so what it finds still holds
/// then.
void look_for_faults(std::span<const FixedAddress> wanted,
                     const hvswitch::Switch& shared,
                     const Layout& layout,
                     FixFaults& faults);

}  // namespace sealane::runtime
