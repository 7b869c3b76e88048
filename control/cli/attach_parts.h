// What the lines of attach.h are made of, and one function for each who attaches.  Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "control/cli/qemu_version.h"
#include "dataplane/base/result.h"

namespace sealane::cli {

/// A port as its peer sees it.
struct Way {
    enum class Kind : std::uint8_t { StreamToUs, StreamToPeer, Dgram, VhostToUs, VhostToPeer, Shm };

    Kind kind = Kind::StreamToUs;
    std::string path;       ///< Absolute; of Dgram the one that we make.
    std::string peer_path;  ///< Of Dgram: the one that the peer makes.
    unsigned queues = 1;    ///< Of vhost-user.
    std::string mac;        ///< Empty: the peer may have any.
    std::string id;         ///< For the peer's own objects.

    [[nodiscard]] bool is_vhost() const {
        return kind == Kind::VhostToUs || kind == Kind::VhostToPeer;
    }
};

/// One way to write it.
struct AttachLine {
    std::string what;               ///< Heading, such as "QEMU 7.2, x86".
    std::string text;               ///< To be pasted.
    std::vector<std::string> args;  ///< Of a command: its words.
};
using AttachLines = std::vector<AttachLine>;

// The Error says why there is none: a version, or a path that can't be written there.
/// Both of all but Shm.
[[nodiscard]] Result<AttachLines> lines_for_qemu(const Way& way, const QemuVersion& version);
[[nodiscard]] Result<AttachLines> lines_for_libvirt(const Way& way, const QemuVersion& version);
[[nodiscard]] Result<AttachLines> lines_for_vde(const Way& way);      ///< Of StreamToUs only.
[[nodiscard]] Result<AttachLines> lines_for_testpmd(const Way& way);  ///< Of vhost-user only.
/// Of StreamToUs, Dgram and Shm only.
[[nodiscard]] Result<AttachLines> lines_for_library(const Way& way);

/// `words` as a shell takes them.
[[nodiscard]] std::string shell_text(const std::vector<std::string>& words);
/// `path` as a value in an option of QEMU: a comma stands twice.
[[nodiscard]] std::string qemu_value(const std::string& path);

}  // namespace sealane::cli
