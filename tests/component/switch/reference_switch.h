// The switch once more, as plainly as it can be said: a map and loops over bytes.  Written from the
// decisions, not from the product, with which it shares the list of drop reasons and nothing else.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "dataplane/base/drop.h"
#include "tests/component/switch/world.h"

namespace sealane::test {

class ReferenceSwitch {
  public:
    explicit ReferenceSwitch(const World& world);

    void apply(const Burst& burst);
    void apply(const SlotGiven& given);
    void apply(const NewRules& fresh);

    /// What one adapter has counted.
    struct Counts {
        std::uint64_t rx = 0, rx_bytes = 0, admitted = 0, copies = 0;
        std::uint64_t offered = 0, tx = 0, tx_bytes = 0;
        std::map<std::pair<Direction, Drop>, std::uint64_t> drops;
    };
    [[nodiscard]] const Counts& counts(std::size_t port) const { return counts_[port]; }
    [[nodiscard]] std::vector<Bytes> take(std::size_t port) {
        return std::exchange(out_[port], {});
    }

  private:
    /// A frame inside: without its tag, in one VLAN, with priority and DEI (4 bits).
    struct Inner {
        Bytes bytes;
        unsigned vlan = 0;
        unsigned priority = 0;
    };
    enum class Kind { Learned, Static, Own };
    struct Place {
        std::size_t port = 0;
        Kind kind = Kind::Learned;
    };
    using Key = std::tuple<unsigned, unsigned, std::uint64_t>;  // vswitch, VLAN, address

    std::optional<Inner> come_in(std::size_t from, const Bytes& bytes);
    Drop put_into_vlan(const WorldPort& port, const Bytes& bytes, Inner& inner) const;
    bool believe_source(std::size_t from, const Inner& inner);
    void route(std::size_t from, const Inner& inner);
    void give(std::size_t to, const Inner& inner);
    void give_all(std::size_t from, const Inner& inner);

    [[nodiscard]] bool carries(std::size_t port, unsigned vlan) const;
    [[nodiscard]] std::optional<std::size_t> bridge_of(unsigned vswitch, unsigned vlan) const;
    [[nodiscard]] std::optional<std::size_t> holder(std::uint16_t slot) const;
    [[nodiscard]] std::size_t learned_at(std::size_t port) const;
    void fix_own_addresses();
    void drop(std::size_t port, Direction direction, Drop why) {
        ++counts_[port].drops[{direction, why}];
    }

    std::vector<bool> floods_;
    std::vector<WorldPort> ports_;
    std::vector<std::optional<std::size_t>> holders_;  // by slot
    std::map<Key, Place> table_;
    std::vector<Counts> counts_;
    std::vector<std::vector<Bytes>> out_;
};

}  // namespace sealane::test
