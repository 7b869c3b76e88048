// What is known of a file beside its meaning, while it is being read and checked: what was wrong
// with it, and where each value stood.  Internal to this folder.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "control/config/fault.h"

namespace sealane::config {

/// Stands for the runtime, which has no place in the model.
inline constexpr Place kNowhere{};

/// So many are told: more help nobody, and a small file could fill memory with them.
inline constexpr std::size_t kMostFaults = 100;

/// Collects the faults of one file, and remembers the places of single values, so that a rule can
/// point at the value that breaks it.  An object (adapter, SEA, ...) is known by where it stands.
class Source {
  public:
    explicit Source(std::string file) : file_(std::move(file)) {}

    void fault(Place place, std::string what);

    /// `object`'s `field` (and of a list, its element `index`) stands at `place`.
    void note(Place object, std::string_view field, Place place, std::size_t index = kWhole);
    /// Where it stands; where that isn't known, where the object stands.
    [[nodiscard]] Place at(Place object, std::string_view field, std::size_t index = kWhole) const;
    [[nodiscard]] bool has(Place object, std::string_view field) const;

    /// `object`'s `field` could not be read, so that no rule can be applied to it.
    void spoil(Place object, std::string_view field);
    [[nodiscard]] bool is_spoilt(Place object, std::string_view field) const;

    [[nodiscard]] bool has_faults() const { return !faults_.empty(); }
    /// The faults in the order of the file; of very many the first kMostFaults, and how many more.
    [[nodiscard]] std::vector<Fault> take_faults() &&;

  private:
    static constexpr std::size_t kWhole = static_cast<std::size_t>(-1);
    using Key = std::tuple<int, int, std::string, std::size_t>;

    static Key key(Place object, std::string_view field, std::size_t index) {
        return {object.line, object.column, std::string(field), index};
    }

    void keep_the_first();

    std::string file_;
    std::vector<Fault> faults_;
    std::size_t left_out_ = 0;
    std::map<Key, Place> places_;
    std::set<Key> spoilt_;
};

}  // namespace sealane::config
