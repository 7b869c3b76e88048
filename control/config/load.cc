#include "control/config/load.h"

#include <cerrno>
#include <cstring>
#include <fstream>

#include "control/config/load_parts.h"
#include "control/config/rules.h"
#include "control/config/yaml.h"

namespace sealane::config {

Loaded load(std::string_view text, const std::string& file_name) {
    Source source(file_name);
    System system;
    if (const auto root = parse_yaml(text, source)) {
        system = load_system(*root, source);
        check_rules(system, source);
    }
    if (source.has_faults()) return {std::nullopt, std::move(source).take_faults()};
    return {std::move(system), {}};
}

Loaded load_file(const std::string& path) {
    const auto unreadable = [&path](const std::string& why) {
        return Loaded{std::nullopt, {{path, {}, "can't be read: " + why}}};
    };
    std::ifstream file(path, std::ios::binary);
    if (!file) return unreadable(std::strerror(errno));
    std::string text(kMaxFileBytes + 1, '\0');  // one more, to see that there is more
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (file.bad()) return unreadable(std::strerror(errno));
    text.resize(static_cast<std::size_t>(file.gcount()));
    return load(text, path);
}

std::vector<Fault> check(const System& system, const std::string& file_name) {
    Source source(file_name);
    check_rules(system, source);
    return std::move(source).take_faults();
}

}  // namespace sealane::config
