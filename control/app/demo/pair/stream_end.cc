#include "control/app/demo/pair/stream_end.h"

#include <array>
#include <cerrno>
#include <sys/socket.h>

#include "dataplane/wire/bytes.h"
#include "dataplane/wire/stream_framing.h"

namespace sealane::app {
namespace {

constexpr std::size_t kMostWaiting = std::size_t{16} << 20;
constexpr std::size_t kReadSize = std::size_t{64} << 10;

bool is_for_later(int error) { return error == EAGAIN || error == EINTR; }

}  // namespace

Result<StreamEnd> StreamEnd::listen(const std::string& name, const std::string& path) {
    Result<port::Listener> listener = port::Listener::open(name, path);
    if (!listener) return listener.error();
    return StreamEnd(std::move(listener).value());
}

void StreamEnd::send(std::span<const std::uint8_t> frame) {
    if (!peer_.is_open() || outward_.size() > kMostWaiting) return;
    std::array<std::uint8_t, wire::kStreamLengthWord> length{};
    wire::store_be32(length.data(), static_cast<std::uint32_t>(frame.size()));
    outward_.insert(outward_.end(), length.begin(), length.end());
    outward_.insert(outward_.end(), frame.begin(), frame.end());
}

void StreamEnd::flush() {
    if (!peer_.is_open() || outward_.empty()) return;
    const ssize_t sent = ::send(peer_.get(), outward_.data(), outward_.size(), MSG_NOSIGNAL);
    if (sent > 0) {
        outward_.erase(outward_.begin(), outward_.begin() + sent);
    } else if (sent < 0 && !is_for_later(errno)) {
        lose_peer();
    }
}

void StreamEnd::receive() {
    inward_.erase(inward_.begin(), inward_.begin() + static_cast<std::ptrdiff_t>(taken_));
    taken_ = 0;
    if (!peer_.is_open()) peer_ = listener_.accept();
    if (peer_.is_open()) read_peer();
}

std::optional<std::span<const std::uint8_t>> StreamEnd::next() {
    for (;;) {
        const std::span<const std::uint8_t> rest = std::span(inward_).subspan(taken_);
        const wire::StreamUnit unit = wire::first_unit(rest);
        if (unit.kind == wire::StreamUnit::Kind::Lost) lose_peer();
        const bool is_whole = unit.kind == wire::StreamUnit::Kind::Frame ||
                              unit.kind == wire::StreamUnit::Kind::Refused;
        if (!is_whole) return {};
        taken_ += unit.size();
        if (unit.kind == wire::StreamUnit::Kind::Frame) {
            return rest.subspan(wire::kStreamLengthWord, unit.length);
        }
    }
}

void StreamEnd::read_peer() {
    std::array<std::uint8_t, kReadSize> bytes;
    for (;;) {
        const ssize_t size = ::recv(peer_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
        if (size < 0 && is_for_later(errno)) return;
        if (size <= 0) {
            // Whole frames that it sent before its end are still good.
            peer_.close();
            outward_.clear();
            return;
        }
        inward_.insert(inward_.end(), bytes.begin(), bytes.begin() + size);
    }
}

void StreamEnd::lose_peer() {
    peer_.close();
    inward_.clear();
    outward_.clear();
    taken_ = 0;
}

}  // namespace sealane::app
