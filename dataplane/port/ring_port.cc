#include "dataplane/port/ring_port.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include <rte_errno.h>
#include <rte_ring.h>

#include "dataplane/base/check.h"
#include "dataplane/port/frame.h"
#include "dataplane/port/offload.h"

namespace sealane::port {

// Shared by the two ends: frames in one direction, and a bell for a receiver that sleeps.
class RingChannel {
  public:
    RingChannel(rte_ring* ring, std::uint32_t most_buffers, int bell)
        : ring_(ring), bell_(bell), most_buffers_(most_buffers), before_(ring->size) {}
    RingChannel(const RingChannel&) = delete;
    RingChannel& operator=(const RingChannel&) = delete;
    ~RingChannel() {
        rte_mbuf* frame = nullptr;
        while (pop(&frame, 1) == 1) {
            rte_pktmbuf_free(frame);
        }
        close(bell_);
        std::free(ring_);
    }

    std::uint16_t push(rte_mbuf** frames, std::uint16_t count) {
        void** const pointers = reinterpret_cast<void**>(frames);
        const unsigned fitting = fit(frames, count);
        const unsigned taken = rte_ring_sp_enqueue_burst(ring_, pointers, fitting, nullptr);
        SEALANE_ASSERT(taken == fitting, "somebody else pushed into a ring");
        // Reads by writing, as prepare_to_sleep() does: of two such one comes first.  Either we see
        // the sleeper, or it comes after us and sees the frames.
        if (taken > 0 && asleep_.fetch_add(0, std::memory_order_acq_rel) != 0) ring_bell();
        return static_cast<std::uint16_t>(taken);
    }

    std::uint16_t pop(rte_mbuf** frames, std::uint16_t room) {
        void** const pointers = reinterpret_cast<void**>(frames);
        return static_cast<std::uint16_t>(
            rte_ring_sc_dequeue_burst(ring_, pointers, room, nullptr));
    }

    bool prepare_to_sleep() {
        asleep_.exchange(1, std::memory_order_acq_rel);
        return count() == 0;
    }

    void awake() {
        if (asleep_.load(std::memory_order_relaxed) == 0) return;
        asleep_.store(0, std::memory_order_relaxed);
        std::uint64_t rung = 0;
        [[maybe_unused]] const ssize_t drained =
            ::read(bell_, &rung, sizeof rung);  // EAGAIN: not rung
    }

    [[nodiscard]] int bell() const { return bell_; }
    [[nodiscard]] unsigned capacity() const { return rte_ring_get_capacity(ring_); }
    /// As rte_ring_count(), which reads the two ends as plain numbers while others write them.
    [[nodiscard]] unsigned count() const {
        const std::uint32_t in = __atomic_load_n(&ring_->prod.tail, __ATOMIC_ACQUIRE);
        const std::uint32_t out = __atomic_load_n(&ring_->cons.tail, __ATOMIC_ACQUIRE);
        return (in - out) & ring_->mask;
    }

    std::atomic<bool> open{true};  ///< The receiving end takes frames.

  private:
    /// How many of the frames fit, by number and by their buffers; writes down that they come.  The
    /// sender alone keeps count, as the receiver's place in the ring tells it what is gone.
    unsigned fit(rte_mbuf* const* frames, std::uint16_t count) {
        const std::uint32_t in = __atomic_load_n(&ring_->prod.tail, __ATOMIC_RELAXED);
        const std::uint32_t out = __atomic_load_n(&ring_->cons.tail, __ATOMIC_ACQUIRE);
        const std::uint32_t gone = in == out ? pushed_ : before_[out & ring_->mask];
        const unsigned room = std::min<unsigned>(count, capacity() - (in - out));
        for (unsigned i = 0; i < room; ++i) {
            const std::uint32_t pushed = pushed_ + frames[i]->nb_segs;
            if (pushed - gone > most_buffers_) return i;
            before_[(in + i) & ring_->mask] = std::exchange(pushed_, pushed);
        }
        return room;
    }

    void ring_bell() {
        const std::uint64_t one = 1;
        [[maybe_unused]] const ssize_t rung =
            write(bell_, &one, sizeof one);  // EAGAIN: rung already
    }

    rte_ring* ring_;
    int bell_;

    // The sender's.  Buffers are counted from the start, and round.
    std::uint32_t most_buffers_;
    std::uint32_t pushed_ = 0;
    std::vector<std::uint32_t> before_;  // those pushed before the frame at a place in the ring

