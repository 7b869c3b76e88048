// Frames in memory that two processes share: a ring of bytes with one writer and one reader.
//
// What makes it harder than it looks: the other process is not trusted, and may write any byte of
// the memory at any moment, even between two looks of ours.  So each index and each length is read
// once, into a local, and held against what it can be; our own indexes are kept in private memory
// and only ever written to the shared one.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace sealane::wire {

inline constexpr std::array<char, 8> kSharedMagic{'s', 'e', 'a', 'l', 's', 'h', 'm', '\n'};
inline constexpr std::uint32_t kSharedVersion = 1;
/// Before the bytes of the rings: a whole number of pages, whatever their size is.
inline constexpr std::size_t kSharedControlBytes = 65'536;
inline constexpr std::size_t kSharedRingBytes = std::size_t{1} << 20;
/// A record: the frame's length, four bytes of nothing, the frame, and nothing up to the next
/// multiple of this.
inline constexpr std::uint32_t kSharedAlignment = 8;
inline constexpr std::uint32_t kSharedRecordHead = 8;

/// What a client says first.  Both are in the machine's own byte order.
struct SharedHello {
    std::array<char, 8> magic = kSharedMagic;
    std::uint32_t version = kSharedVersion;
    std::uint32_t size = sizeof(SharedHello);
    std::uint64_t features = 0;  ///< None has been invented yet.
};

enum class SharedStatus : std::uint32_t { Welcome = 0, Busy = 1, OtherVersion = 2, NoMemory = 3 };

/// The answer, with the memory's descriptor if the status is Welcome.
struct SharedWelcome {
    std::array<char, 8> magic = kSharedMagic;
    std::uint32_t version = kSharedVersion;
    std::uint32_t size = sizeof(SharedWelcome);
    std::uint64_t features = 0;
    SharedStatus status = SharedStatus::Welcome;
    std::uint32_t max_frame = 0;
    std::uint64_t control_bytes = kSharedControlBytes;
    std::uint64_t ring_bytes = kSharedRingBytes;
};
static_assert(sizeof(SharedHello) == 24 && sizeof(SharedWelcome) == 48);

/// A ring's indexes: counts of bytes since the beginning, which never go back.  Each has a cache
/// line of its own, on machines whose lines have 128 bytes, too.
struct SharedControl {
    alignas(128) std::atomic<std::uint64_t> produced;
    alignas(128) std::atomic<std::uint64_t> consumed;
    /// Set by the reader before it sleeps: the next publication shall wake it, and clears this.
    alignas(128) std::atomic<std::uint32_t> reader_waits;
    /// Set by a writer that waits for room: giving bytes back shall wake it, and clears this.
    alignas(128) std::atomic<std::uint32_t> writer_waits;
};
static_assert(sizeof(SharedControl) == 512 && std::atomic<std::uint64_t>::is_always_lock_free);

/// Bytes that a frame of `length` takes in a ring; `length` may be anything.
[[nodiscard]] constexpr std::uint64_t shared_record(std::uint32_t length) {
    constexpr std::uint64_t kMask = kSharedAlignment - 1;
    return (std::uint64_t{kSharedRecordHead} + length + kMask) & ~kMask;
}

/// Takes frames out of a ring.  `bytes` are `size` (a power of two) and, behind them, the same
/// bytes once more, so that a frame that goes over the end is whole.  Both outlive the reader.
class SharedReader {
  public:
    struct Record {
        enum class Kind : std::uint8_t { None, Frame, Nonsense } kind = Kind::None;
        std::span<const std::uint8_t> bytes;  ///< Of a frame; the writer may change them yet.
    };

    SharedReader(SharedControl& control, const std::uint8_t* bytes, std::uint64_t size)
        : control_(&control), bytes_(bytes), size_(size) {}

    /// Sees what has been written.  False: an index that no writer writes; there is nothing more.
    [[nodiscard]] bool look() {
        const std::uint64_t produced = control_->produced.load(std::memory_order_seq_cst);
        const std::uint64_t there = produced - at_;
        if (there > size_ || there % kSharedAlignment != 0 || produced - end_ > size_)
            [[unlikely]] {
            end_ = at_;
            return false;
        }
        end_ = produced;
        return true;
    }
    /// The next frame of those that were seen.  After Nonsense there are no others.
    [[nodiscard]] Record next() {
        if (at_ == end_) return {};
        const std::uint8_t* const head = bytes_ + (at_ & (size_ - 1));
        const std::uint32_t length =
            __atomic_load_n(reinterpret_cast<const std::uint32_t*>(head), __ATOMIC_RELAXED);
        const std::uint64_t taken = shared_record(length);
        if (taken > end_ - at_) [[unlikely]] {
            end_ = at_;
            return {Record::Kind::Nonsense, {}};
        }
        at_ += taken;
        return {Record::Kind::Frame, {head + kSharedRecordHead, length}};
    }
    [[nodiscard]] bool has_more() const { return at_ != end_; }

