#include "dataplane/wire/stream_framing.h"

#include "dataplane/wire/bytes.h"
#include "dataplane/wire/tag.h"

namespace sealane::wire {

StreamUnit first_unit(std::span<const std::uint8_t> bytes, std::uint32_t max_frame) {
    if (bytes.size() < kStreamLengthWord) return {};

    StreamUnit unit{.length = load_be32(bytes.data())};
    if (unit.length > kStreamFrameLimit) {
        unit.kind = StreamUnit::Kind::Lost;
        unit.why = Drop::BadLength;
        return unit;
    }
    if (bytes.size() < unit.size()) return unit;

    if (unit.length < kHeaderLength) unit.why = Drop::Runt;
    if (unit.length > max_frame) unit.why = Drop::Oversize;
    unit.kind = unit.why == Drop::None ? StreamUnit::Kind::Frame : StreamUnit::Kind::Refused;
    return unit;
}

}  // namespace sealane::wire
