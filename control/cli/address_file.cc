#include "control/cli/address_file.h"

#include <cerrno>
#include <fstream>
#include <system_error>

#include "control/rpc/address_rows.h"

namespace sealane::cli {

namespace {

constexpr std::size_t kMostFaults = 20;  // a wrong file is wrong on every line

}  // namespace

AddressFile read_address_file(const std::string& path) {
    AddressFile file;
    std::ifstream stream(path);
    if (!stream) {
        file.faults.push_back(path + ": " + std::generic_category().message(errno));
        return file;
    }
    std::string text;
    std::size_t wrong = 0;
    for (std::size_t line = 1; std::getline(stream, text); ++line) {
        const auto request = rpc::parse_address_row(text);
        if (!request) {
            if (++wrong > kMostFaults) continue;
            file.faults.push_back(path + ":" + std::to_string(line) + ": " + request.error().text);
            continue;
        }
        if (!*request) continue;
        file.rows.push_back(to_string((*request)->mac) + ' ' +
                            std::to_string((*request)->vlan.value) + ' ' + (*request)->adapter);
        file.lines.push_back(line);
    }
    if (wrong > kMostFaults) {
        file.faults.push_back("and " + std::to_string(wrong - kMostFaults) + " more");
    }
    if (stream.bad()) file.faults.push_back(path + ": can't be read");
    return file;
}

}  // namespace sealane::cli
