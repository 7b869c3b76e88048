// Memory for two rings that a switch makes and a client maps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "dataplane/base/descriptor.h"
#include "dataplane/wire/shared_ring.h"

namespace sealane::port {

/// Made, sealed and mapped here.  The seals keep its length: memory that a client could cut off
/// would kill whoever touches it (SIGBUS).
class SharedMemory {
  public:
    /// Null: the system gave none; errno says why.
    [[nodiscard]] static std::unique_ptr<SharedMemory> make();
    SharedMemory(const SharedMemory&) = delete;
    SharedMemory& operator=(const SharedMemory&) = delete;
    ~SharedMemory();

    /// For the client; closed by close_descriptor(), which leaves the mapping.
    [[nodiscard]] int descriptor() const { return file_.get(); }
    void close_descriptor() { file_.close(); }

    /// From the client to the switch, and back.
    [[nodiscard]] wire::SharedReader reader() const;
    [[nodiscard]] wire::SharedWriter writer(std::uint32_t most_frames) const;

  private:
    explicit SharedMemory(Descriptor file) : file_(std::move(file)) {}

    /// Where the indexes, and then each ring's bytes twice in a row, are; false: errno says why.
    bool map();
    [[nodiscard]] wire::SharedControl* control(std::size_t ring) const;
    [[nodiscard]] std::uint8_t* bytes(std::size_t ring) const;

    Descriptor file_;
    std::uint8_t* base_ = nullptr;
};

}  // namespace sealane::port
