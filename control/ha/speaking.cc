#include "control/ha/speaking.h"

#include "dataplane/base/check.h"

namespace sealane::ha {

Frame Speaking::say(Message what, const Keyring& keys, KeyId key) {
    const Key* sealing = keys.find(key);
    SEALANE_CHECK(sealing != nullptr || keys.empty(), "a message must not leave without its seal");
    what.source = self_.source;
    what.pair = self_.pair;
    what.node = self_.node;
    what.boot = self_.boot;
    what.sequence = ++sequence_;
    what.key = sealing != nullptr ? key : KeyId{};
    what.other_key = keys.other_than(key);
    ++said_[static_cast<std::size_t>(what.type)];

    Frame frame = encode(what);
    if (sealing != nullptr) seal(frame, *sealing);
    return frame;
}

}  // namespace sealane::ha
