#include "control/app/socket_guard.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace sealane::app {

namespace {

/// One message through the pipe: small enough to be written and read in one piece (pipe(7)).
struct Notice {
    rpc::SocketIdentity identity;
    std::array<char, 1'024> path;  ///< Absolute, ends in 0.
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
    [[maybe_unused]] const int moved = ::chdir("/");  // keeps no file system busy, if it can
}

[[noreturn]] void stand_guard(int pipe) {
    shut_out_the_world(pipe);
    std::vector<Notice> watched;
    Notice notice;
    for (;;) {
        const ssize_t size = ::read(pipe, &notice, sizeof notice);
        if (size < 0 && errno == EINTR) continue;
        if (size != static_cast<ssize_t>(sizeof notice)) break;
        watched.push_back(notice);
    }
    for (const Notice& socket : watched) {
        rpc::remove_socket(socket.path.data(), socket.identity);
    }
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
    pipe_.reset();
    if (child_ < 0) return;
    while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

void SocketGuard::watch(const std::string& path) {
    const auto identity = rpc::identify_socket(path);
    const std::string absolute = std::filesystem::absolute(path).string();
    Notice notice{};
    if (!identity || absolute.size() >= notice.path.size()) return;
    notice.identity = *identity;
    std::memcpy(notice.path.data(), absolute.data(), absolute.size());
    // A guard that is gone leaves files behind, and nothing worse.
    [[maybe_unused]] const ssize_t written = ::write(pipe_.get(), &notice, sizeof notice);
}

}  // namespace sealane::app
