// How a wire is bad, as values and as people write them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dataplane/base/result.h"
#include "dataplane/base/time.h"

namespace sealane {

/// One direction of a wire.  Probabilities are of each frame, 0 to 1.  As it stands, a good wire.
struct Impairment {
    double loss = 0;
    /// Losses in bursts (the model of Gilbert and Elliott): with the first a good stretch ends,
    /// with the second a bad one, in which every frame is lost.
    double burst_begin = 0, burst_end = 1;
    double duplicate = 0;
    double corrupt = 0;  ///< One bit, anywhere in the frame, is flipped.
    double reorder = 0;  ///< Comes later by reorder_by, and does not hold up those behind it.
    Duration reorder_by = std::chrono::milliseconds(1);
    Duration delay{};
    Duration jitter{};       ///< Added to the delay, evenly from 0 to this; order is kept.
    std::uint64_t rate = 0;  ///< Bits of frames a second, without preamble and FCS; 0: no limit.
    /// What waits longer than this for its turn on a wire with a rate is lost.
    Duration queue = std::chrono::milliseconds(100);
    bool black_hole = false;  ///< Loses everything, and looks well.

    bool operator==(const Impairment&) const = default;
};

/// How a port is impaired: frames that come in, frames that go out, and whether it looks unplugged.
struct Impairments {
    Impairment in, out;
    bool link_down = false;  ///< Says it is down; what comes or is under way is PortDown.

    bool operator==(const Impairments&) const = default;
};

/// The members of Impairment by name.
inline constexpr std::array<std::string_view, 12> kImpairmentKeys{"loss",
                                                                  "burst_begin",
                                                                  "burst_end",
                                                                  "duplicate",
                                                                  "corrupt",
                                                                  "reorder",
                                                                  "reorder_by",
                                                                  "delay",
                                                                  "jitter",
                                                                  "rate",
                                                                  "queue",
                                                                  "black_hole"};

/// What a key says of a wire, for people: "of all frames, lost".  Empty: there is no such key.
[[nodiscard]] std::string_view impairment_meaning(std::string_view key);

/// What a key's text looks like, for messages: "a percentage, such as 30% or 0.1%".  Empty: there
/// is no such key.
[[nodiscard]] std::string_view impairment_form(std::string_view key);

/// Sets a member from text: "30%" (at most 6 decimals), "5ms" (ns, us, ms or s, at most 60 s),
/// "10Mbit" (bit, kbit, Mbit or Gbit; "none"), "true".  The error says what would be right.
[[nodiscard]] Status set_impairment(Impairment& into, std::string_view key, std::string_view text);

/// What differs from a good wire, in the order of the keys, as text that set_impairment() reads
/// back to the same.
[[nodiscard]] std::vector<std::pair<std::string_view, std::string>> impairment_words(
    const Impairment& impairment);

}  // namespace sealane
