#include "tests/support/frame_bytes.h"

#include <cstdio>

namespace sealane::test {
namespace {

void append_be16(Bytes& bytes, std::size_t value) {
    bytes.push_back(static_cast<std::uint8_t>(value >> 8));
    bytes.push_back(static_cast<std::uint8_t>(value));
}

void append_mac(Bytes& bytes, MacAddress mac) {
    for (int shift = 40; shift >= 0; shift -= 8) {
        bytes.push_back(static_cast<std::uint8_t>(mac.bits >> shift));
    }
}

/// Looks like IPv4 at its start, so that a cut inside "the IP header" is one.
void append_payload(Bytes& bytes, std::size_t length, std::uint32_t number) {
    const std::size_t begin = bytes.size();
    bytes.resize(begin + length);
    std::uint8_t* const payload = bytes.data() + begin;
    for (std::uint32_t i = 0; i < length; ++i) {
        const std::uint32_t mixed = (number * 2654435761U) ^ (i * 40503U + (i >> 8) * 7);
        payload[i] = static_cast<std::uint8_t>(mixed >> 11);
    }
    if (length > 0) payload[0] = 0x45;
}

unsigned be16_at(const Bytes& bytes, std::size_t at) {
    return static_cast<unsigned>(bytes[at] << 8 | bytes[at + 1]);
}

std::string mac_at(const Bytes& bytes, std::size_t at) {
    char text[18];
    std::snprintf(text,
                  sizeof text,
                  "%02x:%02x:%02x:%02x:%02x:%02x",
                  bytes[at],
                  bytes[at + 1],
                  bytes[at + 2],
                  bytes[at + 3],
                  bytes[at + 4],
                  bytes[at + 5]);
    return text;
}

}  // namespace

FrameSpec FrameSpec::tag(Tag tag) const {
    FrameSpec spec = *this;
    spec.tags_.push_back(tag);
    return spec;
}

FrameSpec FrameSpec::untagged() const {
    FrameSpec spec = *this;
    spec.tags_.clear();
    return spec;
}

FrameSpec FrameSpec::type(std::uint16_t ether_type) const {
    FrameSpec spec = *this;
    spec.ether_type_ = ether_type;
    return spec;
}

FrameSpec FrameSpec::sized(std::size_t length) const {
    FrameSpec spec = *this;
    spec.payload_ = length - 14 - 4 * tags_.size();
    return spec;
}

FrameSpec FrameSpec::numbered(std::uint32_t number) const {
    FrameSpec spec = *this;
    spec.number_ = number;
    return spec;
}

FrameSpec FrameSpec::to(MacAddress dst) const {
    FrameSpec spec = *this;
    spec.dst_ = dst;
    return spec;
}

FrameSpec FrameSpec::from(MacAddress src) const {
    FrameSpec spec = *this;
    spec.src_ = src;
    return spec;
}

Bytes FrameSpec::bytes() const {
    Bytes bytes;
    append_mac(bytes, dst_);
    append_mac(bytes, src_);
    for (const Tag& tag : tags_) {
        append_be16(bytes, tag.tpid);
        append_be16(bytes, static_cast<unsigned>(tag.pcp << 13 | (tag.dei ? 0x1000 : 0) | tag.vid));
    }
    append_be16(bytes, ether_type_);
    append_payload(bytes, payload_, number_);
    return bytes;
}

std::vector<Bytes> numbered_frames(const FrameSpec& spec, std::size_t count, std::uint32_t first) {
    std::vector<Bytes> frames;
    for (std::size_t i = 0; i < count; ++i) {
        frames.push_back(spec.numbered(first + static_cast<std::uint32_t>(i)).bytes());
    }
    return frames;
}

std::string describe(const Bytes& frame) {
    std::string text;
    if (frame.size() >= 14) {
        text = mac_at(frame, 6) + " > " + mac_at(frame, 0);
        std::size_t at = 12;
        char word[32];
        while (frame.size() >= at + 6 &&
               (be16_at(frame, at) == kCTag || be16_at(frame, at) == kSTag)) {
            const unsigned tci = be16_at(frame, at + 2);
            std::snprintf(word,
                          sizeof word,
                          " %04x:%u/%u%s",
                          be16_at(frame, at),
                          tci & 0xfff,
                          tci >> 13,
                          (tci & 0x1000) != 0 ? "+dei" : "");
            text += word;
            at += 4;
        }
        std::snprintf(word, sizeof word, " %04x, ", be16_at(frame, at));
        text += word;
    }
    return text + std::to_string(frame.size()) + " bytes";
}

}  // namespace sealane::test
