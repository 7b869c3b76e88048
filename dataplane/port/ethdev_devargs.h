// What can be read from a device's arguments before it is opened, and what to say when it can't be.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sealane::port {

/// The value of "key=..." in "net_x0,key=...,other=...", or nothing.
[[nodiscard]] std::string_view devargs_value(std::string_view devargs, std::string_view key);

[[nodiscard]] bool is_packet_socket(std::string_view devargs);
/// net_tap with a name for its interface and no other wish.
[[nodiscard]] bool is_plain_tap(std::string_view devargs);

/// The longest frame that net_af_packet receives whole with these arguments, without a tag; longer
/// ones it hands out cut off.
[[nodiscard]] std::uint32_t packet_socket_room(std::string_view devargs);

/// What makes room for frames of `mtu` where these arguments leave too little; `carries` is what
/// the interface itself does, 0: not known.
[[nodiscard]] std::string advise_packet_socket(std::string_view devargs,
                                               std::uint32_t mtu,
                                               std::uint32_t carries);

/// Whether the device carries a frame in several buffers, both ways, though it does not say so.
[[nodiscard]] bool chains_silently(std::string_view devargs);

/// Bytes that a buffer must take to please the device.
[[nodiscard]] std::uint32_t buffer_room_for(std::string_view devargs);

/// Why this device is not to be had, as far as can be found out, with what would help.
[[nodiscard]] std::string explain_failed_probe(std::string_view devargs, int fault);

}  // namespace sealane::port
