#include "control/cli/qemu_version.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <memory>

namespace sealane::cli {

namespace {

struct ClosePipe {
    void operator()(std::FILE* pipe) const { ::pclose(pipe); }
};

/// Takes a number off the front of `text`.
std::optional<unsigned> take_number(std::string_view& text) {
    unsigned number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc() || number > 999) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

bool take_dot(std::string_view& text) {
    if (!text.starts_with('.')) return false;
    text.remove_prefix(1);
    return true;
}

}  // namespace

std::string to_string(const QemuVersion& version) {
    return std::to_string(version.major) + "." + std::to_string(version.minor);
}

std::optional<QemuVersion> parse_qemu_version(std::string_view text) {
    const auto major = take_number(text);
    if (!major || !take_dot(text)) return std::nullopt;
    const auto minor = take_number(text);
    if (!minor) return std::nullopt;
    if (take_dot(text) && !take_number(text)) return std::nullopt;
    if (!text.empty()) return std::nullopt;
    return QemuVersion{*major, *minor};
}

std::optional<QemuVersion> qemu_version_told(std::string_view text) {
    constexpr std::string_view kBefore = "QEMU emulator version ";
    if (!text.starts_with(kBefore)) return std::nullopt;
    text.remove_prefix(kBefore.size());
    return parse_qemu_version(text.substr(0, text.find_first_of(" \n")));
}

std::optional<QemuVersion> installed_qemu() {
    for (const char* const command :
         {"qemu-system-x86_64 --version 2>/dev/null", "qemu-system-ppc64 --version 2>/dev/null"}) {
        const std::unique_ptr<std::FILE, ClosePipe> told(::popen(command, "r"));
        std::array<char, 256> line{};
        if (!told || std::fgets(line.data(), line.size(), told.get()) == nullptr) continue;
        if (const auto version = qemu_version_told(line.data())) return version;
    }
    return std::nullopt;
}

}  // namespace sealane::cli
