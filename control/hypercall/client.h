// A VIOS's end: the hypervisor's slots to read, its own progress to raise, calls and what they led
// to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "control/ha/seal.h"
#include "control/hypercall/life_line.h"
#include "control/hypercall/message.h"
#include "control/hypercall/packets.h"
#include "control/hypercall/pages.h"
#include "dataplane/base/descriptor.h"
#include "dataplane/base/result.h"
#include "dataplane/base/time.h"

namespace sealane::hypercall {

/// What the hypervisor told.
using Heard = std::variant<SlotNews, ClientList>;

/// Nobody has made the socket at `path`, or who has is dead: a hypervisor may come yet.  Of other
/// faults Client::connect() tells.
[[nodiscard]] bool is_nobody_there(const std::string& path);

/// One connection.  When it has ended, all slots are lost; to be connected again takes a new
/// Client, with pages and a key of its own.
///
/// Ownership: owns the mappings of slots(), progress() and answers(); no worker may use them when
/// it goes. Threads: one; slots(), progress() and answers() from any.
class Client {
  public:
    static constexpr std::size_t kMaxWaiting = 1024;  ///< Calls that the socket did not take yet.

    struct Settings {
        std::string path;
        Digest digest{};
        std::string partition;
    };

    /// Waits for the hypervisor's answer, at most so long.
    [[nodiscard]] static Result<std::unique_ptr<Client>> connect(const Settings& settings,
                                                                 Duration wait);

    /// The words of hvswitch::SlotTable, by SlotId, as the hypervisor keeps them.  When it is gone
    /// they stay as they were last, so whoever goes by them has to be told.
    [[nodiscard]] std::span<const Word> slots() const { return slots_.words(); }
    /// Each worker raises its own, by its index.
    [[nodiscard]] std::span<Word> progress() const { return progress_.words().first(kCounters); }
    /// Of each SEA's trunk adapters, by AdapterId: the word of the slot that it has done with.
    [[nodiscard]] std::span<Word> answers() const {
        return progress_.words().subspan(kCounters, kAnswers);
    }
    /// Of the pairs' control messages.
    [[nodiscard]] const ha::Key& key() const { return key_; }

    /// Readable when receive() has something to do.
    [[nodiscard]] int descriptor() const { return wake_.get(); }

    /// Neither waits.  When the hypervisor does not read, calls are kept in their order; with too
    /// many of them the connection is given up.
    void call(SeaIndex sea, Call call, ha::TrunkSet trunks);
    void list_clients(SeaIndex sea, ha::TrunkSet trunks);

    /// Appends what was told, a bounded part of it, in order.  False: the connection has ended, and
    /// all that came before has been handed out.
    [[nodiscard]] bool receive(std::vector<Heard>& out);
    /// Why it has ended; empty while it has not.
    [[nodiscard]] const std::string& why_ended() const { return end_; }

  private:
    Client(Descriptor socket, Descriptor wake, ha::Key key, Mapping slots, Mapping progress);

    /// Makes one of the hypervisor's answer, or says why not.
    static Result<std::unique_ptr<Client>> make(const std::string& path,
                                                Descriptor socket,
                                                Duration wait);

    void say(const Message& message);
    void flush();
    void watch();
    void finish(std::string why);
    [[nodiscard]] Reject take(const Received& got, std::vector<Heard>& out) const;

    Descriptor socket_;
    Descriptor wake_;  ///< An epoll of the socket: calls that wait have to go some time, too.
    ha::Key key_;
    Mapping slots_;
    Mapping progress_;
    LifeLine life_;
    std::deque<Packet> waiting_;
    bool is_watched_for_room_ = false;
    std::string end_;
};

}  // namespace sealane::hypercall
