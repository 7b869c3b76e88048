// A port of libsealane-port as tests hold it, and the switch's side of its sockets.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <sealane/port.h>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace sealane::test {

using Bytes = std::vector<std::uint8_t>;

inline constexpr std::uint64_t kMillisecond = 1'000'000;

struct Close {
    void operator()(sealane_port* port) const { sealane_port_close(port); }
};
using Port = std::unique_ptr<sealane_port, Close>;

/// A folder for sockets, gone with the test.
class Folder {
  public:
    Folder() {
        char name[] = "/tmp/sealane-client-XXXXXX";
        path_ = ::mkdtemp(name);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { std::filesystem::remove_all(path_); }
    [[nodiscard]] std::string operator/(const std::string& name) const {
        return path_ + "/" + name;
    }

  private:
    std::string path_;
};

inline sockaddr_un address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    return address;
}

/// A socket bound to a path.
class Socket {
  public:
    Socket(int kind, const std::string& path)
        : descriptor(::socket(AF_UNIX, kind | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
        const sockaddr_un address = address_of(path);
        ::unlink(path.c_str());
        EXPECT_EQ(::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address),
                  0);
        EXPECT_EQ(kind == SOCK_STREAM ? ::listen(descriptor, 4) : 0, 0);
    }
    explicit Socket(int of) : descriptor(of) {}
    Socket(Socket&& other) noexcept : descriptor(std::exchange(other.descriptor, -1)) {}
    Socket& operator=(Socket&& other) noexcept {
        std::swap(descriptor, other.descriptor);
        return *this;
    }
    ~Socket() {
        if (descriptor >= 0) ::close(descriptor);
    }
    /// The next connection.
    [[nodiscard]] Socket accept() const {
        return Socket(::accept4(descriptor, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    }
    void write(const Bytes& bytes) const {
        EXPECT_EQ(::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(bytes.size()));
    }
    /// What is there, at most `most` bytes; of a datagram socket one datagram.
    [[nodiscard]] Bytes read(std::size_t most = 1 << 20) const {
        Bytes bytes(most);
        const ssize_t got = ::recv(descriptor, bytes.data(), most, 0);
        bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return bytes;
    }

    int descriptor;
};

inline Bytes frame(std::uint8_t mark, std::size_t length = 60) { return Bytes(length, mark); }

inline Bytes framed(const Bytes& frame) {
    const auto length = static_cast<std::uint32_t>(frame.size());
    Bytes bytes;
    for (const int shift : {24, 16, 8, 0}) {
        bytes.push_back(static_cast<std::uint8_t>(length >> shift));
    }
    bytes.insert(bytes.end(), frame.begin(), frame.end());
    return bytes;
}

inline Port open(const std::string& url, const sealane_port_options* options = nullptr) {
    char error[256] = "";
    Port port(sealane_port_open(url.c_str(), options, error, sizeof error));
    EXPECT_NE(port, nullptr) << error;
    return port;
}

inline int send(const Port& port, const Bytes& bytes) {
    const sealane_frame one{bytes.data(), bytes.size()};
    return sealane_port_send(port.get(), &one, 1);
}

/// Until it gives none.
inline std::vector<Bytes> receive_all(const Port& port, unsigned at_once = 64) {
    std::vector<Bytes> all;
    std::vector<sealane_frame> frames(at_once);
    for (int count = 0; (count = sealane_port_receive(port.get(), frames.data(), at_once)) > 0;) {
        for (int i = 0; i < count; ++i) {
            const auto* const bytes =
                static_cast<const std::uint8_t*>(frames[static_cast<std::size_t>(i)].bytes);
            all.emplace_back(bytes, bytes + frames[static_cast<std::size_t>(i)].length);
        }
    }
    return all;
}

inline sealane_port_stats stats(const Port& port) {
    sealane_port_stats read{};
    read.size = sizeof read;
    EXPECT_EQ(sealane_port_read_stats(port.get(), &read), 0);
    return read;
}

}  // namespace sealane::test
