// A random switch and what happens to it, as plain values: made from a seed, printed, shrunk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "tests/support/frame_bytes.h"

namespace sealane::test {

/// An adapter in plain numbers.
struct WorldPort {
    unsigned vswitch = 0;
    bool enabled = true;
    std::uint16_t pvid = 0;  // 0: none
    std::set<std::uint16_t> vids;
    bool tag_pvid = false;
    std::uint16_t tpid = kCTag;
    bool tunnel = false;
    std::optional<std::set<std::uint16_t>> tunnel_vids;
    std::optional<std::uint8_t> qos;
    std::optional<std::uint16_t> slot;  // a trunk
    MacAddress mac;                     // zero: none
    std::optional<std::set<std::uint64_t>> allowed;
    std::uint32_t max_macs = 64;
    std::uint32_t mtu = 65394;
};

/// An address fixed by command before anything happens.
struct WorldStatic {
    std::uint16_t vlan = 0;
    MacAddress mac;
    std::uint16_t port = 0;
};

/// What happens: a burst from one client; a slot given (or, without a port, taken away); an adapter
/// that gets new rules.
struct WorldFrame {
    Bytes bytes;
    std::vector<std::size_t> cuts;
};
struct Burst {
    std::uint16_t from = 0;
    std::vector<WorldFrame> frames;
};
struct SlotGiven {
    std::uint16_t slot = 0;
    std::optional<std::uint16_t> to;
};
struct NewRules {
    std::uint16_t port = 0;
    WorldPort rules;
};
using Event = std::variant<Burst, SlotGiven, NewRules>;

struct World {
    std::vector<bool> floods;  // by vswitch
    std::vector<WorldPort> ports;
    std::uint16_t slots = 0;
    std::vector<WorldStatic> statics;
    std::vector<Event> events;
};

/// The same seed makes the same world, on every machine.
[[nodiscard]] World random_world(std::uint64_t seed);

/// For people who must find out what went wrong.
[[nodiscard]] std::string describe(const World& world);

}  // namespace sealane::test
