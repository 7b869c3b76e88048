// Text in columns.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sealane::cli {

/// Rows of cells under titles, each column as wide as its widest cell, two spaces between, no space
/// at the end of a line.
class Table {
  public:
    enum class Align : std::uint8_t { Left, Right };
    struct Column {
        std::string title;
        Align align = Align::Left;
    };

    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

    /// As many cells as columns.
    void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
    [[nodiscard]] bool is_empty() const { return rows_.empty(); }
    [[nodiscard]] std::string text() const;

  private:
    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

/// "ent9" before "ent10": runs of digits compare as numbers.
[[nodiscard]] bool comes_before(const std::string& a, const std::string& b);

}  // namespace sealane::cli
