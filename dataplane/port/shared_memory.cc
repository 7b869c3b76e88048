#include "dataplane/port/shared_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace sealane::port {
namespace {

constexpr std::size_t kFileBytes = wire::kSharedControlBytes + 2 * wire::kSharedRingBytes;
constexpr std::size_t kMappedBytes = wire::kSharedControlBytes + 4 * wire::kSharedRingBytes;
constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

bool map_at(std::uint8_t* where, std::size_t length, int file, std::size_t offset) {
    return mmap(where,
                length,
                PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_FIXED,
                file,
                static_cast<off_t>(offset)) != MAP_FAILED;
}

}  // namespace

std::unique_ptr<SharedMemory> SharedMemory::make() {
    Descriptor file(memfd_create("sealane-shm", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!file.is_open() || ftruncate(file.get(), kFileBytes) != 0 ||
        fcntl(file.get(), F_ADD_SEALS, kSeals) != 0)
        return nullptr;
    std::unique_ptr<SharedMemory> made(new SharedMemory(std::move(file)));
    if (!made->map()) return nullptr;
    return made;
}

SharedMemory::~SharedMemory() {
    if (base_ != nullptr) munmap(base_, kMappedBytes);
}

bool SharedMemory::map() {
    void* const space = mmap(nullptr, kMappedBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (space == MAP_FAILED) return false;
    base_ = static_cast<std::uint8_t*>(space);
    bool mapped = map_at(base_, wire::kSharedControlBytes, file_.get(), 0);
    for (std::size_t i = 0; i < 4; ++i) {
        mapped = mapped && map_at(bytes(0) + i * wire::kSharedRingBytes,
                                  wire::kSharedRingBytes,
                                  file_.get(),
                                  wire::kSharedControlBytes + i / 2 * wire::kSharedRingBytes);
    }
    return mapped;
}

wire::SharedReader SharedMemory::reader() const {
    return {*control(0), bytes(0), wire::kSharedRingBytes};
}

wire::SharedWriter SharedMemory::writer(std::uint32_t most_frames) const {
    return {*control(1), bytes(1), wire::kSharedRingBytes, most_frames};
}

wire::SharedControl* SharedMemory::control(std::size_t ring) const {
    return reinterpret_cast<wire::SharedControl*>(base_) + ring;
}

std::uint8_t* SharedMemory::bytes(std::size_t ring) const {
    return base_ + wire::kSharedControlBytes + ring * 2 * wire::kSharedRingBytes;
}

}  // namespace sealane::port
