#include "control/app/frame_directory.h"

#include <cerrno>
#include <sys/stat.h>
#include <unistd.h>

#include "control/rpc/socket_file.h"

namespace sealane::app {
namespace {

/// A path that ends in a slash, or in a dot behind one, is followed through a link by lstat() too.
std::string without_tail(std::string path) {
    while (path.size() > 1 && (path.ends_with('/') || path.ends_with("/."))) {
        path.pop_back();
    }
    return path;
}

}  // namespace

Status make_frame_directory(const std::string& asked) {
    const std::string path = without_tail(asked);
    const auto failed = [&](const std::string& why) {
        return Error{"the frame's directory " + path + ": " + why};
    };
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
        return failed(rpc::cause_of(errno) + "; --frame DIR names another");
    }
    struct stat found {};
    if (::lstat(path.c_str(), &found) != 0) return failed(rpc::cause_of(errno));
    if (!S_ISDIR(found.st_mode)) return failed("it is no directory; --frame DIR names another");
    if (found.st_uid != ::geteuid()) {
        return failed("it is another user's, who could play hypervisor; --frame DIR names another");
    }
    if ((found.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        return failed("others may write to it and could play hypervisor; `chmod 700 " + path + "`");
    }
    return done();
}

}  // namespace sealane::app
