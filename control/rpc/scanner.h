// Where one JSON message ends and the next begins, found without understanding more than brackets
// and strings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sealane::rpc {

inline constexpr int kMaxDepth = 64;
/// Values in one message.  A parsed value takes up to about 100 bytes, whatever it took as text.
inline constexpr std::size_t kMaxValues = 2U << 20U;

/// Fed with a stream in pieces of any size, it stops after each complete object or array.  What it
/// calls Broken can't be followed any further: nobody knows where the next message would begin.
class Scanner {
  public:
    enum class Verdict : std::uint8_t {
        More,      ///< All was used; no value has ended yet.
        Complete,  ///< A value ended with the last byte used.
        Broken,    ///< The byte after the used ones can't be.
    };
    struct Step {
        Verdict verdict = Verdict::More;
        std::size_t used = 0;
        int code = 0;               ///< Broken only: JSON-RPC's code …
        std::string_view why = {};  ///< … and the sentence.
    };

    [[nodiscard]] Step scan(std::string_view bytes);
    /// Between two messages: nothing but white space since the last one.
    [[nodiscard]] bool is_between() const { return depth_ == 0; }

  private:
    [[nodiscard]] Step scan_between(std::string_view bytes, std::size_t at);
    void open(char bracket);
    [[nodiscard]] bool closes_innermost(char bracket) const;

    std::uint64_t is_array_ = 0;  ///< One bit a level, the innermost lowest.
    int depth_ = 0;
    std::size_t values_ = 0;
    bool in_string_ = false;
    bool escaped_ = false;
};

static_assert(kMaxDepth <= 64, "a level is a bit of is_array_");

}  // namespace sealane::rpc
