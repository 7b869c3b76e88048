// The other half of hearing.h: our own messages, numbered, named and sealed.
#pragma once

#include <array>
#include <cstdint>

#include "control/ha/hearing.h"
#include "control/ha/message.h"
#include "control/ha/seal.h"

namespace sealane::ha {

/// Owned by the thread of the control channel.  One for each boot: it holds the sequence.
class Speaking {
  public:
    explicit Speaking(const Self& self) : self_(self) {}

    /// The frame that says `what`, whose sender, keys and sequence are filled in here.  Each call
    /// makes a new message, also of the same words: one that is sent twice is believed once.
    /// `key` is hearing's sealing_key(), or that of the message that is answered; {} seals not.
    [[nodiscard]] Frame say(Message what, const Keyring& keys, KeyId key);

    /// Messages made, by type.
    [[nodiscard]] const std::array<std::uint64_t, kMessageTypeCount>& counters() const {
        return said_;
    }

  private:
    Self self_;
    std::uint64_t sequence_ = 0;
    std::array<std::uint64_t, kMessageTypeCount> said_{};
};

}  // namespace sealane::ha
