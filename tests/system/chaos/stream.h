// A stream of numbered frames: what was asked for, and what became of it in one window.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealane::chaos {

using Mac = std::array<std::uint8_t, 6>;
using Nanoseconds =
    std::int64_t;  ///< Since the epoch, as the kernel stamps arrivals; or between two.
constexpr Nanoseconds kSecond = 1'000'000'000;

/// An end of a stream: a network device, and the tag that its frames have there.
struct End {
    std::string device;
    std::optional<std::uint16_t> vlan;

    bool operator==(const End&) const = default;
};

/// Addresses of IPv4, as numbers.
struct Route {
    std::uint32_t source = 0;
    std::uint32_t destination = 0;

    bool operator==(const Route&) const = default;
};

struct Stream {
    std::string name;
    Mac source{};
    Mac destination{};
    std::optional<Route> route;  ///< For routers; otherwise its frames are no packets.
    End from;
    std::vector<End> to;
    Nanoseconds period{};
};

/// "NAME rate=10000 src=MAC dst=MAC from=c1 to=out0@1,c2": `@1` stands for a tag.  A further
/// `ip=10.0.1.9>10.0.2.9` makes its frames packets.  Empty if it is not that.
[[nodiscard]] std::optional<Stream> read_stream(const std::string& line);

struct Arrival {
    std::uint64_t number = 0;
    Nanoseconds at = 0;
};

/// What one end saw of one window.
struct Arrivals {
    std::vector<Arrival> seen;
    /// When the first frame came that was sent after the window: whoever sees that has seen all.
    std::optional<Nanoseconds> passed_at;
};

/// Of one window.
struct Log {
    std::vector<Nanoseconds> sent;  ///< When; the index is the number.
    std::vector<Arrivals> ends;     ///< In the order of Stream::to.
    std::map<std::uint64_t, std::uint32_t>
        strays;  ///< Number: how often it came where it must not.

    /// Nothing of it is on its way, but for a late copy.
    [[nodiscard]] bool is_passed() const;
};

/// What became of a stream at one end, or at its worst end.
struct Outcome {
    std::uint64_t received = 0;  ///< Different frames.
    std::uint64_t lost = 0;
    std::uint64_t duplicated = 0;
    std::uint64_t reordered = 0;    ///< Came after one with a higher number.
    Nanoseconds reordered_at = 0;   ///< When the first of those came, from the window's beginning.
    Nanoseconds latest = 0;         ///< From sending to arrival, the longest of those.
    std::uint32_t most_copies = 0;  ///< Of one frame.
    Nanoseconds longest_gap = 0;    ///< Between two arrivals, nothing subtracted.
    Nanoseconds gap_at = 0;         ///< When it began, from the window's beginning.
    Nanoseconds outage = 0;         ///< See outcome_at().
    Nanoseconds outage_at = 0;
    bool resumed = true;  ///< The last frame arrived, or one that was sent after it.
};

/// The outage is how long the network owed something: the longest time from when the frame after
/// the last one that came was sent (or, if that was earlier, from when the last one came) to the
/// next arrival.  A pause of the sender before the outage is thus no part of it; one during it
/// makes it no longer, unless the outage ended in that pause, of which all then counts.
[[nodiscard]] Outcome outcome_at(const Log& log,
                                 const Arrivals& arrivals,
                                 Nanoseconds begin,
                                 Nanoseconds end);

/// Sums of lost, duplicated and reordered; the worst of the rest.
[[nodiscard]] Outcome outcome_of(const Log& log, Nanoseconds begin, Nanoseconds end);

/// The longest time in which the sender sent nothing.
[[nodiscard]] Nanoseconds longest_pause(const Log& log);

}  // namespace sealane::chaos
