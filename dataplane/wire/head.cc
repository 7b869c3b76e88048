#include "dataplane/wire/head.h"

namespace sealane::wire {

FrameHead parse(const std::uint8_t* bytes, std::size_t length, std::optional<Tci> beside) {
    if (length < kHeaderLength) return {.fault = Drop::Runt};

    FrameHead head{.dst = load_mac(bytes), .src = load_mac(bytes + 6)};
    head.ether_type = load_be16(bytes + kAddressesLength);
    if (beside) {
        head.tpid = kTpidCustomer;
        head.tci = *beside;
        return head;
    }
    if (!is_tag(head.ether_type)) return head;

    if (length < kHeaderLength + kTagLength) return {.fault = Drop::Malformed};
    head.tpid = head.ether_type;
    head.tci = {load_be16(bytes + kHeaderLength)};
    head.ether_type = load_be16(bytes + kHeaderLength + 2);
    head.tag_in_bytes = true;
    return head;
}

}  // namespace sealane::wire
