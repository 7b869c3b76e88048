// What a schedule draws: the same from the same seed, on every machine.
#pragma once

#include <cstdint>

#include "dataplane/base/time.h"

namespace sealane::simulator {

/// SplitMix64 (Steele, Lea, Flood 2014).
class Luck {
  public:
    explicit Luck(std::uint64_t seed) : state_(seed) {}

    std::uint64_t draw() {
        std::uint64_t z = state_ += 0x9e37'79b9'7f4a'7c15;
        z = (z ^ z >> 30) * 0xbf58'476d'1ce4'e5b9;
        z = (z ^ z >> 27) * 0x94d0'49bb'1331'11eb;
        return z ^ z >> 31;
    }
    /// 0 to `most`.
    std::uint64_t upto(std::uint64_t most) { return draw() % (most + 1); }
    bool one_in(std::uint64_t many) { return draw() % many == 0; }
    Duration between(Duration least, Duration most) {
        return least + Duration{static_cast<Duration::rep>(
                           upto(static_cast<std::uint64_t>((most - least).count())))};
    }

  private:
    std::uint64_t state_;
};

}  // namespace sealane::simulator
