#include "control/cli/table.h"

#include <algorithm>
#include <string_view>

namespace sealane::cli {

namespace {

/// Characters, not bytes of UTF-8.
std::size_t width_of(const std::string& text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xc0) != 0x80; }));
}

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

/// Takes the digits at the front, without leading zeros.
std::string_view take_number(std::string_view& text) {
    const auto past = static_cast<std::size_t>(
        std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
    std::string_view number = text.substr(0, past);
    text.remove_prefix(past);
    number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
    return number;
}

}  // namespace

std::string Table::text() const {
    std::vector<std::size_t> widths;
    std::vector<std::string> titles;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        titles.push_back(columns_[i].title);
        widths.push_back(width_of(columns_[i].title));
        for (const auto& row : rows_) {
            widths[i] = std::max(widths[i], width_of(row[i]));
        }
    }
    std::string text;
    const auto add_line = [&](const std::vector<std::string>& cells) {
        for (std::size_t i = 0; i < cells.size(); ++i) {
            const std::string room(widths[i] - width_of(cells[i]), ' ');
            text += i == 0 ? "" : "  ";
            text += columns_[i].align == Align::Right ? room + cells[i] : cells[i] + room;
        }
        text.erase(text.find_last_not_of(' ') + 1);
        text += '\n';
    };
    add_line(titles);
    for (const auto& row : rows_) {
        add_line(row);
    }
    return text;
}

bool comes_before(const std::string& a, const std::string& b) {
    std::string_view left = a;
    std::string_view right = b;
    while (!left.empty() && !right.empty()) {
        if (is_digit(left.front()) && is_digit(right.front())) {
            const std::string_view x = take_number(left);
            const std::string_view y = take_number(right);
            if (x.size() != y.size()) return x.size() < y.size();
            if (x != y) return x < y;
        } else {
            if (left.front() != right.front()) return left.front() < right.front();
            left.remove_prefix(1);
            right.remove_prefix(1);
        }
    }
    return left.empty() != right.empty() ? left.empty() : a < b;
}

}  // namespace sealane::cli
