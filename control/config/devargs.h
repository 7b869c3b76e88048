// What may be wrong with a DPDK device's name and arguments, as far as we can tell without DPDK.
// Pure functions, internal to this folder.
#pragma once

#include <string>
#include <string_view>

namespace sealane::config {

/// The value of "key=..." in "net_x0,key=...,other=...", or nothing.
[[nodiscard]] std::string devarg(const std::string& devargs, const std::string& key);

/// Its driver can take its link down while it stays open: a kernel's interface, or what is no
/// virtual device.
[[nodiscard]] bool may_lose_link(const std::string& devargs);

/// What is wrong with `devargs`, and after a semicolon what would be right; empty if nothing is.
/// DPDK knows a device by several names and takes the last of keys given twice: what we refuse, or
/// allow to one adapter only, must not come in by another spelling.
[[nodiscard]] std::string fault_of_devargs(const std::string& devargs);

}  // namespace sealane::config
