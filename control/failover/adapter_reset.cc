#include "control/failover/adapter_reset.h"

namespace sealane::failover {

void AdapterReset::begin(Instant now) {
    if (is_down()) return;
    stage_ = Stage::Waiting;
    ends_ = now + kResetAfter;
}

LinkDeed AdapterReset::take(bool bridges, Instant now) {
    const bool is_over = now >= ends_;
    if (stage_ == Stage::Waiting && bridges) {
        stage_ = Stage::Rest;
    } else if (stage_ == Stage::Waiting && is_over) {
        stage_ = Stage::Going;
        return LinkDeed::TakeDown;
    } else if (stage_ == Stage::Going) {
        stage_ = Stage::Down;
        ends_ = now + kResetFor;
    } else if (stage_ == Stage::Down && (is_over || bridges)) {
        stage_ = Stage::Returning;
        ends_ = now + kComesBack;
        return LinkDeed::BringUp;
    }
    return LinkDeed::Leave;
}

bool AdapterReset::hides(bool link_up, Instant now) {
    if (is_down()) return true;
    if (stage_ != Stage::Returning) return false;
    if (link_up || now >= ends_) stage_ = Stage::Rest;
    return stage_ == Stage::Returning;
}

Instant AdapterReset::next() const { return stage_ == Stage::Rest ? Instant::max() : ends_; }

}  // namespace sealane::failover
