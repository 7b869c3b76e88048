// What CLI11 fills in.  Internal to this folder: command_line.cc has the whole line and the verbs
// that need no daemon, daemon_verbs.cc the others.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

#include "control/cli/invocation.h"
#include "control/cli/number.h"

namespace sealane::cli {

inline constexpr const char* kCommonOptions =
    "Also: --json, --control PATH, --timeout SECONDS (`sealane --help`).";

/// CLI11 writes through pointers; this is what they point to.
struct Parser {
    explicit Parser(const std::string& default_control);

    CLI::App app{"PowerVM's virtual network in software", "sealane"};
    Invocation asked;
    bool version_flag = false;
    std::uint16_t vlan = 0;
    double watch_s = 0;
    std::uint32_t limit = 0;

    void add_local_verbs();
    void add_bench();
    void add_watching_verbs();
    void add_config();
    void add_fdb();
    void add_adapter();
    void add_mtu();
    void add_impair();
    void add_port();
    void add_sea();
    CLI::App* add_verb(CLI::App* parent, const char* name, const char* meaning, Verb verb);
    void take_over();
};

// CLI11's own ranges take nan for a number, and 010, 0x8 and +8 for VLAN 8.
inline auto count_within(std::uint32_t least, std::uint32_t most) {
    return [=](const std::string& text) { return fault_of_count(text, least, most); };
}

inline auto seconds_within(double least, double most) {
    return [=](const std::string& text) { return fault_of_seconds(text, least, most); };
}

}  // namespace sealane::cli
