#include "dataplane/port/vhost_socket.h"

#include <cerrno>
#include <climits>
#include <cstring>
#include <map>
#include <mutex>
#include <sys/stat.h>

#include <rte_log.h>
#include <rte_vhost.h>

#include "dataplane/base/cause.h"
#include "dataplane/port/bound_socket.h"
#include "dataplane/port/vhost_message.h"

namespace sealane::port {
namespace {

struct Registration {
    VhostEvents* events = nullptr;
    std::uint16_t queues = 1;
};

/// Who has which socket.  The library calls back without a context, so the way from a device to its
/// port is a list of the process, as the library's own is.
class Registry {
  public:
    bool add(const std::string& path, Registration registration) {
        const std::lock_guard lock(mutex_);
        return by_path_.try_emplace(path, registration).second;
    }
    void remove(const std::string& path) {
        const std::lock_guard lock(mutex_);
        by_path_.erase(path);
    }
    /// The answer stays good during a callback: the library waits for those before it lets go of a
    /// socket, and only then it is removed here.
    Registration find(int device) {
        char path[PATH_MAX];
        if (rte_vhost_get_ifname(device, path, sizeof path) != 0) return {};
        const std::lock_guard lock(mutex_);
        const auto found = by_path_.find(path);
        return found == by_path_.end() ? Registration{} : found->second;
    }

  private:
    std::mutex mutex_;
    std::map<std::string, Registration> by_path_;
};

Registry& registry() {
    // The library's callbacks bring a number and no pointer, and its threads outlive everything.
    // NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): as said.
    static auto* const only = new Registry;
    return *only;
}

int new_device(int device) {
    VhostEvents* const events = registry().find(device).events;
    if (events == nullptr) return -1;
    events->attached(device);
    return 0;
}

void destroy_device(int device) {
    if (VhostEvents* const events = registry().find(device).events) events->detached(device);
}

int vring_state_changed(int device, std::uint16_t ring, int enable) {
    if (VhostEvents* const events = registry().find(device).events) {
        events->ring_changed(device, ring, enable != 0);
    }
    return 0;
}

rte_vhost_msg_result message_came(int device, void* message) {
    const bool reply =
        before_the_library(message, registry().find(device).queues) == MessageFate::Reply;
    return reply ? RTE_VHOST_MSG_RESULT_REPLY : RTE_VHOST_MSG_RESULT_NOT_HANDLED;
}

constexpr rte_vhost_user_extern_ops kOwnAnswers{.pre_msg_handle = message_came,
                                                .post_msg_handle = nullptr};

int new_connection(int device) {
    VhostEvents* const events = registry().find(device).events;
    if (events == nullptr) return -1;
    events->connected(device);
    return rte_vhost_extern_callback_register(device, &kOwnAnswers, nullptr);
}

void destroy_connection(int device) {
    if (VhostEvents* const events = registry().find(device).events) events->disconnected(device);
}

constexpr rte_vhost_device_ops kCallbacks{.new_device = new_device,
                                          .destroy_device = destroy_device,
                                          .vring_state_changed = vring_state_changed,
                                          .features_changed = nullptr,
                                          .new_connection = new_connection,
                                          .destroy_connection = destroy_connection,
                                          .guest_notified = nullptr,
                                          .reserved = {}};

/// Files made while it lives are for our user only.
class OwnerOnly {
  public:
    OwnerOnly() : before_(umask(S_IRWXG | S_IRWXO | S_IXUSR)) {}
    OwnerOnly(const OwnerOnly&) = delete;
    OwnerOnly& operator=(const OwnerOnly&) = delete;
    ~OwnerOnly() { umask(before_); }

  private:
    mode_t before_;
};

/// What a peer does wrong is its own affair: it must not fill our log.
void silence_library() { rte_log_set_level_pattern("lib.vhost.*", RTE_LOG_CRIT); }

}  // namespace

Result<std::unique_ptr<VhostSocket>> VhostSocket::open(const VhostSocketSettings& settings,
                                                       VhostEvents& events) {
    const std::string& path = settings.path;
    if (Status usable = check_socket_path(settings.name, path); !usable) return usable.error();
    if (settings.server) {
        if (Status free = free_socket_path(settings.name, path); !free) return free.error();
    }
    silence_library();
    if (!registry().add(path, {&events, settings.offer.queues})) {
        return Error{settings.name + ": vhost-user socket " + path + " is in use in this process"};
    }
    const std::uint64_t flags =
        RTE_VHOST_USER_NET_COMPLIANT_OL_FLAGS | (settings.server ? 0 : RTE_VHOST_USER_CLIENT);
    if (rte_vhost_driver_register(path.c_str(), flags) != 0) {
        registry().remove(path);
        return Error{settings.name + ": can't make a vhost-user port at " + path +
                     ": no room for another socket"};
    }
    std::unique_ptr<VhostSocket> socket(new VhostSocket(path));
    const OwnerOnly mode;
    if (!socket->set_up(settings.offer) || rte_vhost_driver_start(path.c_str()) != 0) {
        return Error{settings.name + ": can't serve vhost-user at " + path + ": " +
                     why_not_made(path, errno)};
    }
    return socket;
}

bool VhostSocket::set_up(const VhostOffer& offer) {
    const char* const path = path_.c_str();
    std::uint64_t known = 0;
    return rte_vhost_driver_disable_features(path, withheld_features(offer)) == 0 &&
           rte_vhost_driver_get_features(path, &offered_) == 0 &&
           rte_vhost_driver_get_protocol_features(path, &known) == 0 &&
           rte_vhost_driver_set_protocol_features(path, known & offered_protocol_features(offer)) ==
               0 &&
           rte_vhost_driver_callback_register(path, &kCallbacks) == 0;
}

VhostSocket::~VhostSocket() {
    rte_vhost_driver_unregister(path_.c_str());
    registry().remove(path_);
}

}  // namespace sealane::port
