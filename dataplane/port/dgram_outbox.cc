#include "dataplane/port/dgram_outbox.h"

#include <array>
#include <cerrno>
#include <sys/socket.h>
#include <sys/uio.h>

#include "dataplane/port/frame_copy.h"

namespace sealane::port {

/// What one sendmmsg() takes.
class DgramOutbox::Volley {
  public:
    /// Adds `frame`; `whole` is for the bytes of one in too many pieces, which must be the first.
    /// False: it does not fit in any more.
    bool add(const rte_mbuf* frame, std::uint8_t* whole) {
        if (used_ == messages_.size()) return false;
        msghdr& message = messages_[used_].msg_hdr;
        message.msg_iov = &pieces_[pieces_used_];
        if (frame->nb_segs > pieces_.size() - pieces_used_) {
            if (used_ > 0) return false;
            copy_bytes(frame, whole);
            pieces_[pieces_used_++] = {whole, frame->pkt_len};
            message.msg_iovlen = 1;
        } else {
            for (const rte_mbuf* piece = frame; piece != nullptr; piece = piece->next) {
                pieces_[pieces_used_++] = {rte_pktmbuf_mtod(piece, void*), piece->data_len};
            }
            message.msg_iovlen = frame->nb_segs;
        }
        ++used_;
        return true;
    }

    /// How many messages the socket took; -1: errno says why none.
    [[nodiscard]] int send_to(int socket) {
        return sendmmsg(socket, messages_.data(), used_, MSG_DONTWAIT | MSG_NOSIGNAL);
    }
    [[nodiscard]] unsigned size() const { return used_; }

  private:
    std::array<mmsghdr, 64> messages_{};
    std::array<iovec, 256> pieces_;
    unsigned used_ = 0;
    std::size_t pieces_used_ = 0;
};

DgramOutbox::DgramOutbox(std::uint32_t max_frames, std::uint32_t max_frame)
    : queue_(max_frames, max_frame),
      whole_(std::make_unique_for_overwrite<std::uint8_t[]>(max_frame)) {}

Flushed DgramOutbox::flush(int socket, Tally& tally) {
    while (size() > 0) {
        Volley volley;
        for (std::size_t i = 0; i < size(); ++i) {
            if (!volley.add(queue_.at(i), whole_.get())) break;
        }
        const int taken = volley.send_to(socket);
        if (taken >= 0) {
            sent(static_cast<std::size_t>(taken), tally);
        } else if (errno == EMSGSIZE) {
            tally.drop(queue_.pop(), Direction::Out, Drop::Oversize);
        } else {
            return is_for_want_of_room(errno) ? Flushed::Blocked : Flushed::Broken;
        }
    }
    return Flushed::Empty;
}

void DgramOutbox::sent(std::size_t frames, Tally& tally) {
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < frames; ++i) {
        rte_mbuf* const frame = queue_.pop();
        bytes += frame->pkt_len;
        rte_pktmbuf_free(frame);
    }
    tally.sent(frames, bytes);
}

}  // namespace sealane::port
