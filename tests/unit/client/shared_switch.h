// The switch's side of a `shm:` port, as it may be: the memory is there for tests to spoil.
#pragma once

#include <cstring>
#include <optional>
#include <sys/mman.h>
#include <sys/socket.h>

#include "dataplane/wire/shared_ring.h"
#include "tests/unit/client/peer.h"

namespace sealane::test {

class SharedSwitch {
  public:
    explicit SharedSwitch(Socket socket) : peer(std::move(socket)) {
        file_ = ::memfd_create("switch", MFD_CLOEXEC);
        EXPECT_EQ(::ftruncate(file_, wire::kSharedControlBytes + 2 * wire::kSharedRingBytes), 0);
        base_ = static_cast<std::uint8_t*>(
            ::mmap(nullptr, kMapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        map(0, wire::kSharedControlBytes, 0);
        for (std::size_t i = 0; i < 4; ++i) {
            map(wire::kSharedControlBytes + i * wire::kSharedRingBytes,
                wire::kSharedRingBytes,
                wire::kSharedControlBytes + i / 2 * wire::kSharedRingBytes);
        }
        in.emplace(control(0), bytes(0), wire::kSharedRingBytes);
        out.emplace(control(1), bytes(1), wire::kSharedRingBytes, 4096U);
    }
    SharedSwitch(const SharedSwitch&) = delete;
    SharedSwitch& operator=(const SharedSwitch&) = delete;
    ~SharedSwitch() {
        ::munmap(base_, kMapped);
        ::close(file_);
    }

    /// Reads the hello, and answers it.
    void welcome(wire::SharedWelcome welcome = said()) {
        EXPECT_EQ(peer.read().size(), sizeof(wire::SharedHello));
        iovec piece{&welcome, sizeof welcome};
        alignas(cmsghdr) char room[CMSG_SPACE(sizeof(int))] = {};
        msghdr message{};
        message.msg_iov = &piece;
        message.msg_iovlen = 1;
        message.msg_control = room;
        message.msg_controllen = sizeof room;
        cmsghdr* const passed = CMSG_FIRSTHDR(&message);
        passed->cmsg_level = SOL_SOCKET;
        passed->cmsg_type = SCM_RIGHTS;
        passed->cmsg_len = CMSG_LEN(sizeof(int));
        std::memcpy(CMSG_DATA(passed), &file_, sizeof file_);
        EXPECT_EQ(::sendmsg(peer.descriptor, &message, 0), static_cast<ssize_t>(sizeof welcome));
    }
    [[nodiscard]] static wire::SharedWelcome said() {
        wire::SharedWelcome welcome;
        welcome.max_frame = 65408;
        return welcome;
    }

    void send(const Bytes& frame) {
        std::uint8_t* const room = out->reserve(static_cast<std::uint32_t>(frame.size()));
        ASSERT_NE(room, nullptr);
        std::memcpy(room, frame.data(), frame.size());
        out->commit(static_cast<std::uint32_t>(frame.size()));
        if (out->publish()) peer.write({0});
    }
    /// What the client has sent.
    std::vector<Bytes> take(std::size_t most = SIZE_MAX) {
        std::vector<Bytes> all;
        EXPECT_TRUE(in->look());
        while (all.size() < most) {
            const wire::SharedReader::Record record = in->next();
            if (record.kind != wire::SharedReader::Record::Kind::Frame) break;
            all.emplace_back(record.bytes.begin(), record.bytes.end());
        }
        if (in->give_back()) peer.write({0});
        return all;
    }
    [[nodiscard]] wire::SharedControl& control(std::size_t ring) const {
        return reinterpret_cast<wire::SharedControl*>(base_)[ring];
    }
    [[nodiscard]] std::uint8_t* bytes(std::size_t ring) const {
        return base_ + wire::kSharedControlBytes + ring * 2 * wire::kSharedRingBytes;
    }

    Socket peer;
    std::optional<wire::SharedReader> in;
    std::optional<wire::SharedWriter> out;

  private:
    static constexpr std::size_t kMapped = wire::kSharedControlBytes + 4 * wire::kSharedRingBytes;

    void map(std::size_t at, std::size_t length, std::size_t offset) {
        EXPECT_EQ(::mmap(base_ + at,
                         length,
                         PROT_READ | PROT_WRITE,
                         MAP_SHARED | MAP_FIXED,
                         file_,
                         static_cast<off_t>(offset)),
                  base_ + at);
    }

    int file_ = -1;
    std::uint8_t* base_ = nullptr;
};

}  // namespace sealane::test
