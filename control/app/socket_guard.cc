#include "control/app/socket_guard.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <linux/close_range.h>
#include <map>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace sealane::app {

namespace {

/// One message through the pipe: small enough to be written and read in one piece (pipe(7)).
/// Without a path it says that the daemon has undone all that it did.
struct Notice {
    bool is_made;  ///< Otherwise expected, and `identity` is nobody's.
    rpc::SocketIdentity identity;
    std::array<char, 128> path;  ///< As an address has it: 107 bytes, and a 0.
};
static_assert(sizeof(Notice) <= 4'096, "PIPE_BUF");

/// Neither a terminal nor a service manager that stops the whole group may end the child before the
/// daemon has ended.
void shut_out_the_world(int pipe) {
    ::setsid();
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2}) {
        ::signal(signal, SIG_IGN);
    }
    ::prctl(PR_SET_NAME, "sealane-guard");
    const auto kept = static_cast<unsigned>(pipe);
    if (kept > 0) ::close_range(0, kept - 1, 0);
    ::close_range(kept + 1, ~0U, 0);
    // It stays where the daemon is: a path too long for an address may be relative to that.
}

/// When the pipe ends, the kernel may still be about to close the daemon's sockets.  It takes no
/// longer than this; then they are a successor's.
constexpr int kLooks = 100;
constexpr int kBetweenLooksMs = 5;

void remove_expected(std::vector<std::string> paths, bool is_daemon_dying) {
    for (int look = 0; look < kLooks; ++look) {
        std::erase_if(paths, rpc::remove_orphan);
        if (paths.empty() || !is_daemon_dying) return;
        ::poll(nullptr, 0, kBetweenLooksMs);
    }
}

[[noreturn]] void stand_guard(int pipe) {
    shut_out_the_world(pipe);
    std::map<std::string, std::optional<rpc::SocketIdentity>> watched;
    bool is_dying = true;
    Notice notice;
    for (;;) {
        const ssize_t size = ::read(pipe, &notice, sizeof notice);
        if (size < 0 && errno == EINTR) continue;
        if (size != static_cast<ssize_t>(sizeof notice)) break;
        const std::string path = notice.path.data();
        if (path.empty()) {
            is_dying = false;
        } else {
            watched[path] = notice.is_made ? std::optional(notice.identity) : std::nullopt;
        }
    }
    std::vector<std::string> expected;
    for (const auto& [path, identity] : watched) {
        if (identity) {
            rpc::remove_socket(path, *identity);
        } else {
            expected.push_back(path);
        }
    }
    remove_expected(std::move(expected), is_dying);
    ::_exit(0);
}

}  // namespace

Result<SocketGuard> SocketGuard::start() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return Error{"start the socket guard: " + rpc::cause_of(errno)};
    }
    rpc::Fd reading(ends[0]);
    rpc::Fd writing(ends[1]);
    const pid_t child = ::fork();
    if (child < 0) return Error{"start the socket guard: " + rpc::cause_of(errno)};
    if (child == 0) stand_guard(reading.get());
    return SocketGuard(std::move(writing), child);
}

SocketGuard::SocketGuard(rpc::Fd pipe, pid_t child) : pipe_(std::move(pipe)), child_(child) {}

SocketGuard::SocketGuard(SocketGuard&& other) noexcept
    : pipe_(std::move(other.pipe_)), child_(std::exchange(other.child_, -1)) {}

SocketGuard::~SocketGuard() {
    if (pipe_.is_open()) tell("", std::nullopt);
    pipe_.reset();
    if (child_ < 0) return;
    while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

void SocketGuard::expect(const std::string& path) { tell(path, std::nullopt); }

void SocketGuard::watch(const std::string& path) {
    const auto identity = rpc::identify_socket(path);
    if (identity) tell(path, identity);
}

void SocketGuard::tell(const std::string& path,
                       const std::optional<rpc::SocketIdentity>& identity) const {
    Notice notice{};
    if (path.size() >= notice.path.size()) return;
    notice.is_made = identity.has_value();
    notice.identity = identity.value_or(rpc::SocketIdentity{});
    std::memcpy(notice.path.data(), path.data(), path.size());
    // A guard that is gone leaves files behind, and nothing worse.
    [[maybe_unused]] const ssize_t written = ::write(pipe_.get(), &notice, sizeof notice);
}

}  // namespace sealane::app
