#include "control/rpc/client.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "control/rpc/method.h"

namespace sealane::rpc {

using nlohmann::json;

namespace {

constexpr std::size_t kMaxReply = 256U << 20U;

/// Readable once the time is over.
Fd start_timer(double seconds) {
    Fd timer(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
    const double whole = std::floor(seconds);
    itimerspec after{};
    after.it_value.tv_sec = static_cast<time_t>(whole);
    after.it_value.tv_nsec = std::max(1L, static_cast<long>((seconds - whole) * 1e9));
    ::timerfd_settime(timer.get(), 0, &after, nullptr);
    return timer;
}

bool is_over(int timer, int grace_ms) {
    pollfd watched{timer, POLLIN, 0};
    return ::poll(&watched, 1, grace_ms) > 0;
}

/// "user root (uid 0), mode 0600"
std::string owner_and_mode(const struct stat& file) {
    const passwd* const owner = ::getpwuid(file.st_uid);
    const std::string number = std::to_string(file.st_uid);
    return fmt::format(
        "user {}, mode {:04o}",
        owner == nullptr ? number : fmt::format("{} (uid {})", owner->pw_name, number),
        file.st_mode & 07777U);
}

/// The first folder on the way to `path` that we can't pass, or nothing.
std::optional<std::string> closed_folder(const std::string& path) {
    for (std::size_t slash = path.find('/'); slash != std::string::npos;
         slash = path.find('/', slash + 1)) {
        const std::string folder = path.substr(0, slash + 1);
        if (::faccessat(AT_FDCWD, folder.c_str(), X_OK, AT_EACCESS) != 0) return folder;
    }
    return std::nullopt;
}

Error forbidden(const std::string& path) {
    const std::string folder = closed_folder(path).value_or("");
    const std::string what = folder.empty() ? "it" : "its folder " + folder;
    struct stat found {};
    const bool known = ::stat(folder.empty() ? path.c_str() : folder.c_str(), &found) == 0;
    return Error{fmt::format(
        "may not connect to {}: {}; {}: ask as that user or as root, or name the socket of a "
        "daemon "
        "of your own with --control",
        path,
        cause_of(EACCES),
        known ? what + " belongs to " + owner_and_mode(found) : what + " is not ours to look at")};
}

/// To the millisecond: a limit that was computed has digits that nobody asked for.
std::string duration_text(double seconds) {
    return fmt::format("{} s", std::round(seconds * 1'000) / 1'000);
}

Error no_daemon(const std::string& path, const std::string& why) {
    return Error{fmt::format(
        "no daemon at {}: {}; start one with `sealane run FILE --control {}`", path, why, path)};
}

/// A file that is no socket would only be "connection refused".
std::optional<std::string> why_no_socket(const std::string& path) {
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0 || S_ISSOCK(found.st_mode)) return std::nullopt;
    return S_ISDIR(found.st_mode) ? "it is a folder" : "it is a file, but no socket";
}

/// Another user's socket under our name (in /tmp, say) must not get our commands.
std::optional<std::string> why_not_trusted(int socket) {
    const auto owner = peer_user(socket);
    if (!owner) return "its owner can't be found out";
    const uid_t self = ::geteuid();
    if (self == 0 || *owner == self || *owner == 0) return std::nullopt;
    return fmt::format("it belongs to user {}, not to you", *owner);
}

}  // namespace

Status may_connect(const std::string& path) {
    if (::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0 || errno != EACCES)
        return done();
    if (why_no_socket(path)) return done();  // which is what is wrong first
    return forbidden(path);
}

Result<Client> Client::connect(const std::string& path, double timeout_s) {
    const Fd timer = start_timer(timeout_s);
    Result<Fd> socket = reach(path, timeout_s, timer.get());
    if (!socket) return socket.error();
    return Client(std::move(*socket), path, timeout_s);
}

Result<Fd> Client::reach(const std::string& path, double timeout_s, int timer) {
    const Result<sockaddr_un> address = unix_address(path);
    if (!address) return address.error();
    Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    while (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) !=
           0) {
        // EAGAIN: its queue of clients to come is full, and a unix socket has no way to wait.
        const int fault = errno;
        if (const auto why = why_no_socket(path)) {
            return Error{fmt::format("no daemon at {}: {}; see --control", path, *why)};
        }
        if (fault == EACCES) return forbidden(path);
        if (fault != EAGAIN && fault != EINTR) return no_daemon(path, cause_of(fault));
        if (is_over(timer, 10)) {
            return no_daemon(path, "it did not accept within " + duration_text(timeout_s));
        }
    }
    if (const auto why = why_not_trusted(socket.get())) return no_daemon(path, *why);
    return socket;
}

Client::Client(Fd socket, std::string path, double timeout_s)
    : socket_(std::move(socket)), path_(std::move(path)), timeout_s_(timeout_s) {}

std::optional<CallFault> Client::call(const std::string& method, const json& params, json& result) {
    constexpr int kBetweenMs = 20;
    const Fd timer = start_timer(timeout_s_);
    std::string before;
    for (;;) {
        auto fault = ask(method, params, timer.get(), result);
        if (!fault) return fault;
        if (fault->code != kFull) {
            if (fault->code == 0) fault->text += before;  // it may have found no place still
            return fault;
        }
        // It reads nothing before it has a place for us, so that nothing is done twice.
        if (is_over(timer.get(), kBetweenMs)) return fault;
        before = "; before that: " + fault->text;
        Result<Fd> again = reach(path_, timeout_s_, timer.get());
        if (!again) return CallFault{0, again.error().text + before};
        socket_ = std::move(*again);
        received_.clear();
    }
}

std::optional<CallFault> Client::ask(const std::string& method,
                                     const json& params,
                                     int timer,
                                     json& result) {
    const std::int64_t id = ++last_id_;
    const json request{{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}};
    const std::string text = request.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
    const Status sent = send(text, timer);
    // Who was turned away can't send, but may find in its socket why.
    const Result<std::string> line = receive_line(timer);
    if (!line) return CallFault{0, sent ? line.error().text : sent.error().text};

    try {
        json reply = json::parse(*line);
        if (reply.contains("error")) {
            const json& no = reply["error"];
            return CallFault{no.at("code").get<int>(), no.at("message").get<std::string>()};
        }
        if (reply.at("id") != id) {
            return CallFault{0, lost("its answer is to another question").text};
        }
        result = std::move(reply.at("result"));
        return std::nullopt;
    } catch (const json::exception&) {
        return CallFault{0, lost("its answer is no JSON-RPC: is it a sealane?").text};
    }
}

Status Client::send(std::string_view text, int timer) {
    while (!text.empty()) {
        const ssize_t size = ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
        if (size >= 0) {
            text.remove_prefix(static_cast<std::size_t>(size));
        } else if (errno == EAGAIN || errno == EINTR) {
            if (Status ready = wait(POLLOUT, timer); !ready) return ready;
        } else {
            return lost(cause_of(errno));
        }
    }
    return done();
}

Result<std::string> Client::receive_line(int timer) {
    std::array<char, 65'536>
        buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init) filled by recv
    std::size_t searched = 0;
    for (;;) {
        const std::size_t end = received_.find('\n', searched);
        if (end != std::string::npos) {
            std::string line = received_.substr(0, end);
            received_.erase(0, end + 1);
            return line;
        }
        searched = received_.size();
        if (searched > kMaxReply) return lost("its answer is longer than 256 MiB");
        const ssize_t size = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
        if (size > 0) {
            received_.append(buffer.data(), static_cast<std::size_t>(size));
        } else if (size == 0) {
            return lost("it closed the connection without an answer");
        } else if (errno == EAGAIN || errno == EINTR) {
            if (const Status ready = wait(POLLIN, timer); !ready) return ready.error();
        } else {
            return lost(cause_of(errno));
        }
    }
}

Status Client::wait(short events, int timer) {
    std::array<pollfd, 2> watched{{{socket_.get(), events, 0}, {timer, POLLIN, 0}}};
    ::poll(watched.data(), watched.size(), -1);
    if (watched[1].revents != 0) {
        return lost(fmt::format("no answer within {} (see --timeout)", duration_text(timeout_s_)));
    }
    return done();
}

Error Client::lost(const std::string& why) const {
    return Error{fmt::format("the daemon at {}: {}", path_, why)};
}

}  // namespace sealane::rpc