    /// The bytes of all frames taken are the writer's again.  True: it is to be woken.
    [[nodiscard]] bool give_back() {
        if (given_ == at_) return false;
        given_ = at_;
        control_->consumed.store(at_, std::memory_order_seq_cst);
        if (control_->writer_waits.load(std::memory_order_seq_cst) == 0) return false;
        control_->writer_waits.store(0, std::memory_order_relaxed);
        return true;
    }

    /// From now on the writer wakes.  Look once more after this: it may have written just before.
    void arm() { control_->reader_waits.store(1, std::memory_order_seq_cst); }
    void disarm() { control_->reader_waits.store(0, std::memory_order_relaxed); }

  private:
    SharedControl* control_;
    const std::uint8_t* bytes_;
    std::uint64_t size_;
    std::uint64_t at_ = 0, end_ = 0, given_ = 0;
};

/// Puts frames into such a ring, `most_frames` at most, and knows what became of each.
class SharedWriter {
  public:
    struct Taken {
        std::uint64_t frames = 0, bytes = 0;
    };

    SharedWriter(SharedControl& control,
                 std::uint8_t* bytes,
                 std::uint64_t size,
                 std::uint32_t most_frames)
        : control_(&control),
          bytes_(bytes),
          size_(size),
          most_frames_(most_frames),
          mask_(std::bit_ceil(most_frames) - 1),
          lengths_(std::make_unique<std::uint32_t[]>(std::size_t{mask_} + 1)) {}

    /// Sees what the reader has taken since.  False: an index that no reader writes.
    [[nodiscard]] bool settle(Taken& taken) {
        const std::uint64_t consumed = control_->consumed.load(std::memory_order_acquire);
        if (consumed - settled_ > published_ - settled_) [[unlikely]]
            return false;
        while (settled_ != consumed) {
            const std::uint32_t length = lengths_[first_ & mask_];
            const std::uint64_t size = shared_record(length);
            if (size > consumed - settled_) [[unlikely]]
                return false;  // in the middle of a frame
            settled_ += size;
            ++first_;
            ++taken.frames;
            taken.bytes += length;
        }
        return true;
    }

    /// Where `length` bytes, a ring's at most, can be put; null: no room.
    [[nodiscard]] std::uint8_t* reserve(std::uint32_t length) {
        if (waiting() >= most_frames_ || shared_record(length) > size_ - (at_ - settled_))
            return nullptr;
        return bytes_ + (at_ & (size_ - 1)) + kSharedRecordHead;
    }
    /// What was put there last is a frame of `length`, no longer than was reserved.
    void commit(std::uint32_t length) {
        std::uint8_t* const head = bytes_ + (at_ & (size_ - 1));
        __atomic_store_n(reinterpret_cast<std::uint32_t*>(head), length, __ATOMIC_RELAXED);
        lengths_[last_++ & mask_] = length;
        at_ += shared_record(length);
    }
    /// The reader may have all that was committed.  True: it is to be woken.
    [[nodiscard]] bool publish() {
        if (published_ == at_) return false;
        published_ = at_;
        control_->produced.store(at_, std::memory_order_seq_cst);
        if (control_->reader_waits.load(std::memory_order_seq_cst) == 0) return false;
        control_->reader_waits.store(0, std::memory_order_relaxed);
        return true;
    }

    /// Frames that the reader has not taken, as far as settle() has seen.
    [[nodiscard]] std::uint32_t waiting() const { return last_ - first_; }

  private:
    SharedControl* control_;
    std::uint8_t* bytes_;
    std::uint64_t size_;
    std::uint32_t most_frames_, mask_;
    std::unique_ptr<std::uint32_t[]> lengths_;  ///< Of frames from first_ to last_.
    std::uint32_t first_ = 0, last_ = 0;
    std::uint64_t at_ = 0, published_ = 0, settled_ = 0;
};

}  // namespace sealane::wire
