#include "control/rpc/address_rows.h"

#include <charconv>
#include <string>

namespace sealane::rpc {

namespace {

constexpr std::string_view kSpace = " \t\r\n";

/// Takes the first word off `rest`; empty if there is none.
std::string_view take_word(std::string_view& rest) {
    const std::size_t begin = rest.find_first_not_of(kSpace);
    if (begin == std::string_view::npos) return {};
    rest.remove_prefix(begin);
    const std::string_view word = rest.substr(0, rest.find_first_of(kSpace));
    rest.remove_prefix(word.size());
    return word;
}

/// 0, which is no VLAN, for what is no plain number: `010` is 8 to some and 10 to others.
VlanId vlan_in(std::string_view word) {
    VlanId vlan;
    if (word.starts_with('0')) return vlan;
    const auto [end, fault] = std::from_chars(word.data(), word.data() + word.size(), vlan.value);
    return fault == std::errc() && end == word.data() + word.size() ? vlan : VlanId{};
}

}  // namespace

Result<std::optional<runtime::AddressRequest>> parse_address_row(std::string_view row) {
    std::string_view rest = row.substr(0, row.find('#'));
    const std::string_view mac_word = take_word(rest);
    const std::string_view vlan_word = take_word(rest);
    const std::string_view adapter = take_word(rest);
    if (mac_word.empty()) return std::optional<runtime::AddressRequest>();
    if (adapter.empty() || !take_word(rest).empty()) {
        return Error{"a row has three words, MAC VLAN ADAPTER"};
    }
    const auto mac = parse_mac(mac_word);
    if (!mac || mac->is_multicast() || mac->is_zero()) {
        return Error{"'" + std::string(mac_word) +
                     "' is no address of an adapter; one looks like 02:00:5e:10:00:01"};
    }
    const VlanId vlan = vlan_in(vlan_word);
    if (!vlan.is_usable()) {
        return Error{"'" + std::string(vlan_word) + "' is no VLAN; one is from 1 to 4094"};
    }
    return std::optional(runtime::AddressRequest{vlan, *mac, std::string(adapter)});
}

}  // namespace sealane::rpc
