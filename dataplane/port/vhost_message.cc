#include "dataplane/port/vhost_message.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <unistd.h>

#include <rte_version.h>

namespace sealane::port {
namespace {

constexpr std::uint32_t kGetQueueNumber = 17, kGetInflight = 31, kSetInflight = 32;

/// A message begins with three words and its payload.
struct Message {
    std::uint32_t request;
    std::uint32_t flags;
    std::uint32_t size;
    std::uint64_t payload;
} __attribute__((packed));

/// Descriptors that came with a message: the first `count`; the others are -1.
struct Files {
    std::array<int, 8> all;
    std::int32_t count;
};

/// Closes what came along.  The library forgets it where we answer, and where it refuses memory in
/// flight: a peer could take all the descriptors that we may have.  (It does not ask us about
/// memory in flight of no queues, or of more than 256, and forgets what came with that.)  Where it
/// stands no header tells: it is at once behind the longest message of 22.11.  Nothing is touched
/// unless it looks just so.
void close_files(void* message) {
    static_assert(RTE_VER_YEAR == 22 && RTE_VER_MONTH == 11, "where are the descriptors now?");
    constexpr std::size_t kLongestMessage = 644;
    auto* const place = static_cast<std::uint8_t*>(message) + kLongestMessage;
    Files files{};
    std::memcpy(&files, place, sizeof files);
    if (files.count <= 0 || files.count > static_cast<int>(files.all.size())) return;

    const auto last = files.all.begin() + files.count;
    const bool is_so = std::all_of(files.all.begin(), last, [](int fd) { return fd >= 0; }) &&
                       std::all_of(last, files.all.end(), [](int fd) { return fd == -1; });
    if (!is_so) return;

    std::for_each(files.all.begin(), last, [](int fd) { close(fd); });
    files.all.fill(-1);
    files.count = 0;
    std::memcpy(place, &files, sizeof files);
}

}  // namespace

MessageFate before_the_library(void* message, std::uint16_t queues) {
    Message asked{};
    std::memcpy(&asked, message, sizeof asked);
    switch (asked.request) {
        case kGetQueueNumber:
            // The library would tell it that it may have 128 pairs of them.
            close_files(message);
            asked.payload = queues;
            asked.size = sizeof asked.payload;
            std::memcpy(message, &asked, sizeof asked);
            return MessageFate::Reply;
        case kGetInflight:
        case kSetInflight:
            // Asked for it, the library would make and clear memory for as many queues of any size
            // as the peer says, up to 64 GiB.  It refuses a payload of another size.
            close_files(message);
            asked.size = 0;
            std::memcpy(message, &asked, sizeof asked);
            return MessageFate::Library;
        default:
            return MessageFate::Library;
    }
}

}  // namespace sealane::port
