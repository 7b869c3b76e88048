#include "dataplane/port/stream_outbox.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/socket.h>
#include <sys/uio.h>

#include "dataplane/base/check.h"
#include "dataplane/port/pools.h"
#include "dataplane/wire/bytes.h"
#include "dataplane/wire/stream_framing.h"

namespace sealane::port {
namespace {

constexpr std::size_t kLeastBytes = std::size_t{1} << 20;

std::size_t most_bytes(std::uint32_t max_frame) {
    return std::max(kLeastBytes, 4 * (wire::kStreamLengthWord + max_frame));
}

std::size_t size_on_stream(const rte_mbuf* frame) {
    return wire::kStreamLengthWord + frame->pkt_len;
}

/// The pieces of one sendmsg(): length words and the frames' buffers, as far as they fit.
class Gather {
  public:
    /// Adds `frame` without its first `skip` bytes on the stream.  False: it is full.
    bool add(const rte_mbuf* frame, std::size_t skip) {
        if (words_used_ == words_.size()) return false;
        std::array<std::uint8_t, wire::kStreamLengthWord>& word = words_[words_used_++];
        wire::store_be32(word.data(), frame->pkt_len);
        if (!add(word.data(), word.size(), skip)) return false;
        for (const rte_mbuf* piece = frame; piece != nullptr; piece = piece->next) {
            if (!add(rte_pktmbuf_mtod(piece, std::uint8_t*), piece->data_len, skip)) return false;
        }
        return true;
    }

    /// How many bytes the socket took; -1: errno says why none.
    [[nodiscard]] ssize_t send_to(int socket) {
        msghdr message{};
        message.msg_iov = pieces_.data();
        message.msg_iovlen = used_;
        return sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    }

    [[nodiscard]] std::size_t bytes() const { return bytes_; }

  private:
    bool add(std::uint8_t* bytes, std::size_t length, std::size_t& skip) {
        const std::size_t skipped = std::min(skip, length);
        skip -= skipped;
        if (length == skipped) return true;
        if (used_ == pieces_.size()) return false;
        pieces_[used_++] = {bytes + skipped, length - skipped};
        bytes_ += length - skipped;
        return true;
    }

    std::array<std::array<std::uint8_t, wire::kStreamLengthWord>, 64> words_;
    std::array<iovec, 256> pieces_;
    std::size_t words_used_ = 0, used_ = 0, bytes_ = 0;
};

}  // namespace

StreamOutbox::StreamOutbox(std::uint32_t max_frames, std::uint32_t max_frame)
    : ring_(std::max<std::size_t>(max_frames, 1)),
      max_bytes_(most_bytes(max_frame)),
      max_buffers_(most_buffers(max_frames, max_frame)) {}

std::size_t StreamOutbox::most_buffers(std::uint32_t max_frames, std::uint32_t max_frame) {
    return std::max<std::size_t>(max_frames, 1) + most_bytes(max_frame) / kBufferRoom;
}

StreamOutbox::~StreamOutbox() {
    while (size() > 0) {
        rte_pktmbuf_free(pop());
    }
}

bool StreamOutbox::has_room_for(const rte_mbuf* frame) const {
    return size() < ring_.size() && bytes_ + size_on_stream(frame) <= max_bytes_ &&
           (size() == 0 || buffers_ + frame->nb_segs <= max_buffers_);
}

void StreamOutbox::push(rte_mbuf* frame) {
    SEALANE_ASSERT(has_room_for(frame), "pushed into a full queue");
    const std::size_t held = size();
    ring_[(first_ + held) % ring_.size()] = frame;
    bytes_ += size_on_stream(frame);
    buffers_ += frame->nb_segs;
    count_.store(held + 1, std::memory_order_relaxed);
}

StreamOutbox::Flushed StreamOutbox::flush(int socket, Tally& tally) {
    while (size() > 0) {
        Gather gather;
        for (std::size_t i = 0; i < size(); ++i) {
            if (!gather.add(at(i), i == 0 ? head_written_ : 0)) break;
        }
        const ssize_t sent = gather.send_to(socket);
        if (sent < 0) {
            const bool full =
                errno == EAGAIN || errno == EINTR || errno == ENOBUFS || errno == ENOMEM;
            return full ? Flushed::Blocked : Flushed::Broken;
        }
        written(static_cast<std::size_t>(sent), tally);
        if (static_cast<std::size_t>(sent) < gather.bytes()) return Flushed::Blocked;
    }
    return Flushed::Empty;
}

void StreamOutbox::drop_all(Drop why, Tally& tally) {
    while (size() > 0) {
        tally.drop(pop(), Direction::Out, why);
    }
}

rte_mbuf* StreamOutbox::pop() {
    rte_mbuf* const frame = ring_[first_];
    first_ = (first_ + 1) % ring_.size();
    bytes_ -= size_on_stream(frame);
    buffers_ -= frame->nb_segs;
    head_written_ = 0;
    count_.store(size() - 1, std::memory_order_relaxed);
    return frame;
}

void StreamOutbox::written(std::size_t bytes, Tally& tally) {
    std::uint64_t frames = 0;
    std::uint64_t frame_bytes = 0;
    bytes += head_written_;
    while (size() > 0 && bytes >= size_on_stream(at(0))) {
        bytes -= size_on_stream(at(0));
        rte_mbuf* const frame = pop();
        ++frames;
        frame_bytes += frame->pkt_len;
        rte_pktmbuf_free(frame);
    }
    head_written_ = bytes;
    if (frames > 0) tally.sent(frames, frame_bytes);
}

}  // namespace sealane::port
