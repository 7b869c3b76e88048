// The hypervisor's end: which VIOSes are there, what they wish, and what they are told.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <sys/types.h>
#include <variant>
#include <vector>

#include "control/hypercall/door.h"
#include "control/hypercall/message.h"
#include "control/hypercall/pages.h"
#include "control/hypercall/visitor.h"
#include "dataplane/base/result.h"

namespace sealane::hypercall {

/// A VIOS said Hello, and was welcomed.
struct Came {
    std::string partition;
    pid_t pid = 0;
    bool operator==(const Came&) const = default;
};

/// Its connection ended, which is all that is known of a process that was killed.
struct Gone {
    std::string partition;
    pid_t pid = 0;
    std::string why;  ///< "it ended", "it said nonsense: too-short".
    bool operator==(const Gone&) const = default;
};

using Event = std::variant<Came, Gone, Wish, Listing>;

/// Garbage, by Reject.
using RejectCounts = std::array<std::uint64_t, kRejectCount>;

/// Serves all VIOSes of one hypervisor and never waits for one: who does not read loses its
/// connection, who talks nonsense too, and nobody else notices.
///
/// Only processes of the same user, or root's, are heard.  One connection a partition.
///
/// Ownership: owns the socket file and one progress page a connection; borrows the slot page.
/// Threads: one.
class Server {
  public:
    struct Sea {
        SeaIndex index;
        std::size_t worker = 0;  ///< Of its partition's process: which counter shows its progress.
    };
    struct Partition {
        std::string name;
        std::vector<Sea> seas;  ///< Those with high availability; the only ones it may speak of.
    };
    struct Settings {
        std::string path;  ///< Of the socket.
        Digest digest{};
        ha::Key key;
        const SlotPage& slots;
        std::vector<Partition> partitions;
    };

    [[nodiscard]] static Result<std::unique_ptr<Server>> open(Settings settings);

    /// Readable when service() has something to do.
    [[nodiscard]] int descriptor() const { return wake_.get(); }
    /// Does what is to do now, a bounded part of it, and appends what happened, in order.  After a
    /// Gone nothing of that connection follows.
    void service(std::vector<Event>& out);

    /// To the VIOS that has the SEA; to nobody if it is not there.  Overtakes lists of clients.
    void tell(const SlotNews& news);
    /// The whole answer to one Listing, sent as the VIOS reads it.
    void tell(SeaIndex sea, std::span<const ClientAddress> clients);

    /// How far the SEA's dataplane has come; 0 if it is not connected.
    [[nodiscard]] std::uint64_t progress(SeaIndex sea) const;
    /// The word of its slot that the SEA says it has done with, of one of its trunk adapters; 0 if
    /// it is not connected.
    [[nodiscard]] std::uint64_t answer(SeaIndex sea, AdapterId trunk) const;
    [[nodiscard]] const RejectCounts& rejected() const { return rejected_; }

  private:
    using Visitors = std::map<std::uint64_t, Visitor>;  ///< By number, the older first.

    /// Whom a SEA belongs to.
    struct Place {
        std::size_t partition = 0;
        std::size_t worker = 0;
    };

    Server(Settings settings, Door door, Descriptor wake);

    void admit();
    void make_room_for_strangers();
    void hear(std::uint64_t number, Visitor& visitor, std::vector<Event>& out);
    /// What was said, or why it can't be.
    [[nodiscard]] Reject take(std::uint64_t number,
                              Visitor& visitor,
                              const Message& said,
                              std::vector<Event>& out);
    [[nodiscard]] Reject greet(std::uint64_t number,
                               Visitor& visitor,
                               const Hello& hello,
                               std::vector<Event>& out);
    void forget_if_dead(const std::string& partition, std::vector<Event>& out);
    [[nodiscard]] std::optional<std::string> why_not(const Hello& hello) const;
    [[nodiscard]] const Place* place_of(SeaIndex sea) const;
    [[nodiscard]] Visitor* visitor_of(SeaIndex sea);
    [[nodiscard]] const Visitor* visitor_of(const Place* place) const;
    [[nodiscard]] std::vector<std::string> names() const;
    void watch(std::uint64_t number, Visitor& visitor);
    void dismiss(Visitors::iterator it, std::vector<Event>& out);

    Settings settings_;
    Door door_;
    Descriptor wake_;  ///< An epoll of the door, 0, and of the visitors by their numbers.
    std::map<SeaIndex, Place> places_;
    Visitors visitors_;
    std::vector<std::optional<std::uint64_t>> inside_;  ///< Visitors by partition.
    std::uint64_t last_ = 0;                            ///< Number given to a visitor.
    RejectCounts rejected_{};
};

}  // namespace sealane::hypercall
