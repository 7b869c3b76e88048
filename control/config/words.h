// The file's words for what the model has enumerators for: the same for loading and for dumping.
// Internal to this folder.
#pragma once

#include <array>
#include <string_view>

#include "control/config/model.h"

namespace sealane::config {

template <typename Enum>
struct Word {
    std::string_view text;
    Enum value;
};

inline constexpr std::array kSwitchModes{Word<SwitchMode>{"veb", SwitchMode::Veb}};

inline constexpr std::array kUnknownUnicast{
    Word<UnknownUnicast>{"trunk", UnknownUnicast::Trunk},
    Word<UnknownUnicast>{"flood", UnknownUnicast::Flood},
};

inline constexpr std::array kPartitionTypes{
    Word<PartitionType>{"vios", PartitionType::Vios},
    Word<PartitionType>{"client", PartitionType::Client},
};

inline constexpr std::array kAdapterKinds{
    Word<AdapterKind>{"physical", AdapterKind::Physical},
    Word<AdapterKind>{"virtual", AdapterKind::Virtual},
};

inline constexpr std::array kHaModes{
    Word<HaMode>{"disabled", HaMode::Disabled},
    Word<HaMode>{"auto", HaMode::Auto},
    Word<HaMode>{"standby", HaMode::Standby},
    Word<HaMode>{"sharing", HaMode::Sharing},
};

inline constexpr std::array kIdlePolicies{
    Word<IdlePolicy>{"adaptive", IdlePolicy::Adaptive},
    Word<IdlePolicy>{"poll", IdlePolicy::Poll},
};

/// By the alternatives of PortSpec; NoPort has no word.
inline constexpr std::array<std::string_view, 6> kPortTypes{
    "ring", "ethdev", "qemu-stream", "qemu-dgram", "vhost-user", "shm"};

/// Whether an impaired port looks unplugged, as `link_down`.
inline constexpr std::array kLinkStates{
    Word<bool>{"up", false},
    Word<bool>{"down", true},
};

/// Who makes a vhost-user socket, as `server`.
inline constexpr std::array kVhostModes{
    Word<bool>{"client", false},
    Word<bool>{"server", true},
};

// Named by the design, refused until they are there.
inline constexpr std::array<std::string_view, 1> kUnbuiltSwitchModes{"vepa"};
inline constexpr std::array<std::string_view, 1> kUnbuiltPortTypes{"vde"};

/// The word for `value` in one of the tables above.
template <typename Enum, std::size_t N>
constexpr std::string_view word_for(const std::array<Word<Enum>, N>& words, Enum value) {
    for (const Word<Enum>& word : words) {
        if (word.value == value) return word.text;
    }
    return {};
}

}  // namespace sealane::config
