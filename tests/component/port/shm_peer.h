// A client of a shared-memory port that may do what it likes: the protocol, written once more.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dataplane/base/descriptor.h"
#include "dataplane/wire/shared_ring.h"
#include "tests/support/frame_bytes.h"

namespace sealane::test {

class ShmPeer {
  public:
    /// Connects and says `hello`.
    explicit ShmPeer(const std::string& path, const wire::SharedHello& hello = {});
    ~ShmPeer();
    ShmPeer(const ShmPeer&) = delete;
    ShmPeer& operator=(const ShmPeer&) = delete;

    /// Reads the answer and maps the memory.  False: there is none.
    bool read_welcome();
    [[nodiscard]] const wire::SharedWelcome& welcome() const { return welcome_; }
    /// The memory's.
    [[nodiscard]] int file() const { return file_.get(); }

    /// Puts frames into the ring; false: there is no room for one.
    bool send(const std::vector<Bytes>& frames);
    /// Takes what came, `most` frames at most, and gives their bytes back.
    std::vector<Bytes> receive(std::size_t most = SIZE_MAX);

    /// From us to the switch, and back.
    [[nodiscard]] wire::SharedControl& control(std::size_t ring) const {
        return reinterpret_cast<wire::SharedControl*>(base_)[ring];
    }
    [[nodiscard]] std::uint8_t* bytes(std::size_t ring) const;
    [[nodiscard]] wire::SharedReader& reader() { return reader_; }
    /// Reads and drops what is on the socket.  -1: nothing; 0: the port has closed it.
    [[nodiscard]] long drain();
    void wake();
    void close() { socket_.close(); }

  private:
    Descriptor socket_, file_;
    wire::SharedWelcome welcome_;
    std::uint8_t* base_ = nullptr;
    wire::SharedControl nowhere_{};
    wire::SharedReader reader_{nowhere_, nullptr, wire::kSharedRingBytes};
    wire::SharedWriter writer_{nowhere_, nullptr, wire::kSharedRingBytes, 65'536};
};

}  // namespace sealane::test
