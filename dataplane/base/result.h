// The answer of something that can fail for a reason a user must read.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "dataplane/base/check.h"

namespace sealane {

/// What was attempted, on what, why not, and where possible what would be right: one sentence
/// without a final period, ready to print.
struct Error {
    std::string text;

    bool operator==(const Error&) const = default;
};

/// Either a value or an Error.  Asking for the one that isn't there ends the program.
template <typename T>
class [[nodiscard]] Result {
  public:
    // Implicit, so that `return value;` and `return Error{…};` read well.
    // NOLINTNEXTLINE(google-explicit-constructor)
    Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}
    // NOLINTNEXTLINE(google-explicit-constructor)
    Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}

    [[nodiscard]] bool ok() const { return held_.index() == 0; }
    explicit operator bool() const { return ok(); }

    [[nodiscard]] T& value() & { return required(std::get_if<0>(&held_)); }
    [[nodiscard]] const T& value() const& { return required(std::get_if<0>(&held_)); }
    [[nodiscard]] T&& value() && { return std::move(required(std::get_if<0>(&held_))); }
    [[nodiscard]] const Error& error() const { return required(std::get_if<1>(&held_)); }

    T& operator*() { return value(); }
    const T& operator*() const { return value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

  private:
    template <typename Held>
    static Held& required(Held* held) {
        SEALANE_CHECK(held != nullptr, "a Result was asked for what it does not hold");
        return *held;
    }

    std::variant<T, Error> held_;
};

/// Done, or why not.
using Status = Result<std::monostate>;

[[nodiscard]] inline Status done() { return std::monostate{}; }

}  // namespace sealane
