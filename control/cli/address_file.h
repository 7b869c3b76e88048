// The file of `sealane fdb load`.
#pragma once

#include <string>
#include <vector>

namespace sealane::cli {

/// Rows to send, and the line that each came from; or faults, "FILE:LINE: why", ready to print.
struct AddressFile {
    std::vector<std::string> rows;
    std::vector<std::size_t> lines;
    std::vector<std::string> faults;
};

/// Lines of MAC VLAN ADAPTER; '#' begins a comment.
[[nodiscard]] AddressFile read_address_file(const std::string& path);

}  // namespace sealane::cli
