// Which QEMU a line is for: options came with its versions.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace sealane::cli {

struct QemuVersion {
    unsigned major = 7, minor = 2;  ///< By default Debian 12's.

    auto operator<=>(const QemuVersion&) const = default;
};

/// `-netdev stream` and `-netdev dgram` came with it.
inline constexpr QemuVersion kQemuWithStream{7, 2};
/// `-netdev stream,reconnect=SECONDS`.
inline constexpr QemuVersion kQemuWithReconnect{8, 0};
/// `reconnect-ms=` in its place, for character devices too.
inline constexpr QemuVersion kQemuWithReconnectMs{9, 2};

[[nodiscard]] std::string to_string(const QemuVersion& version);

/// "7.2", also "7.2.22"; empty: it is none.
[[nodiscard]] std::optional<QemuVersion> parse_qemu_version(std::string_view text);

/// Of "QEMU emulator version 7.2.22 (Debian ...)", as `--version` prints it.
[[nodiscard]] std::optional<QemuVersion> qemu_version_told(std::string_view text);

/// Asks the QEMU that is on the PATH, for x86-64 or POWER; empty: there is none.
[[nodiscard]] std::optional<QemuVersion> installed_qemu();

}  // namespace sealane::cli
