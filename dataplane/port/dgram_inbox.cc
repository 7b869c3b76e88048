#include "dataplane/port/dgram_inbox.h"

#include <algorithm>
#include <array>
#include <sys/socket.h>
#include <sys/uio.h>

#include "dataplane/port/frame_copy.h"
#include "dataplane/wire/tag.h"

namespace sealane::port {

DgramInbox::DgramInbox(std::uint32_t max_frame)
    : max_frame_(max_frame),
      slots_(std::make_unique_for_overwrite<std::uint8_t[]>(std::size_t{kAtOnce} * max_frame)) {}

DgramInbox::Taken DgramInbox::take(
    int socket, rte_mbuf** frames, std::uint16_t room, rte_mempool* pool, Tally& tally) {
    Taken taken;
    std::array<std::uint32_t, kAtOnce> lengths;
    for (bool more = true; more && taken.frames < room;) {
        const auto most = std::min(kAtOnce, static_cast<std::uint16_t>(room - taken.frames));
        const std::uint16_t came = read(socket, most, lengths.data());
        more = came == most;
        taken.any = taken.any || came > 0;
        for (std::uint16_t i = 0; i < came; ++i) {
            const std::uint32_t length = lengths[i];
            if (length < wire::kHeaderLength || length > max_frame_) {
                tally.refused(length > max_frame_ ? Drop::Oversize : Drop::Runt, length);
                continue;
            }
            const std::uint8_t* const bytes = slots_.get() + std::size_t{i} * max_frame_;
            if (rte_mbuf* const made = frame_of({bytes, length}, pool); made != nullptr) {
                frames[taken.frames++] = made;
            } else {
                tally.refused(Drop::NoBuffer, length);
            }
        }
    }
    return taken;
}

void DgramInbox::refuse(int socket, Drop why, Tally& tally) {
    std::array<std::uint32_t, kAtOnce> lengths;
    const std::uint16_t came = read(socket, kAtOnce, lengths.data());
    for (std::uint16_t i = 0; i < came; ++i) {
        tally.refused(why, lengths[i]);
    }
}

std::uint16_t DgramInbox::read(int socket, std::uint16_t most, std::uint32_t* lengths) {
    std::array<iovec, kAtOnce> slots;
    std::array<mmsghdr, kAtOnce> messages{};
    for (std::uint16_t i = 0; i < most; ++i) {
        slots[i] = {slots_.get() + std::size_t{i} * max_frame_, max_frame_};
        messages[i].msg_hdr.msg_iov = &slots[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    // MSG_TRUNC: the length that it had, even if the slot was too small.  A fault is of the
    // connection (ECONNRESET), is told once, and costs nothing that was sent.
    const int came = recvmmsg(socket, messages.data(), most, MSG_DONTWAIT | MSG_TRUNC, nullptr);
    for (int i = 0; i < came; ++i) {
        lengths[i] = messages[static_cast<std::size_t>(i)].msg_len;
    }
    return static_cast<std::uint16_t>(std::max(came, 0));
}

}  // namespace sealane::port
