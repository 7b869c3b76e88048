// Which flow a frame belongs to, for those who spread frames over several queues.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace sealane::wire {

/// A number that frames of one flow share: those with the same IP addresses and TCP or UDP ports.
/// Other packets, fragments among them, go by their IP addresses alone, and what is no whole IP
/// packet by its MAC addresses.  The frame is `length` bytes long, and the first
/// min(length, kL4ParseLength) of them are `bytes`.
[[nodiscard]] std::uint32_t flow_of(std::span<const std::uint8_t> bytes, std::size_t length);

}  // namespace sealane::wire
