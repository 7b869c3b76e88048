#include "control/rpc/scanner.h"

#include "control/rpc/method.h"

namespace sealane::rpc {

namespace {

bool is_space(char byte) { return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r'; }

Scanner::Step broken(std::size_t used, int code, std::string_view why) {
    return {Scanner::Verdict::Broken, used, code, why};
}

}  // namespace

Scanner::Step Scanner::scan(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const char byte = bytes[i];
        if (in_string_) {
            if (static_cast<unsigned char>(byte) < 0x20) {
                return broken(i, kParseError, "a control character inside a string");
            }
            if (escaped_) {
                escaped_ = false;
            } else if (byte == '\\') {
                escaped_ = true;
            } else if (byte == '"') {
                in_string_ = false;
            }
            continue;
        }
        if (depth_ == 0) {
            if (is_space(byte)) continue;
            const Step step = scan_between(bytes, i);
            if (step.verdict == Verdict::Broken) return step;
        }
        switch (byte) {
            case '"':
                in_string_ = true;
                break;
            case '{':
            case '[':
                if (depth_ == kMaxDepth) {
                    return broken(i, kInvalidRequest, "nested deeper than 64 levels");
                }
                open(byte);
                break;
            case '}':
            case ']':
                if (!closes_innermost(byte)) {
                    return broken(i, kParseError, "a bracket is closed that was not opened");
                }
                is_array_ >>= 1U;
                if (--depth_ == 0) return {Verdict::Complete, i + 1};
                break;
            case ',':
                ++values_;
                break;
            default:
                break;
        }
        if (values_ > kMaxValues) {
            return broken(i, kTooMuch, "more than 2097152 values in one message");
        }
    }
    return {Verdict::More, bytes.size()};
}

Scanner::Step Scanner::scan_between(std::string_view bytes, std::size_t at) {
    values_ = 0;
    const char byte = bytes[at];
    if (byte == '{' || byte == '[') return {};
    constexpr std::string_view kScalarStarts = "\"-0123456789tfn";
    if (kScalarStarts.find(byte) != std::string_view::npos) {
        return broken(at, kInvalidRequest, "a message is an object or an array");
    }
    return broken(at, kParseError, "not JSON: a message begins with { or [");
}

void Scanner::open(char bracket) {
    is_array_ = is_array_ << 1U | (bracket == '[' ? 1U : 0U);
    ++depth_;
    ++values_;
}

bool Scanner::closes_innermost(char bracket) const {
    return ((is_array_ & 1U) != 0) == (bracket == ']');
}

}  // namespace sealane::rpc
