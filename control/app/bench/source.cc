#include "control/app/bench/source.h"

#include <cerrno>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>

#include "dataplane/wire/bytes.h"
#include "dataplane/wire/checksum.h"

namespace sealane::app {
namespace {

constexpr MacAddress kSource{0x0200'0000'0001};
constexpr std::uint64_t kFirstDestination = 0x0210'0000'0000;
constexpr std::size_t kEthernet = 14, kIp = 20;

// https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap: magic for microseconds, version 2.4,
// longest packet, Ethernet.  In the writer's byte order.
constexpr std::uint32_t kFileHeader[] = {0xa1b2c3d4, 4U << 16 | 2, 0, 0, 65'535, 1};

bool write_all(int file, const std::vector<std::uint8_t>& bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
        const ssize_t wrote = ::write(file, bytes.data() + at, bytes.size() - at);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) return false;
        at += static_cast<std::size_t>(wrote);
    }
    return true;
}

template <typename Words>
void append(std::vector<std::uint8_t>& bytes, const Words& words) {
    const auto* const first = reinterpret_cast<const std::uint8_t*>(std::data(words));
    bytes.insert(bytes.end(), first, first + std::size(words) * sizeof words[0]);
}

}  // namespace

MacAddress bench_destination(std::size_t index) { return {kFirstDestination + index}; }

std::vector<std::uint8_t> bench_frame(std::size_t index, std::size_t size) {
    std::vector<std::uint8_t> frame(size);
    wire::store_mac(frame.data(), bench_destination(index));
    wire::store_mac(frame.data() + 6, kSource);
    wire::store_be16(frame.data() + 12, 0x0800);
    std::uint8_t* const ip = frame.data() + kEthernet;
    ip[0] = 0x45;
    wire::store_be16(ip + 2, static_cast<std::uint16_t>(size - kEthernet));
    ip[8] = 64;
    ip[9] = 17;
    wire::store_be32(ip + 12, 0x0a00'0001);
    wire::store_be32(ip + 16, 0x0b00'0000 + static_cast<std::uint32_t>(index));
    wire::store_be16(ip + 10, static_cast<std::uint16_t>(~wire::sum_of(ip, kIp)));
    std::uint8_t* const udp = ip + kIp;  // its checksum is 0: none
    wire::store_be16(udp, static_cast<std::uint16_t>(1024 + index % 60'000));
    wire::store_be16(udp + 2, 9);
    wire::store_be16(udp + 4, static_cast<std::uint16_t>(size - kEthernet - kIp));
    return frame;
}

Result<BenchSource> BenchSource::make(std::size_t macs, std::size_t size) {
    constexpr std::size_t kPiece = 1 << 20;
    rpc::Fd file(::memfd_create("sealane-bench.pcap", MFD_CLOEXEC));
    bool written = file.get() >= 0;
    std::vector<std::uint8_t> bytes;
    append(bytes, kFileHeader);
    for (std::size_t index = 0; index < macs && written; ++index) {
        const auto length = static_cast<std::uint32_t>(size);
        append(bytes, std::vector<std::uint32_t>{0, 0, length, length});
        append(bytes, bench_frame(index, size));
        if (bytes.size() < kPiece) continue;
        written = write_all(file.get(), bytes);
        bytes.clear();
    }
    if (!written || !write_all(file.get(), bytes)) {
        return Error{std::string("can't keep the frames in memory: ") + std::strerror(errno)};
    }
    return BenchSource(std::move(file));
}

std::string BenchSource::path() const { return "/proc/self/fd/" + std::to_string(file_.get()); }

}  // namespace sealane::app
