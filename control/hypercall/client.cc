#include "control/hypercall/client.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <system_error>
#include <utility>

namespace sealane::hypercall {
namespace {

constexpr int kMaxHeard = 256;  ///< Packets in one receive().

Error trouble(const std::string& path, const std::string& what) {
    return Error{"hypervisor at " + path + ": " + what};
}

/// What is no socket only refuses connections, and so would look like one whose owner is dead.
const char* what_else_stands_at(const std::string& path) {
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0 || S_ISSOCK(found.st_mode)) return nullptr;
    return S_ISDIR(found.st_mode) ? "a directory" : "a file, but no socket";
}

std::string why_unreachable(const std::string& path, int refused) {
    if (const char* const other = what_else_stands_at(path)) {
        return std::string("it is ") + other +
               "; remove it if nobody needs it, or name with --frame the hypervisor's directory";
    }
    switch (refused) {
        case ENOENT:
        case ECONNREFUSED:
            return "nobody listens there; start it first: sealane run FILE --as hypervisor";
        case EACCES:
            return "not allowed; be the user that runs the hypervisor, or root";
        case EPROTOTYPE:
            return "something else listens there";
        case EAGAIN:
            return "it does not take any connection in time";
        default:
            return std::generic_category().message(refused);
    }
}

/// Linux closes what a killed process had open from the highest number down, and a packet socket
/// takes it milliseconds.  The hypervisor is to hear at once, so this one stands above the others.
Descriptor above_others(Descriptor socket) {
    constexpr int kAbove = 1000;
    const int moved = ::fcntl(socket.get(), F_DUPFD_CLOEXEC, kAbove);
    return moved < 0 ? std::move(socket) : Descriptor(moved);  // no room there: it works, later
}

Result<Descriptor> reach(const std::string& path, Duration wait) {
    const Result<sockaddr_un> address = address_of(path);
    if (!address) return address.error();
    Descriptor socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    // Blocks only while the hypervisor's list of arrivals is full.  Zero would mean: for ever.
    const auto us = std::max<std::int64_t>(1, wait / std::chrono::microseconds{1});
    const timeval bound{.tv_sec = us / 1'000'000, .tv_usec = us % 1'000'000};
    ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &bound, sizeof bound);
    const auto* const where = reinterpret_cast<const sockaddr*>(&*address);
    if (::connect(socket.get(), where, sizeof *address) != 0) {
        return trouble(path, why_unreachable(path, errno));
    }
    return above_others(std::move(socket));
}

/// Whether something came; a signal is not waited for again, who is signalled wants to end.
bool wait_for_word(int socket, Duration wait) {
    const auto ms = std::clamp<std::int64_t>(wait / std::chrono::milliseconds{1}, 0, INT_MAX);
    pollfd asked{.fd = socket, .events = POLLIN, .revents = 0};
    return ::poll(&asked, 1, static_cast<int>(ms)) == 1;
}

std::string nonsense(Reject why) {
    return std::string("the hypervisor said nonsense: ") + name_of(why);
}

}  // namespace

bool is_nobody_there(const std::string& path) {
    const Result<sockaddr_un> address = address_of(path);
    if (!address) return false;
    const Descriptor socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const auto* const where = reinterpret_cast<const sockaddr*>(&*address);
    if (::connect(socket.get(), where, sizeof *address) == 0) return false;
    if (errno == ECONNREFUSED) return what_else_stands_at(path) == nullptr;
    return errno == ENOENT;
}

Result<std::unique_ptr<Client>> Client::connect(const Settings& settings, Duration wait) {
    if (settings.partition.empty() || settings.partition.size() > kMaxPartitionName) {
        return trouble(settings.path,
                       "a partition's name of " + std::to_string(settings.partition.size()) +
                           " bytes can't be said to it");
    }
    Result<Descriptor> socket = reach(settings.path, wait);
    if (!socket) return socket.error();
    const Hello hello{.digest = settings.digest, .partition = settings.partition};
    // A hypervisor that has said no may have closed already; its words are still there.
    [[maybe_unused]] const Sent sent = send(socket->get(), encode(hello));
    return make(settings.path, std::move(*socket), wait);
}

