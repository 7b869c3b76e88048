// The frames that are replayed, as a pcap file that exists in memory only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "control/rpc/socket_file.h"
#include "dataplane/base/mac.h"
#include "dataplane/base/result.h"

namespace sealane::app {

/// The address that frame number `index` goes to.
[[nodiscard]] MacAddress bench_destination(std::size_t index);

/// `size` bytes in memory (60 to 1514), untagged: IPv4 and UDP, to each destination its own host.
[[nodiscard]] std::vector<std::uint8_t> bench_frame(std::size_t index, std::size_t size);

/// Gone when this is.
class BenchSource {
  public:
    /// One frame to each of `macs` destinations.
    [[nodiscard]] static Result<BenchSource> make(std::size_t macs, std::size_t size);

    /// What opens it, in this process.
    [[nodiscard]] std::string path() const;

  private:
    explicit BenchSource(rpc::Fd file) : file_(std::move(file)) {}
    rpc::Fd file_;
};

}  // namespace sealane::app
