#include "hvswitch/rules/lease.h"

#include "dataplane/base/check.h"

namespace sealane::hvswitch {
namespace {

SlotLease freed(const SlotLease& slot) { return {.epoch = slot.epoch + 1}; }

}  // namespace

Acquired acquire(const SlotLease& slot, AdapterId who, const LeaseTerms& terms, Instant now) {
    SEALANE_CHECK(who != kNoAdapter, "nobody asked for a trunk slot");
    const bool vacant = slot.is_free() || now >= slot.expires;
    if (!vacant && slot.owner == who) return {slot, Grant::OwnedAlready};
    if (!vacant && slot.heir != who) return {slot, Grant::HeldByAnother};
    return {{.owner = who,
             .epoch = slot.epoch + 1,
             .progress = terms.progress,
             .expires = now + terms.lease},
            Grant::Granted};
}

SlotLease hand_over(const SlotLease& slot, AdapterId owner, AdapterId heir) {
    SlotLease after = slot;
    if (!slot.is_free() && slot.owner == owner && heir != owner) after.heir = heir;
    return after;
}

SlotLease release(const SlotLease& slot, AdapterId owner) {
    return !slot.is_free() && slot.owner == owner ? freed(slot) : slot;
}

SlotLease end(const SlotLease& slot, AdapterId who) {
    SlotLease after = release(slot, who);
    if (after.heir == who) after.heir = kNoAdapter;
    return after;
}

SlotLease observe(const SlotLease& slot, const LeaseTerms& terms, Instant now) {
    if (slot.is_free()) return slot;
    if (terms.progress == slot.progress) return now >= slot.expires ? freed(slot) : slot;
    SlotLease after = slot;
    after.progress = terms.progress;
    after.expires = now + terms.lease;
    return after;
}

void show(SlotTable& table, SlotId id, const SlotLease& lease, const Passage& passage) {
    SEALANE_CHECK(lease.epoch >= table.holder(id).epoch, "a trunk slot changed behind its lease");
    table.put(id,
              {.epoch = lease.epoch,
               .owner = lease.owner,
               .phase = passage.phase,
               .other = passage.other});
}

}  // namespace sealane::hvswitch
