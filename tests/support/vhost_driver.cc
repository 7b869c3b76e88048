#include "tests/support/vhost_driver.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace sealane::test {
namespace {

// Requests of the protocol.
constexpr std::uint32_t kGetFeatures = 1, kSetFeatures = 2, kSetOwner = 3, kSetMemoryTable = 5;
constexpr std::uint32_t kSetRingSize = 8, kSetRingAddress = 9, kSetRingBase = 10;
constexpr std::uint32_t kGetRingBase = 11, kSetRingKick = 12, kSetRingCall = 13;
constexpr std::uint32_t kGetProtocolFeatures = 15, kSetProtocolFeatures = 16, kEnableRing = 18;
constexpr std::uint32_t kSendRarp = 19;

constexpr std::uint64_t kVersion1 = 1ULL << 32, kHasProtocolFeatures = 1ULL << 30;
constexpr std::size_t kRingsLength = std::size_t{1} << 16;
constexpr std::size_t kPage = 4096, kHugePage = std::size_t{2} << 20;

struct Head {
    std::uint32_t request, flags, size;
};

std::atomic_ref<std::uint16_t> shared(std::uint8_t* at) {
    return std::atomic_ref<std::uint16_t>(*reinterpret_cast<std::uint16_t*>(at));
}

constexpr std::size_t kMostFiles = 8;
constexpr unsigned kOf2MiB = 21U << 26;  // MFD_HUGE_2MB of linux/memfd.h, which glibc has not

int make_file(VhostDriver::Memory kind) {
    switch (kind) {
        case VhostDriver::Memory::Shm:
            return open("/dev/shm", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        case VhostDriver::Memory::Huge:
            return memfd_create("guest", MFD_CLOEXEC | MFD_HUGETLB | kOf2MiB);
        case VhostDriver::Memory::Memfd:
            break;
    }
    return memfd_create("guest", MFD_CLOEXEC);
}

bool send_with(int socket, std::span<const std::uint8_t> bytes, std::span<const int> files) {
    iovec part{const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    alignas(cmsghdr) char rights[CMSG_SPACE(kMostFiles * sizeof(int))]{};
    if (!files.empty()) {
        message.msg_control = rights;
        message.msg_controllen = CMSG_SPACE(files.size_bytes());
        cmsghdr* const control = CMSG_FIRSTHDR(&message);
        control->cmsg_level = SOL_SOCKET;
        control->cmsg_type = SCM_RIGHTS;
        control->cmsg_len = CMSG_LEN(files.size_bytes());
        std::memcpy(CMSG_DATA(control), files.data(), files.size_bytes());
    }
    return sendmsg(socket, &message, MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

bool read_whole(int socket, void* bytes, std::size_t length) {
    return recv(socket, bytes, length, MSG_WAITALL) == static_cast<ssize_t>(length);
}

}  // namespace

VhostDriver::VhostDriver(const Settings& settings) : buffer_(settings.buffer) {
    socket_ = sealane::Descriptor(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    settings.path.copy(address.sun_path, sizeof address.sun_path - 1);
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    open_ = connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
            make_memory(settings) && set_up(settings);
}

VhostDriver::~VhostDriver() {
    if (memory_ != nullptr) munmap(memory_, size_);
}

bool VhostDriver::make_memory(const Settings& settings) {
    const std::size_t page = settings.memory == Memory::Huge ? kHugePage : kPage;
    const std::size_t share = page * settings.regions;
    size_ = (kRingsLength + 2 * std::size_t{kRing} * buffer_ + share - 1) / share * share;
    file_ = sealane::Descriptor(make_file(settings.memory));
    if (ftruncate(file_.get(), static_cast<off_t>(size_)) != 0) return false;
    void* const at = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED, file_.get(), 0);
    if (at == MAP_FAILED) return false;
    memory_ = static_cast<std::uint8_t*>(at);
    return true;
}

bool VhostDriver::set_up(const Settings& settings) {
    const std::uint64_t none = 0;
    if (!say(kSetOwner, {})) return false;
    const auto offered = ask(kGetFeatures);
    if (!offered || !ask(kGetProtocolFeatures) || !say(kSetProtocolFeatures, {&none, 1})) {
        return false;
    }
    const std::uint64_t wanted = (settings.features | kVersion1 | kHasProtocolFeatures) & *offered;
    return say(kSetFeatures, {&wanted, 1}) && share_memory(settings.regions) &&
           start(ToGuest, settings.kicks) && start(FromGuest, settings.kicks);
}

bool VhostDriver::share_memory(unsigned regions) {
    std::vector<std::uint64_t> words{regions};
    const std::uint64_t each = size_ / regions;
    for (unsigned i = 0; i < regions; ++i) {
        const std::uint64_t offset = i * each;
        const std::uint64_t own = reinterpret_cast<std::uintptr_t>(memory_) + offset;
        words.insert(words.end(), {guest_address(offset), each, own, offset});
    }
    // One descriptor a region, though all are of one file.
    return say(kSetMemoryTable, words, std::vector<int>(regions, file_.get()));
}

bool VhostDriver::start(Ring ring, bool kicks) {
    kicks_[ring] = sealane::Descriptor(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    calls_[ring] = sealane::Descriptor(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    const std::uint64_t base = reinterpret_cast<std::uintptr_t>(memory_) + ring_at(ring);
    const std::uint64_t number = ring;
    const std::uint64_t without_kick = number | 1 << 8;
    const int kick = kicks_[ring].get(), call = calls_[ring].get();
    const std::array<std::uint64_t, 5> address{number, base, base + 8192, base + 4096, 0};
    return say_ring(kSetRingSize, ring, kRing) && say_ring(kSetRingBase, ring, 0) &&
           say(kSetRingAddress, address) && say(kSetRingCall, {&number, 1}, {&call, 1}) &&
           (kicks ? say(kSetRingKick, {&number, 1}, {&kick, 1})
                  : say(kSetRingKick, {&without_kick, 1})) &&
           say_ring(kEnableRing, ring, 1);
}

bool VhostDriver::stop_rings() {
    for (const Ring ring : {ToGuest, FromGuest}) {
        if (!say_ring(kGetRingBase, ring, 0) || !answer()) return false;
    }
    return true;
}

bool VhostDriver::announce(std::span<const std::uint8_t, 6> address) {
    std::uint64_t word = 0;
    std::memcpy(&word, address.data(), address.size());
    return say(kSendRarp, {&word, 1});
}

bool VhostDriver::enable_ring(std::uint32_t ring) {
    return say_ring(kEnableRing, ring, 1) && ask(kGetFeatures).has_value();
}

bool VhostDriver::say(std::uint32_t request,
                      std::span<const std::uint64_t> words,
                      std::span<const int> files) {
    const Head head{request, 1, static_cast<std::uint32_t>(words.size_bytes())};
    std::vector<std::uint8_t> bytes(sizeof head + words.size_bytes());
    std::memcpy(bytes.data(), &head, sizeof head);
    if (!words.empty()) std::memcpy(bytes.data() + sizeof head, words.data(), words.size_bytes());
    return send_with(socket_.get(), bytes, files);
}

bool VhostDriver::say_ring(std::uint32_t request, std::uint32_t ring, std::uint32_t number) {
    const std::uint64_t word = std::uint64_t{number} << 32 | ring;
    return say(request, {&word, 1});
}

std::optional<std::uint64_t> VhostDriver::answer() {
    Head head{};
    std::uint64_t word = 0;
    if (!read_whole(socket_.get(), &head, sizeof head) || head.size != sizeof word ||
        !read_whole(socket_.get(), &word, sizeof word)) {
        return {};
    }
    return word;
}

std::optional<std::uint64_t> VhostDriver::ask(std::uint32_t request) {
    if (!say(request, {})) return {};
    return answer();
}

std::optional<std::span<std::uint8_t>> VhostDriver::next_buffer() {
    if (waiting(FromGuest) >= kRing) return {};
    const auto index = static_cast<std::uint16_t>(available_[FromGuest] % kRing);
    return memory().subspan(buffer_at(FromGuest, index), buffer_);
}

void VhostDriver::send_next(std::size_t length) {
    const auto index = static_cast<std::uint16_t>(available_[FromGuest] % kRing);
    describe(FromGuest,
             index,
             {.address = guest_address(buffer_at(FromGuest, index)),
              .length = static_cast<std::uint32_t>(length)});
    offer(FromGuest, index);
    kick(FromGuest);
}

bool VhostDriver::send(std::span<const std::uint8_t> frame, const VirtioHeader& header) {
    const auto buffer = next_buffer();
    if (!buffer || buffer->size() < sizeof header + frame.size()) return false;
    std::memcpy(buffer->data(), &header, sizeof header);
    std::copy(frame.begin(), frame.end(), buffer->begin() + sizeof header);
    send_next(sizeof header + frame.size());
    return true;
}

void VhostDriver::give_buffers() {
    for (std::uint16_t index = 0; index < kRing; ++index) {
        describe(ToGuest,
                 index,
                 {.address = guest_address(buffer_at(ToGuest, index)),
                  .length = static_cast<std::uint32_t>(buffer_),
                  .flags = kWrite});
        offer(ToGuest, index);
    }
    kick(ToGuest);
}

std::vector<VhostDriver::Arrival> VhostDriver::received() {
    std::vector<Arrival> all;
    receive([&](std::span<const std::uint8_t> bytes) {
        Arrival& one = all.emplace_back();
        std::memcpy(&one.header, bytes.data(), sizeof one.header);
        one.bytes.assign(bytes.begin() + sizeof one.header, bytes.end());
    });
    return all;
}

std::size_t VhostDriver::buffer_at(Ring ring, std::uint16_t index) const {
    return kRingsLength + (std::size_t{ring} * kRing + index) * buffer_;
}

void VhostDriver::describe(Ring ring, std::uint16_t index, const Descriptor& descriptor) {
    static_assert(sizeof descriptor == 16);
    std::memcpy(memory_ + ring_at(ring) + std::size_t{index} * sizeof descriptor,
                &descriptor,
                sizeof descriptor);
}

void VhostDriver::offer(Ring ring, std::uint16_t head) {
    std::uint8_t* const available = memory_ + ring_at(ring) + 4096;
    std::memcpy(available + 4 + std::size_t{2} * (available_[ring] % kRing), &head, sizeof head);
    shared(available + 2).store(++available_[ring], std::memory_order_seq_cst);
}

void VhostDriver::kick(Ring ring) {
    constexpr std::uint16_t kNoNotify = 1;
    // After the index in offer() for all who look: else both sides sleep (virtio 1.1, 2.6.13.4).
    std::atomic_thread_fence(std::memory_order_seq_cst);
    const std::uint16_t flags =
        shared(memory_ + ring_at(ring) + 8192).load(std::memory_order_seq_cst);
    if ((flags & kNoNotify) == 0) eventfd_write(kicks_[ring].get(), 1);
}

std::uint16_t VhostDriver::used(Ring ring) const {
    return shared(memory_ + ring_at(ring) + 8192 + 2).load(std::memory_order_acquire);
}

std::uint16_t VhostDriver::waiting(Ring ring) const {
    return static_cast<std::uint16_t>(available_[ring] - used(ring));
}

std::uint16_t VhostDriver::arrived_in(std::uint16_t place) const {
    std::uint32_t index = 0;
    const std::size_t at = ring_at(ToGuest) + 8192 + 4 + std::size_t{8} * (place % kRing);
    std::memcpy(&index, memory_ + at, sizeof index);
    return static_cast<std::uint16_t>(index % kRing);
}

std::span<const std::uint8_t> VhostDriver::arrived(std::uint16_t place) const {
    std::uint32_t length = 0;
    const std::size_t at = ring_at(ToGuest) + 8192 + 8 + std::size_t{8} * (place % kRing);
    std::memcpy(&length, memory_ + at, sizeof length);
    return {memory_ + buffer_at(ToGuest, arrived_in(place)),
            std::min<std::size_t>(length, buffer_)};
}

}  // namespace sealane::test
