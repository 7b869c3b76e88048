// Frames as plain bytes: how tests write what goes in and what must come out.  Shares no code with
// the product's parser and tagger, so that it can't share their mistakes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "dataplane/base/mac.h"

namespace sealane::test {

using Bytes = std::vector<std::uint8_t>;

inline constexpr std::uint16_t kCTag = 0x8100;
inline constexpr std::uint16_t kSTag = 0x88a8;
inline constexpr MacAddress kBroadcast{0xffff'ffff'ffff};

struct Tag {
    std::uint16_t vid = 0;
    std::uint8_t pcp = 0;
    bool dei = false;
    std::uint16_t tpid = kCTag;
};

/// The recipe of a frame: a value with verbs, read from left to right as the frame is on the wire.
///
///     frame(kBroadcast, kAlice).tag({.vid = 10, .pcp = 5}).sized(1518)
class FrameSpec {
  public:
    FrameSpec(MacAddress dst, MacAddress src) : dst_(dst), src_(src) {}

    /// One more tag behind those that are there.
    [[nodiscard]] FrameSpec tag(Tag tag) const;
    /// The same frame without any tag.
    [[nodiscard]] FrameSpec untagged() const;
    /// EtherType (or length) behind the tags.
    [[nodiscard]] FrameSpec type(std::uint16_t ether_type) const;
    /// Total length with the tags so far, without FCS; at least the headers.
    [[nodiscard]] FrameSpec sized(std::size_t length) const;
    /// Makes the payload this frame's own, so that frames can be told apart.
    [[nodiscard]] FrameSpec numbered(std::uint32_t number) const;
    [[nodiscard]] FrameSpec to(MacAddress dst) const;
    [[nodiscard]] FrameSpec from(MacAddress src) const;

    [[nodiscard]] Bytes bytes() const;

  private:
    MacAddress dst_, src_;
    std::vector<Tag> tags_;
    std::uint16_t ether_type_ = 0x0800;
    std::size_t payload_ = 46;
    std::uint32_t number_ = 0;
};

[[nodiscard]] inline FrameSpec frame(MacAddress dst, MacAddress src) { return {dst, src}; }

/// `frames[i]` is `spec` with number `first` + i.
[[nodiscard]] std::vector<Bytes> numbered_frames(const FrameSpec& spec,
                                                 std::size_t count,
                                                 std::uint32_t first = 0);

/// "02:..:01 > ff:..:ff 8100:10/5 0800, 64 bytes": enough to see what is wrong with a frame.
[[nodiscard]] std::string describe(const Bytes& frame);

}  // namespace sealane::test
