#include "control/config/source.h"

#include <algorithm>

namespace sealane::config {

void Source::fault(Place place, std::string what) {
    faults_.push_back({file_, place, std::move(what)});
    if (faults_.size() == 2 * kMostFaults) keep_the_first();
}

void Source::note(Place object, std::string_view field, Place place, std::size_t index) {
    places_.insert_or_assign(key(object, field, index), place);
}

Place Source::at(Place object, std::string_view field, std::size_t index) const {
    const auto found = places_.find(key(object, field, index));
    return found == places_.end() ? object : found->second;
}

bool Source::has(Place object, std::string_view field) const {
    return places_.contains(key(object, field, kWhole));
}

void Source::spoil(Place object, std::string_view field) {
    spoilt_.insert(key(object, field, kWhole));
}

bool Source::is_spoilt(Place object, std::string_view field) const {
    return spoilt_.contains(key(object, field, kWhole));
}

std::vector<Fault> Source::take_faults() && {
    keep_the_first();
    if (left_out_ > 0) {
        faults_.push_back(
            {file_, {}, "... and " + std::to_string(left_out_) + " more; mend these first"});
    }
    return std::move(faults_);
}

void Source::keep_the_first() {
    std::stable_sort(faults_.begin(), faults_.end(), [](const Fault& a, const Fault& b) {
        return std::tie(a.place.line, a.place.column) < std::tie(b.place.line, b.place.column);
    });
    if (faults_.size() <= kMostFaults) return;
    left_out_ += faults_.size() - kMostFaults;
    faults_.resize(kMostFaults);
}

}  // namespace sealane::config
