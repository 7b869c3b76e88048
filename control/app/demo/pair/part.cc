#include "control/app/demo/pair/part.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include "control/rpc/socket_file.h"

namespace sealane::app {
namespace {

/// Between fork and exec, beside other threads: nothing but system calls (signal-safety(7)).
[[noreturn]] void become(const char* directory, const char* log, const char* name, pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent || ::chdir(directory) != 0) ::_exit(1);
    const int sink = ::open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::dup2(nothing, STDIN_FILENO);
    ::dup2(sink, STDOUT_FILENO);
    ::dup2(sink, STDERR_FILENO);
    ::execl("/proc/self/exe",
            "sealane",
            "run",
            "demo.yaml",
            "--as",
            name,
            "--frame",
            "frame",
            static_cast<char*>(nullptr));
    ::_exit(1);
}

}  // namespace

Result<PartProcess> PartProcess::start(const std::string& directory, const std::string& name) {
    const std::string log = name + ".log";
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child < 0) return Error{"start " + name + ": " + rpc::cause_of(errno)};
    if (child == 0) become(directory.c_str(), log.c_str(), name.c_str(), parent);
    return PartProcess(child);
}

PartProcess::PartProcess(PartProcess&& other) noexcept : id_(std::exchange(other.id_, -1)) {}

PartProcess& PartProcess::operator=(PartProcess&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
}

void PartProcess::kill() {
    if (id_ < 0) return;
    ::kill(id_, SIGKILL);
    while (::waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
    }
    id_ = -1;
}

void PartProcess::ask_to_end() const {
    if (id_ >= 0) ::kill(id_, SIGTERM);
}

bool PartProcess::has_ended() {
    if (id_ >= 0 && ::waitpid(id_, nullptr, WNOHANG) == id_) id_ = -1;
    return id_ < 0;
}

}  // namespace sealane::app