    alignas(64) std::atomic<std::uint32_t> asleep_{0};  // 1: its receiver sleeps
};

namespace {

Result<std::unique_ptr<RingChannel>> make_channel(std::uint32_t size, std::uint32_t most_buffers) {
    const ssize_t bytes = rte_ring_get_memsize(size);
    if (bytes < 0)
        return Error{"ring of " + std::to_string(size) +
                     " frames: the size must be a power of two"};
    const std::size_t rounded = (static_cast<std::size_t>(bytes) + 63) / 64 * 64;
    auto* const ring = static_cast<rte_ring*>(std::aligned_alloc(64, rounded));
    if (ring == nullptr) return Error{"ring of " + std::to_string(size) + " frames: no memory"};
    const int fault = rte_ring_init(ring, "sealane", size, RING_F_SP_ENQ | RING_F_SC_DEQ);
    SEALANE_CHECK(fault == 0, "rte_ring_init refused a size that rte_ring_get_memsize took");
    const int bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (bell < 0) {
        std::free(ring);
        return Error{std::string("ring: can't make an eventfd: ") + std::strerror(errno)};
    }
    return std::make_unique<RingChannel>(ring, most_buffers, bell);
}

}  // namespace

std::uint16_t RingEnd::receive(rte_mbuf** frames, std::uint16_t room, Tally& /*tally*/) {
    const std::uint16_t count = in_.pop(frames, room);
    if (traits_.tag_beside) return count;  // from another part of the product
    // The rest says how the buffer is held together.
    constexpr std::uint64_t kKept =
        kTagBeside | kOffloads | RTE_MBUF_F_INDIRECT | RTE_MBUF_F_EXTERNAL;
    for (std::uint16_t i = 0; i < count; ++i) {
        if ((frames[i]->ol_flags & ~kKept) != 0) [[unlikely]]
            frames[i]->ol_flags &= kKept;
    }
    return count;
}

void RingEnd::send(rte_mbuf** frames, std::uint16_t count, Tally& tally) {
    const bool open = is_up();
    std::uint64_t bytes = 0;
    for (std::uint16_t i = 0; i < count; ++i) {
        bytes += length_of(frames[i]);  // before the push: afterwards they are the receiver's
    }
    const std::uint16_t taken = open ? out_.push(frames, count) : std::uint16_t{0};
    for (std::uint16_t i = taken; i < count; ++i) {
        bytes -= length_of(frames[i]);
        tally.drop(frames[i], Direction::Out, open ? Drop::QueueFull : Drop::PortDown);
    }
    tally.sent(taken, bytes);
}

int RingEnd::wake_descriptor() const { return in_.bell(); }
bool RingEnd::prepare_to_sleep() { return in_.prepare_to_sleep(); }
void RingEnd::awake() { in_.awake(); }

bool RingEnd::is_up() const { return out_.open.load(std::memory_order_relaxed); }

PortState RingEnd::state() const {
    const bool up = is_up();
    return {.up = up,
            .type = "ring",
            .detail = up ? "in process, " + std::to_string(out_.capacity()) + " frames"
                         : "the other end is closed"};
}

std::size_t RingEnd::waiting() const { return in_.count(); }

void RingEnd::set_open(bool open) { in_.open.store(open, std::memory_order_relaxed); }

Result<std::unique_ptr<RingPair>> RingPair::make(std::uint32_t size,
                                                 bool tag_beside,
                                                 Offloads offloads,
                                                 std::uint32_t most_buffers) {
    Result<std::unique_ptr<RingChannel>> there = make_channel(size, most_buffers);
    if (!there) return there.error();
    Result<std::unique_ptr<RingChannel>> back = make_channel(size, most_buffers);
    if (!back) return back.error();
    return std::make_unique<RingPair>(
        std::move(there).value(), std::move(back).value(), tag_beside, offloads);
}

RingPair::RingPair(std::unique_ptr<RingChannel> there,
                   std::unique_ptr<RingChannel> back,
                   bool tag_beside,
                   Offloads offloads)
    : there_(std::move(there)),
      back_(std::move(back)),
      near_(*there_, *back_, {.tag_beside = tag_beside}, offloads),
      far_(*back_, *there_, {.tag_beside = tag_beside}, offloads) {}

RingPair::~RingPair() = default;

}  // namespace sealane::port
