// One connection at the hypervisor's end: what is to be said to it, and why it has to end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <sys/types.h>
#include <utility>

#include "control/hypercall/life_line.h"
#include "control/hypercall/message.h"
#include "control/hypercall/packets.h"
#include "control/hypercall/pages.h"
#include "dataplane/base/descriptor.h"

namespace sealane::hypercall {

/// A stranger until it is welcomed; then a partition's process, with a progress page of its own.
///
/// News wait in a queue when the socket is full, lists of clients in another one, and only go when
/// most of what was sent before has been read: so news never stand behind many of them.
///
/// Threads: the server's.
class Visitor {
  public:
    static constexpr std::size_t kMaxNews = 1024;         ///< Waiting.
    static constexpr std::size_t kMaxListed = 1U << 22U;  ///< Addresses waiting.

    /// `pid` is that of the process at the other end.
    Visitor(Descriptor socket, pid_t pid) : socket_(std::move(socket)), pid_(pid) {}

    [[nodiscard]] int socket() const { return socket_.get(); }
    [[nodiscard]] pid_t pid() const { return pid_; }
    [[nodiscard]] const std::optional<std::size_t>& partition() const { return partition_; }
    /// Empty: it may stay.
    [[nodiscard]] const std::string& end() const { return end_; }
    [[nodiscard]] bool is_waiting() const { return !news_.empty() || !lists_.empty(); }
    [[nodiscard]] std::uint64_t progress(std::size_t worker) const;
    [[nodiscard]] std::uint64_t answer(AdapterId trunk) const;

    void welcome(std::size_t partition,
                 const ha::Key& key,
                 const SlotPage& slots,
                 ProgressPage progress);
    void refuse(const std::string& text);
    void tell(const SlotNews& news);
    void tell(SeaIndex sea, std::span<const ClientAddress> clients);
    /// Says what waits, as far as the socket takes it.
    void flush();
    /// The first reason stays.  Wakes the server through its epoll.
    void finish(std::string why);

    /// What epoll watches it for; the server's to remember.
    std::uint32_t watched = 0;

  private:
    /// Whether it went.
    bool say(std::span<const std::uint8_t> packet);
    void flush_lists();

    Descriptor socket_;
    pid_t pid_;
    std::optional<std::size_t> partition_;
    std::optional<ProgressPage> progress_;
    std::unique_ptr<DeathWatch> death_;
    std::deque<Packet> news_;
    struct List {
        SeaIndex sea;
        std::vector<ClientAddress> clients;
        std::size_t told = 0;
    };
    std::deque<List> lists_;
    std::size_t listed_ = 0;  ///< Addresses in lists_, told ones too.
    std::string end_;
};

}  // namespace sealane::hypercall
