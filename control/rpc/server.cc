#include "control/rpc/server.h"

#include <algorithm>
#include <cerrno>
#include <malloc.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "control/rpc/dispatch.h"

namespace sealane::rpc {

namespace {

constexpr std::size_t kReadSize = 64U << 10U;
constexpr int kReadsAtOnce = 16;  // then it is the next client's turn
constexpr std::size_t kBig = 1U << 20U;

constexpr int kForEver = -1;  // of poll(2)

/// Rounded up, so that the time has come when the wait is over.
int ms_of(Duration time) {
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(time).count();
    return static_cast<int>(std::clamp<std::int64_t>(ms, 0, 60'000));
}

int shorter_wait(int one_ms, int other_ms) {
    if (one_ms == kForEver || other_ms == kForEver) return std::max(one_ms, other_ms);
    return std::min(one_ms, other_ms);
}

short wanted(const Session& session) {
    int events = 0;
    if (session.wants_input()) events |= POLLIN;
    if (!session.output().empty()) events |= POLLOUT;
    return static_cast<short>(events);
}

/// One try at telling why; the socket is closed next, whatever comes of it.
void turn_away(int socket, int code, const std::string& text) {
    const std::string reply = error_reply(code, text);
    [[maybe_unused]] const auto sent =
        ::send(socket, reply.data(), reply.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

bool may_control(int socket) {
    const auto user = peer_user(socket);
    return user && (*user == ::geteuid() || *user == 0);
}

}  // namespace

Server::Server(const Listener& listener, const Methods& methods, std::function<Instant()> now)
    : listener_(listener), methods_(methods), now_(std::move(now)), scratch_(kReadSize) {}

Status Server::serve_until(int stop, const Chore& chore) {
    std::vector<pollfd> watched;
    Instant next_chore = now_() + chore.every;
    for (;;) {
        if (chore.deed && now_() >= next_chore) {
            if (!chore.deed()) return done();
            next_chore = now_() + chore.every;
        }
        watched.assign({{stop, POLLIN, 0}, {out_of_descriptors_ ? -1 : listener_.fd(), POLLIN, 0}});
        for (const Client& client : clients_) {
            watched.push_back({client.socket.get(), wanted(client.session), 0});
        }
        // Without a free descriptor the listener would be readable for ever: look again later.
        const int ready = ::poll(watched.data(),
                                 watched.size(),
                                 shorter_wait(out_of_descriptors_ ? 100 : kForEver,
                                              chore.deed ? ms_of(next_chore - now_()) : kForEver));
        out_of_descriptors_ = false;
        if (ready < 0 && errno != EINTR) return Error{"wait for clients: " + cause_of(errno)};
        if (ready <= 0) continue;
        if (watched[0].revents != 0) return done();
        for (std::size_t i = 0; i < clients_.size(); ++i) {
            const int events = watched[i + 2].revents;
            if ((events & (POLLERR | POLLNVAL)) != 0) clients_[i].lost = true;
            if ((events & POLLOUT) != 0) send(clients_[i]);
            if ((events & (POLLIN | POLLHUP)) != 0) receive(clients_[i]);
        }
        keep_within_bounds();
        forget_finished();
        give_back_memory();
        if (watched[1].revents != 0) accept_all();
    }
}

void Server::accept_all() {
    // Once full, one more a round: those who have left meanwhile were forgotten before this.
    for (bool full = false; !full;) {
        Fd socket(::accept4(listener_.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (!socket.is_open()) {
            out_of_descriptors_ = errno == EMFILE || errno == ENFILE || errno == ENOMEM;
            return;
        }
        full = clients_.size() + 1 >= kMaxClients;
        if (!may_control(socket.get())) {
            turn_away(
                socket.get(), kTooMuch, "only this daemon's own user and root may control it");
        } else if (make_room()) {
            clients_.push_back({std::move(socket), Session(methods_), {now_(), now_()}});
        } else {
            turn_away(socket.get(), kFull, "64 clients are connected already");
        }
    }
}

bool Server::make_room() {
    if (clients_.size() < kMaxClients) return true;
    std::vector<Conduct> conducts;
    for (const Client& client : clients_) {
        conducts.push_back(client.conduct);
        conducts.back().is_amid =
            client.session.input_held() != 0 || !client.session.output().empty();
    }
    const auto leaver = who_gives_way(conducts, now_());
    if (!leaver) return false;
    if (clients_[*leaver].session.output().empty()) {  // not into the middle of an answer
        turn_away(clients_[*leaver].socket.get(),
                  kTooMuch,
                  "you were idle, and another client needed the place: 64 are connected");
    }
    clients_.erase(clients_.begin() + static_cast<std::ptrdiff_t>(*leaver));
    return true;
}

void Server::receive(Client& client) {
    for (int reads = 0; reads < kReadsAtOnce && client.session.wants_input(); ++reads) {
        const ssize_t size = ::recv(client.socket.get(), scratch_.data(), scratch_.size(), 0);
        if (size > 0) {
            client.conduct.heard = now_();
            const std::uint64_t answered = client.session.answered();
            client.session.handle_bytes({scratch_.data(), static_cast<std::size_t>(size)});
            if (client.session.answered() != answered) client.conduct.served = now_();
        } else if (size == 0) {
            client.session.handle_end();
        } else {
            client.lost = errno != EAGAIN && errno != EINTR;
            break;
        }
        send(client);  // most often the answer fits at once
        if (client.lost) return;
    }
}

void Server::send(Client& client) {
    while (!client.lost && !client.session.output().empty()) {
        const std::string_view output = client.session.output();
        const ssize_t size =
            ::send(client.socket.get(), output.data(), output.size(), MSG_NOSIGNAL);
        if (size < 0) {
            client.lost = errno != EAGAIN && errno != EINTR;
            return;
        }
        client.conduct.heard = now_();
        client.session.take(static_cast<std::size_t>(size));
    }
}

void Server::keep_within_bounds() {
    std::size_t input = 0;
    std::size_t output = 0;
    for (const Client& client : clients_) {
        input += client.session.input_held();
        output += client.session.output().size();
    }
    const auto by_input = [](const Client& a, const Client& b) {
        return a.session.input_held() < b.session.input_held();
    };
    const auto by_output = [](const Client& a, const Client& b) {
        return a.session.output().size() < b.session.output().size();
    };
    if (input > kMaxInputHeld) {
        std::max_element(clients_.begin(), clients_.end(), by_input)
            ->session.refuse(kTooMuch, "all clients' unfinished messages together are too big");
    }
    if (output > kMaxOutputHeld) {
        std::max_element(clients_.begin(), clients_.end(), by_output)->lost = true;
    }
    bloated_ = bloated_ || input + output > kBig;
}

void Server::forget_finished() {
    std::erase_if(clients_,
                  [](const Client& client) { return client.lost || client.session.is_finished(); });
}

/// Big messages leave hundreds of MiB in the allocator; the machine's guests want them back.
void Server::give_back_memory() {
    const bool holds = std::any_of(clients_.begin(), clients_.end(), [](const Client& client) {
        return client.session.input_held() + client.session.output().size() > kBig;
    });
    if (!bloated_ || holds) return;
    ::malloc_trim(0);
    bloated_ = false;
}

}  // namespace sealane::rpc
