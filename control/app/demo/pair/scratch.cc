#include "control/app/demo/pair/scratch.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace sealane::app {
namespace {

/// Ctrl-C and a hang-up are meant for the demo; it goes when the demo's processes have.
[[noreturn]] void sweep_when_over(const std::string& path, int pipe) {
    ::setsid();
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
        ::signal(signal, SIG_IGN);
    }
    ::prctl(PR_SET_NAME, "sealane-sweeper");
    const auto kept = static_cast<unsigned>(pipe);
    if (kept > 0) ::close_range(0, kept - 1, 0);
    ::close_range(kept + 1, ~0U, 0);
    char nothing = 0;
    while (::read(pipe, &nothing, 1) < 0 && errno == EINTR) {
    }
    std::error_code ignored;  // there is nobody left to tell
    std::filesystem::remove_all(path, ignored);
    ::_exit(0);
}

std::string template_in(const char* folder) {
    return std::string(folder != nullptr && *folder != '\0' ? folder : "/tmp") +
           "/sealane-demo-XXXXXX";
}

}  // namespace

Result<Scratch> Scratch::make() {
    std::string path = template_in(std::getenv("TMPDIR"));
    const auto failed = [&path] {
        return Error{"make a directory " + path + ": " + rpc::cause_of(errno) +
                     "; TMPDIR names another place"};
    };
    if (::mkdtemp(path.data()) == nullptr) return failed();
    std::array<int, 2> ends{-1, -1};
    if (::pipe(ends.data()) != 0) return failed();
    rpc::Fd reading(ends[0]);
    rpc::Fd writing(ends[1]);
    ::fcntl(reading.get(), F_SETFD, FD_CLOEXEC);
    const pid_t sweeper = ::fork();
    if (sweeper < 0) return failed();
    if (sweeper == 0) sweep_when_over(path, reading.get());
    return Scratch(std::move(path), std::move(writing), sweeper);
}

Scratch::Scratch(std::string path, rpc::Fd pipe, pid_t sweeper)
    : path_(std::move(path)), pipe_(std::move(pipe)), sweeper_(sweeper) {}

Scratch::Scratch(Scratch&& other) noexcept
    : path_(std::move(other.path_)),
      pipe_(std::move(other.pipe_)),
      sweeper_(std::exchange(other.sweeper_, -1)) {}

Scratch::~Scratch() {
    pipe_.reset();
    if (sweeper_ < 0) return;
    while (::waitpid(sweeper_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

}  // namespace sealane::app
