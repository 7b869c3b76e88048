#include "control/ha/reject.h"

namespace sealane::ha {

static_assert(static_cast<std::size_t>(Reject::Replay) + 1 == kRejectCount);

const char* name_of(Reject why) {
    switch (why) {
        case Reject::None:
            return "none";
        case Reject::Length:
            return "length";
        case Reject::EtherType:
            return "ether-type";
        case Reject::Destination:
            return "destination";
        case Reject::Source:
            return "source";
        case Reject::Protocol:
            return "protocol";
        case Reject::Version:
            return "version";
        case Reject::Type:
            return "type";
        case Reject::Role:
            return "role";
        case Reject::Mode:
            return "mode";
        case Reject::Priority:
            return "priority";
        case Reject::Refusal:
            return "refusal";
        case Reject::Node:
            return "node";
        case Reject::Boot:
            return "boot";
        case Reject::Sequence:
            return "sequence";
        case Reject::Echo:
            return "echo";
        case Reject::Nonce:
            return "nonce";
        case Reject::Uplink:
            return "uplink";
        case Reject::Keys:
            return "keys";
        case Reject::OtherPair:
            return "other-pair";
        case Reject::Unsealed:
            return "unsealed";
        case Reject::UnknownKey:
            return "unknown-key";
        case Reject::Flood:
            return "flood";
        case Reject::BadSeal:
            return "bad-seal";
        case Reject::OwnMessage:
            return "own-message";
        case Reject::OwnNode:
            return "own-node";
        case Reject::ThirdNode:
            return "third-node";
        case Reject::UnprovenBoot:
            return "unproven-boot";
        case Reject::RetiredBoot:
            return "retired-boot";
        case Reject::Replay:
            return "replay";
    }
    return "?";
}

}  // namespace sealane::ha
