// The driver's side of vhost-user with split rings, written out: messages, memory, descriptors.  It
// does as it is told, and so it can be told to do wrong.  Knows nothing of DPDK.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dataplane/base/descriptor.h"

namespace sealane::test {

/// What virtio-net has before every frame (virtio 1.1, 5.1.6), with VERSION_1.
struct VirtioHeader {
    static constexpr std::uint8_t kNeedsChecksum = 1;
    static constexpr std::uint8_t kTcp4 = 1, kUdpFragments = 3, kTcp6 = 4, kEcn = 0x80;

    std::uint8_t flags = 0;
    std::uint8_t kind = 0;  ///< gso_type
    std::uint16_t headers = 0;
    std::uint16_t piece = 0;  ///< gso_size
    std::uint16_t checksum_start = 0;
    std::uint16_t checksum_offset = 0;
    std::uint16_t buffers = 0;

    bool operator==(const VirtioHeader&) const = default;
};
static_assert(sizeof(VirtioHeader) == 12);

class VhostDriver {
  public:
    static constexpr std::uint16_t kRing = 256;  ///< Descriptors, and buffers, of a ring.
    enum Ring : std::uint16_t { ToGuest, FromGuest };

    static constexpr std::uint64_t kChecksum = 1, kGuestChecksum = 1 << 1;
    static constexpr std::uint64_t kSends = kChecksum | 1 << 11 | 1 << 12;        ///< TCP 4, 6.
    static constexpr std::uint64_t kReceives = kGuestChecksum | 1 << 7 | 1 << 8;  ///< The same.
    static constexpr std::uint64_t kIndirect = 1 << 28;
    /// Of descriptors.
    static constexpr std::uint16_t kNext = 1, kWrite = 2, kTable = 4;

    enum class Memory {
        Memfd,
        Shm,   ///< A file in /dev/shm.
        Huge,  ///< A memfd of 2 MiB pages.
    };

    struct Settings {
        std::string path;
        std::uint64_t features = 0;  ///< Besides VERSION_1; acked if they are offered.
        std::size_t buffer = 4096;   ///< Bytes of each, header and frame.
        unsigned regions = 1;        ///< Into which the memory is cut, one behind the other.
        Memory memory = Memory::Memfd;
        bool kicks = true;  ///< Otherwise its rings must be polled.
    };
    struct Descriptor {
        std::uint64_t address = 0;
        std::uint32_t length = 0;
        std::uint16_t flags = 0;
        std::uint16_t next = 0;
    };
    struct Arrival {
        VirtioHeader header;
        std::vector<std::uint8_t> bytes;
    };

    /// Connects and sets up both rings; gives no buffers yet.  is_open() tells whether it could.
    explicit VhostDriver(const Settings& settings);
    ~VhostDriver();
    VhostDriver(const VhostDriver&) = delete;
    VhostDriver& operator=(const VhostDriver&) = delete;

    [[nodiscard]] bool is_open() const { return open_; }
    /// Stops both rings and asks where they stood, as a driver does that is taken down in order.
    bool stop_rings();
    /// Has the switch announce `address`, as QEMU does for a guest that has moved.
    bool announce(std::span<const std::uint8_t, 6> address);
    /// Readable when the switch has used a ring's buffers; read() it first.
    [[nodiscard]] int call(Ring ring) const { return calls_[ring].get(); }
    /// Readable when the switch has hung up.
    [[nodiscard]] int connection() const { return socket_.get(); }

    /// Enables a ring by its number, and waits until the switch has heard it.
    bool enable_ring(std::uint32_t ring);

    // As a good driver does it.

    /// Where the next frame to be sent goes, header first; nothing while the ring is full.
    [[nodiscard]] std::optional<std::span<std::uint8_t>> next_buffer();
    /// Sends what stands there, `length` bytes with the header.
    void send_next(std::size_t length);
    /// Both at once; false: the ring is full.
    bool send(std::span<const std::uint8_t> frame, const VirtioHeader& header = {});
    /// Gives the switch all buffers that it may fill, and it may tell.
    void give_buffers();
    /// Calls `deed(header and frame)` for each that came, and gives the buffer back.
    template <typename Deed>
    void receive(Deed&& deed) {
        if (taken_ == used(ToGuest)) return;
        for (; taken_ != used(ToGuest); ++taken_) {
            deed(arrived(taken_));
            offer(ToGuest, arrived_in(taken_));
        }
        kick(ToGuest);
    }
    [[nodiscard]] std::vector<Arrival> received();

    // As anybody may.

    [[nodiscard]] std::span<std::uint8_t> memory() { return {memory_, size_}; }
    /// Of memory(): the file that the switch is given.
    [[nodiscard]] int memory_file() const { return file_.get(); }
    /// Offset in memory() of a buffer, and of a ring's descriptors; the index of what is available
    /// stands 4096 bytes on, that of what is used 8192.
    [[nodiscard]] std::size_t buffer_at(Ring ring, std::uint16_t index) const;
    [[nodiscard]] static std::size_t ring_at(Ring ring) { return std::size_t{ring} * 16384; }
    /// How the guest numbers the byte at `offset`.
    [[nodiscard]] static std::uint64_t guest_address(std::size_t offset) { return kBase + offset; }
    void describe(Ring ring, std::uint16_t index, const Descriptor& descriptor);
    /// Makes the chain that begins at `head` available; the switch need not know yet.
    void offer(Ring ring, std::uint16_t head);
    void kick(Ring ring);
    [[nodiscard]] std::uint16_t used(Ring ring) const;
    /// Chains made available that the switch has not used.
    [[nodiscard]] std::uint16_t waiting(Ring ring) const;

  private:
    static constexpr std::uint64_t kBase = 0x1000'0000;

    [[nodiscard]] bool make_memory(const Settings& settings);
    [[nodiscard]] bool set_up(const Settings& settings);
    [[nodiscard]] bool share_memory(unsigned regions);
    [[nodiscard]] bool start(Ring ring, bool kicks);
    bool say(std::uint32_t request,
             std::span<const std::uint64_t> words,
             std::span<const int> files = {});
    bool say_ring(std::uint32_t request, std::uint32_t ring, std::uint32_t number);
    std::optional<std::uint64_t> answer();
    std::optional<std::uint64_t> ask(std::uint32_t request);
    [[nodiscard]] std::span<const std::uint8_t> arrived(std::uint16_t place) const;
    [[nodiscard]] std::uint16_t arrived_in(std::uint16_t place) const;

    sealane::Descriptor socket_, file_;
    std::array<sealane::Descriptor, 2> kicks_, calls_;
    std::uint8_t* memory_ = nullptr;
    std::size_t size_ = 0, buffer_ = 0;
    bool open_ = false;
    std::array<std::uint16_t, 2> available_{};
    std::uint16_t taken_ = 0;
};

}  // namespace sealane::test