Result<std::unique_ptr<Client>> Client::make(const std::string& path,
                                             Descriptor socket,
                                             Duration wait) {
    if (!wait_for_word(socket.get(), wait)) return trouble(path, "it does not answer in time");
    Buffer buffer;
    Received got = hypercall::receive(socket.get(), buffer, true);
    if (got.kind != Received::Kind::Something) return trouble(path, "it ended the connection");
    const Decoded said = decode(got.packet);
    if (said.why == Reject::Version) {
        return trouble(path, "it speaks another version of hypercalls; run the same sealane");
    }
    if (const Refused* const refused = std::get_if<Refused>(&said.message);
        said.why == Reject::None && refused != nullptr) {
        return trouble(path, refused->text);
    }
    const Welcome* const welcome = std::get_if<Welcome>(&said.message);
    if (said.why != Reject::None || welcome == nullptr || got.was_given_more ||
        !got.given[0].is_open() || !got.given[1].is_open()) {
        return trouble(path, "what it answers is no welcome; is it a hypervisor of sealane?");
    }
    Result<Mapping> slots = map_slots(got.given[0], welcome->slots);
    if (!slots) return trouble(path, slots.error().text);
    Result<Mapping> progress = map_progress(got.given[1]);
    if (!progress) return trouble(path, progress.error().text);

    Descriptor wake(::epoll_create1(EPOLL_CLOEXEC));
    epoll_event events{.events = EPOLLIN | EPOLLRDHUP, .data = {}};
    if (::epoll_ctl(wake.get(), EPOLL_CTL_ADD, socket.get(), &events) != 0) {
        return trouble(path, "watch it: " + std::generic_category().message(errno));
    }
    return std::unique_ptr<Client>(new Client(
        std::move(socket), std::move(wake), welcome->key, std::move(*slots), std::move(*progress)));
}

Client::Client(Descriptor socket, Descriptor wake, ha::Key key, Mapping slots, Mapping progress)
    : socket_(std::move(socket)),
      wake_(std::move(wake)),
      key_(std::move(key)),
      slots_(std::move(slots)),
      progress_(std::move(progress)),
      life_(progress_.words()[kLife]) {}

void Client::call(SeaIndex sea, Call call, ha::TrunkSet trunks) {
    say(Wish{.sea = sea, .call = call, .trunks = trunks});
}

void Client::list_clients(SeaIndex sea, ha::TrunkSet trunks) {
    say(Listing{.sea = sea, .trunks = trunks});
}

bool Client::receive(std::vector<Heard>& out) {
    flush();
    Buffer buffer;
    for (int i = 0; i < kMaxHeard; ++i) {
        const Received got = hypercall::receive(socket_.get(), buffer);
        if (got.kind == Received::Kind::Nothing) return true;
        if (got.kind == Received::Kind::End) {
            finish("the hypervisor ended the connection");
            return false;
        }
        if (const Reject why = take(got, out); why != Reject::None) {
            finish(nonsense(why));
            socket_.close();  // with what else came: it is not to be trusted
            return false;
        }
    }
    return true;
}

Reject Client::take(const Received& got, std::vector<Heard>& out) const {
    if (got.was_given_more) return Reject::Descriptors;
    if (got.is_cut) return Reject::TooLong;
    Decoded said = decode(got.packet);
    if (said.why != Reject::None) return said.why;
    if (const SlotNews* const news = std::get_if<SlotNews>(&said.message)) {
        out.emplace_back(*news);
        return Reject::None;
    }
    if (ClientList* const list = std::get_if<ClientList>(&said.message)) {
        out.emplace_back(std::move(*list));
        return Reject::None;
    }
    return std::holds_alternative<Welcome>(said.message) ? Reject::NotNow : Reject::Direction;
}

void Client::say(const Message& message) {
    if (!end_.empty()) return;
    waiting_.push_back(encode(message));
    flush();
    if (waiting_.size() > kMaxWaiting) finish("the hypervisor does not read what it is told");
}

void Client::flush() {
    while (!waiting_.empty()) {
        const Sent sent = send(socket_.get(), waiting_.front());
        if (sent == Sent::Full) break;
        // Its end is told by receive(), after what came before.
        if (sent == Sent::Broken) waiting_.clear();
        if (sent == Sent::Yes) waiting_.pop_front();
    }
    watch();
}

void Client::watch() {
    if (is_watched_for_room_ == !waiting_.empty()) return;
    is_watched_for_room_ = !waiting_.empty();
    epoll_event events{.events = EPOLLIN | EPOLLRDHUP | (is_watched_for_room_ ? EPOLLOUT : 0U),
                       .data = {}};
    // It is in there already, which takes no memory: this can't fail.
    [[maybe_unused]] const int always =
        ::epoll_ctl(wake_.get(), EPOLL_CTL_MOD, socket_.get(), &events);
}

void Client::finish(std::string why) {
    if (end_.empty()) end_ = std::move(why);
    waiting_.clear();
    ::shutdown(socket_.get(), SHUT_RDWR);
}

}  // namespace sealane::hypercall
