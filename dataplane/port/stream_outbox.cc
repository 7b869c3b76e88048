#include "dataplane/port/stream_outbox.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/socket.h>
#include <sys/uio.h>

#include "dataplane/wire/bytes.h"
#include "dataplane/wire/stream_framing.h"

namespace sealane::port {
namespace {

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

Flushed StreamOutbox::flush(int socket, Tally& tally) {
    while (size() > 0) {
        Gather gather;
        for (std::size_t i = 0; i < size(); ++i) {
            if (!gather.add(queue_.at(i), i == 0 ? head_written_ : 0)) break;
        }
        const ssize_t sent = gather.send_to(socket);
        if (sent < 0) return is_for_want_of_room(errno) ? Flushed::Blocked : Flushed::Broken;
        written(static_cast<std::size_t>(sent), tally);
        if (static_cast<std::size_t>(sent) < gather.bytes()) return Flushed::Blocked;
    }
    return Flushed::Empty;
}

void StreamOutbox::drop_all(Drop why, Tally& tally) {
    queue_.drop_all(why, tally);
    head_written_ = 0;
}

void StreamOutbox::written(std::size_t bytes, Tally& tally) {
    std::uint64_t frames = 0;
    std::uint64_t frame_bytes = 0;
    bytes += head_written_;
    while (size() > 0 && bytes >= size_on_stream(queue_.at(0))) {
        rte_mbuf* const frame = queue_.pop();
        bytes -= size_on_stream(frame);
        ++frames;
        frame_bytes += frame->pkt_len;
        rte_pktmbuf_free(frame);
    }
    head_written_ = bytes;
    if (frames > 0) tally.sent(frames, frame_bytes);
}

}  // namespace sealane::port
