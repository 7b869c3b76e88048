// Unix sockets as files: their addresses, whose they are, and how to remove exactly the right one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

#include "dataplane/base/result.h"

namespace sealane::rpc {

/// A file descriptor and the duty to close it.
class Fd {
  public:
    Fd() = default;
    explicit Fd(int number) : number_(number) {}
    ~Fd() { reset(); }
    Fd(Fd&& other) noexcept : number_(other.release()) {}
    Fd& operator=(Fd&& other) noexcept;
    Fd(const Fd&) = delete;
    Fd& operator=(const Fd&) = delete;

    [[nodiscard]] int get() const { return number_; }
    [[nodiscard]] bool is_open() const { return number_ >= 0; }
    int release();
    void reset();

  private:
    int number_ = -1;
};

/// "connect to /run/x.sock: Connection refused"-like sentences end in this.
[[nodiscard]] std::string cause_of(int error_number);

/// An address holds 107 bytes of path; a longer one (or an empty one) is an Error that says so.
[[nodiscard]] Result<sockaddr_un> unix_address(const std::string& path);

/// Which socket file it was.  A number of a removed file is soon given to the next one, so the time
/// it was made belongs to it.
struct SocketIdentity {
    dev_t device = 0;
    ino_t inode = 0;
    std::int64_t made_s = 0;
    std::int64_t made_ns = 0;

    bool operator==(const SocketIdentity&) const = default;
};

/// Of the socket at `path`; nothing if there is none, or something else.
[[nodiscard]] std::optional<SocketIdentity> identify_socket(const std::string& path);

/// Removes the socket file at `path` if it is still that one.
void remove_socket(const std::string& path, const SocketIdentity& identity);

/// Removes the socket file at `path` if nobody has it open.  False: somebody has, or it can't be
/// told.
bool remove_orphan(const std::string& path);

/// While it lives, nobody who uses it too changes sockets in the directory of `path`: looking whose
/// a socket is and removing it are two steps.  A lock that can't be had within a second is done
/// without: it only closes a window of microseconds.
class DirectoryLock {
  public:
    explicit DirectoryLock(const std::string& path);

  private:
    Fd directory_;
};

/// User at the other end of a connected unix socket.
[[nodiscard]] std::optional<uid_t> peer_user(int socket);

}  // namespace sealane::rpc
