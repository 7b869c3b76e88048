// One client's conversation as bytes in, bytes out: no socket, no thread, no clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "control/rpc/method.h"
#include "control/rpc/scanner.h"

namespace sealane::rpc {

inline constexpr std::size_t kMaxMessage = 64U << 20U;
/// While so much waits to be read by the client, nothing more is read from it or done for it.
inline constexpr std::size_t kOutputHighWater = 1U << 20U;

/// Messages are JSON values one after another, white space between them optional; each answer ends
/// in a newline.  Whatever arrives, memory stays within kMaxMessage + kOutputHighWater + one
/// answer, and the worst that follows is the end of this session.
///
/// Borrows `methods`, which must outlive it.
class Session {
  public:
    explicit Session(const Methods& methods) : methods_(&methods) {}

    /// As read from the client.  May leave complete messages undone until output is taken.
    void handle_bytes(std::string_view bytes);
    /// The client will send no more; it still gets its answers.
    void handle_end();
    /// Ends the session with an error that answers nothing in particular.
    void refuse(int code, const std::string& text);

    [[nodiscard]] std::string_view output() const {
        return std::string_view(output_).substr(taken_);
    }
    /// The first `size` bytes of output() have been sent; goes on with what was left undone.
    void take(std::size_t size);

    [[nodiscard]] bool wants_input() const;
    [[nodiscard]] bool is_finished() const { return closing_ && output().empty(); }
    [[nodiscard]] std::size_t input_held() const { return input_.size(); }
    /// Requests (and what was none) answered so far.
    [[nodiscard]] std::uint64_t answered() const { return answered_; }

  private:
    void work();
    void forget_done();

    const Methods* methods_;
    Scanner scanner_;
    std::string input_;        ///< From the first byte of the message that is not done yet.
    std::size_t begin_ = 0;    ///< Of that message, while work() runs.
    std::size_t scanned_ = 0;  ///< Up to here the scanner has seen it.
    std::string output_;
    std::size_t taken_ = 0;
    std::uint64_t answered_ = 0;
    bool ended_ = false;
    bool closing_ = false;  ///< No more is read or done; what is in output_ is the last.
};

}  // namespace sealane::rpc
