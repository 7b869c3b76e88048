// The control socket's loop: many clients, one thread.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "control/rpc/give_way.h"
#include "control/rpc/listener.h"
#include "control/rpc/method.h"
#include "control/rpc/session.h"
#include "dataplane/base/result.h"
#include "dataplane/base/time.h"

namespace sealane::rpc {

inline constexpr std::size_t kMaxClients = 64;
/// Unfinished messages, and unread answers, of all clients together.
inline constexpr std::size_t kMaxInputHeld = 96U << 20U;
inline constexpr std::size_t kMaxOutputHeld = 64U << 20U;

/// What the loop does beside serving: `deed`, each time that `every` has passed.  False: enough
/// served.
struct Chore {
    Duration every{};
    std::function<bool()> deed;
};

/// Serves every client as far as it reads and writes; none can hold up another but by the time that
/// its methods take, or by holding a place and doing nothing with it (give_way.h).  Methods run on
/// the thread that calls serve_until().
class Server {
  public:
    /// Borrows listener and methods.  `now` tells the time.
    Server(const Listener& listener, const Methods& methods, std::function<Instant()> now);

    /// Until `stop` becomes readable, or the chore ends it; it reads nothing from `stop`.  The
    /// Error is one of poll(2).
    [[nodiscard]] Status serve_until(int stop, const Chore& chore = {});

  private:
    struct Client {
        Fd socket;
        Session session;
        Conduct conduct;
        bool lost = false;
    };

    void accept_all();
    /// Whether there is a place for one more, now that somebody may have had to leave.
    bool make_room();
    void receive(Client& client);
    void send(Client& client);
    void keep_within_bounds();
    void forget_finished();
    void give_back_memory();

    const Listener& listener_;
    const Methods& methods_;
    std::function<Instant()> now_;
    std::vector<Client> clients_;
    std::vector<char> scratch_;
    bool out_of_descriptors_ = false;
    bool bloated_ = false;  ///< Something big is or was held, and its memory not yet given back.
};

}  // namespace sealane::rpc
