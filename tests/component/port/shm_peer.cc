#include "tests/component/port/shm_peer.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <sys/mman.h>
#include <sys/socket.h>

#include <gtest/gtest.h>

#include "dataplane/port/stream_socket.h"

namespace sealane::test {
namespace {

constexpr std::size_t kMapped = wire::kSharedControlBytes + 4 * wire::kSharedRingBytes;

}  // namespace

ShmPeer::ShmPeer(const std::string& path, const wire::SharedHello& hello)
    : socket_(port::connect_to(path)) {
    EXPECT_TRUE(socket_.is_open()) << std::strerror(errno);
    EXPECT_EQ(::send(socket_.get(), &hello, sizeof hello, MSG_NOSIGNAL),
              static_cast<ssize_t>(sizeof hello));
}

ShmPeer::~ShmPeer() {
    if (base_ != nullptr) munmap(base_, kMapped);
}

bool ShmPeer::read_welcome() {
    iovec piece{&welcome_, sizeof welcome_};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> room{};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = room.data();
    message.msg_controllen = room.size();
    if (recvmsg(socket_.get(), &message, MSG_CMSG_CLOEXEC) != sizeof welcome_) return false;
    const cmsghdr* const passed = CMSG_FIRSTHDR(&message);
    if (passed == nullptr) return false;
    int file = -1;
    std::memcpy(&file, CMSG_DATA(passed), sizeof file);
    file_ = Descriptor(file);
    void* const space = mmap(nullptr, kMapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    base_ = static_cast<std::uint8_t*>(space);
    const auto map = [&](std::uint8_t* at, std::size_t length, std::size_t offset) {
        EXPECT_EQ(mmap(at,
                       length,
                       PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_FIXED,
                       file,
                       static_cast<off_t>(offset)),
                  at);
    };
    map(base_, wire::kSharedControlBytes, 0);
    for (std::size_t i = 0; i < 4; ++i) {
        map(bytes(0) + i * wire::kSharedRingBytes,
            wire::kSharedRingBytes,
            wire::kSharedControlBytes + i / 2 * wire::kSharedRingBytes);
    }
    writer_ = wire::SharedWriter(control(0), bytes(0), wire::kSharedRingBytes, 65'536);
    reader_ = wire::SharedReader(control(1), bytes(1), wire::kSharedRingBytes);
    return true;
}

std::uint8_t* ShmPeer::bytes(std::size_t ring) const {
    return base_ + wire::kSharedControlBytes + ring * 2 * wire::kSharedRingBytes;
}

bool ShmPeer::send(const std::vector<Bytes>& frames) {
    wire::SharedWriter::Taken taken;
    EXPECT_TRUE(writer_.settle(taken));
    bool all = true;
    for (const Bytes& frame : frames) {
        std::uint8_t* const room = writer_.reserve(static_cast<std::uint32_t>(frame.size()));
        all = room != nullptr;
        if (!all) break;
        std::ranges::copy(frame, room);
        writer_.commit(static_cast<std::uint32_t>(frame.size()));
    }
    if (writer_.publish()) wake();
    return all;
}

std::vector<Bytes> ShmPeer::receive(std::size_t most) {
    std::vector<Bytes> all;
    EXPECT_TRUE(reader_.look());
    while (all.size() < most) {
        const wire::SharedReader::Record record = reader_.next();
        if (record.kind != wire::SharedReader::Record::Kind::Frame) break;
        all.emplace_back(record.bytes.begin(), record.bytes.end());
    }
    EXPECT_FALSE(reader_.give_back()) << "the port never waits for room";
    return all;
}

long ShmPeer::drain() {
    std::array<char, 256> wakes;
    return recv(socket_.get(), wakes.data(), wakes.size(), 0);
}

void ShmPeer::wake() { EXPECT_EQ(::send(socket_.get(), "", 1, MSG_NOSIGNAL), 1); }

}  // namespace sealane::test
