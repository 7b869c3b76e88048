#include "tests/component/port/stream_peer.h"

#include <algorithm>
#include <cerrno>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace sealane::test {
namespace {

sockaddr_un address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    return address;
}

int make_socket() { return socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }

}  // namespace

Bytes with_length(std::uint32_t length, const Bytes& frame) {
    Bytes bytes{static_cast<std::uint8_t>(length >> 24),
                static_cast<std::uint8_t>(length >> 16),
                static_cast<std::uint8_t>(length >> 8),
                static_cast<std::uint8_t>(length)};
    bytes.insert(bytes.end(), frame.begin(), frame.end());
    return bytes;
}

StreamPeer StreamPeer::connect(const std::string& path) {
    const sockaddr_un address = address_of(path);
    StreamPeer peer(make_socket());
    if (::connect(
            peer.socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        peer.close();
    }
    return peer;
}

std::size_t StreamPeer::write(const Bytes& bytes) {
    const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    return sent < 0 ? 0 : static_cast<std::size_t>(sent);
}

Bytes StreamPeer::read(std::size_t most) {
    Bytes bytes(most);
    const ssize_t got = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
    bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    held_.insert(held_.end(), bytes.begin(), bytes.end());
    return bytes;
}

std::vector<Bytes> StreamPeer::frames() {
    while (!read().empty()) {
    }
    std::vector<Bytes> whole;
    std::size_t at = 0;
    while (held_.size() - at >= 4) {
        std::size_t length = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            length = length << 8 | held_[at + i];
        }
        if (held_.size() - at - 4 < length) break;
        const auto begin = held_.begin() + static_cast<std::ptrdiff_t>(at + 4);
        whole.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(length));
        at += 4 + length;
    }
    held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(at));
    return whole;
}

bool StreamPeer::was_closed() {
    Bytes sink(4096);
    ssize_t got = 1;
    while (got > 0) {
        got = ::recv(socket_.get(), sink.data(), sink.size(), 0);
    }
    return got == 0 || errno == ECONNRESET;
}

StreamServer::StreamServer(const std::string& path) : path_(path), socket_(make_socket()) {
    const sockaddr_un address = address_of(path);
    const int bound =
        bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    EXPECT_EQ(bound, 0) << path;
    EXPECT_EQ(listen(socket_.get(), 4), 0);
}

StreamServer::~StreamServer() { unlink(path_.c_str()); }

StreamPeer StreamServer::accept() {
    return StreamPeer(accept4(socket_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
}

}  // namespace sealane::test
