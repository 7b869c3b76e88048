#include "control/rpc/session.h"

#include "control/rpc/dispatch.h"

namespace sealane::rpc {

void Session::handle_bytes(std::string_view bytes) {
    if (closing_ || ended_) return;
    input_.append(bytes);
    work();
}

void Session::handle_end() {
    ended_ = true;
    work();
}

void Session::refuse(int code, const std::string& text) {
    if (closing_) return;
    closing_ = true;
    output_ += error_reply(code, text);
    std::string().swap(input_);
}

void Session::take(std::size_t size) {
    taken_ += size;
    if (taken_ == output_.size()) {
        if (output_.capacity() > kOutputHighWater) {
            std::string().swap(output_);
        }
        output_.clear();
        taken_ = 0;
    }
    work();
}

bool Session::wants_input() const {
    return !closing_ && !ended_ && output().size() < kOutputHighWater;
}

void Session::work() {
    while (!closing_ && output().size() < kOutputHighWater) {
        const Scanner::Step step = scanner_.scan(std::string_view(input_).substr(scanned_));
        scanned_ += step.used;
        if (scanner_.is_between() && step.verdict == Scanner::Verdict::More) begin_ = scanned_;
        if (step.verdict == Scanner::Verdict::Broken) {
            return refuse(step.code, std::string(step.why));
        }
        if (scanned_ - begin_ > kMaxMessage) {
            return refuse(kTooMuch, "a message is longer than 64 MiB");
        }
        if (step.verdict == Scanner::Verdict::More) {
            if (ended_ && !scanner_.is_between()) {
                return refuse(kParseError, "the connection ended inside a message");
            }
            closing_ = ended_;
            break;
        }
        std::string_view message(input_.data() + begin_, scanned_ - begin_);
        // Space before it may have come with it or alone: a fault's place is told without it.
        message.remove_prefix(message.find_first_of("{["));
        output_ += answer(*methods_, message);
        ++answered_;
        begin_ = scanned_;
    }
    forget_done();
}

void Session::forget_done() {
    if (begin_ == input_.size() && input_.capacity() > kOutputHighWater) {
        std::string().swap(input_);
    }
    input_.erase(0, begin_);
    scanned_ -= begin_;
    begin_ = 0;
}

}  // namespace sealane::rpc
