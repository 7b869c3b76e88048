#include "control/hypercall/server.h"

#include <algorithm>
#include <cerrno>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "dataplane/base/check.h"

namespace sealane::hypercall {
namespace {

constexpr std::uint64_t kDoor = 0;
constexpr std::size_t kMaxStrangers = 16;
constexpr int kMaxArrivals = 64;        ///< In one service().
constexpr int kMaxPackets = 64;         ///< Of one visitor, in one service().
constexpr std::size_t kMaxVisits = 64;  ///< Visitors served in one service(); the others next time.

std::string say(Reject why) { return std::string("it said nonsense: ") + name_of(why); }

/// Why the process at the other end may not talk to us.
std::optional<std::string> why_foreign(const ucred& peer) {
    if (peer.uid == ::geteuid() || peer.uid == 0) return std::nullopt;
    return "user " + std::to_string(peer.uid) + " may not: the hypervisor is run by user " +
           std::to_string(::geteuid());
}

std::string joined(const std::vector<std::string>& names) {
    std::string all;
    for (const std::string& name : names) {
        all += (all.empty() ? "" : ", ") + name;
    }
    return all;
}

Status check_key(const ha::Key& key) {
    const std::size_t length = key.secret.size();
    if (key.id.value != 0 && length >= ha::kMinKeyLength && length <= ha::kMaxKeyLength) {
        return done();
    }
    return Error{"the pairs' key has number " + std::to_string(key.id.value) + " and " +
                 std::to_string(length) + " bytes; it takes a number and 16 to 64 bytes"};
}

/// A SEA whose progress can't be seen would never keep a slot.
Status check_partition(const Server::Partition& one) {
    if (one.name.empty() || one.name.size() > kMaxPartitionName) {
        return Error{"a partition's name of " + std::to_string(one.name.size()) +
                     " bytes; it takes 1 to 255"};
    }
    for (const Server::Sea& sea : one.seas) {
        if (sea.worker < kCounters && sea.index.value < kMaxSeas) continue;
        return Error{"partition " + one.name + ": SEA " + std::to_string(sea.index.value) +
                     " on worker " + std::to_string(sea.worker) + "; there are SEAs 0 to " +
                     std::to_string(kMaxSeas - 1) + " and workers 0 to " +
                     std::to_string(kCounters - 1)};
    }
    return done();
}

}  // namespace

Result<std::unique_ptr<Server>> Server::open(Settings settings) {
    if (const Status good = check_key(settings.key); !good) return good.error();
    for (const Partition& one : settings.partitions) {
        if (const Status good = check_partition(one); !good) return good.error();
    }
    Result<Door> door = Door::open(settings.path);
    if (!door) return door.error();
    Descriptor wake(::epoll_create1(EPOLL_CLOEXEC));
    // Edges: one that can't be accepted now, for want of descriptors, shall not wake us for ever.
    epoll_event arrivals{.events = EPOLLIN | EPOLLET, .data = {.u64 = kDoor}};
    if (::epoll_ctl(wake.get(), EPOLL_CTL_ADD, door->descriptor(), &arrivals) != 0) {
        return Error{"hypervisor's socket " + settings.path +
                     ": watch it: " + std::generic_category().message(errno)};
    }
    return std::unique_ptr<Server>(
        new Server(std::move(settings), std::move(*door), std::move(wake)));
}

Server::Server(Settings settings, Door door, Descriptor wake)
    : settings_(std::move(settings)),
      door_(std::move(door)),
      wake_(std::move(wake)),
      inside_(settings_.partitions.size()) {
    for (std::size_t i = 0; i < settings_.partitions.size(); ++i) {
        for (const Sea& sea : settings_.partitions[i].seas) {
            places_[sea.index] = {.partition = i, .worker = sea.worker};
        }
    }
}

void Server::service(std::vector<Event>& out) {
    std::array<epoll_event, kMaxVisits> ready{};
    const int count = ::epoll_wait(wake_.get(), ready.data(), static_cast<int>(ready.size()), 0);
    for (int i = 0; i < count; ++i) {
        const auto it = visitors_.find(ready[static_cast<std::size_t>(i)].data.u64);
        if (it == visitors_.end()) continue;
        hear(it->first, it->second, out);
        it->second.flush();
        watch(it->first, it->second);
        if (!it->second.end().empty()) dismiss(it, out);
    }
    admit();
}

void Server::tell(const SlotNews& news) {
    Visitor* const visitor = visitor_of(news.sea);
    if (visitor == nullptr) return;
    visitor->tell(news);
    watch(*inside_[*visitor->partition()], *visitor);
}

void Server::tell(SeaIndex sea, std::span<const ClientAddress> clients) {
    Visitor* const visitor = visitor_of(sea);
    if (visitor == nullptr) return;
    visitor->tell(sea, clients);
    watch(*inside_[*visitor->partition()], *visitor);
}

std::uint64_t Server::progress(SeaIndex sea) const {
    const Place* const place = place_of(sea);
    const Visitor* const visitor = visitor_of(place);
    return visitor == nullptr ? 0 : visitor->progress(place->worker);
}

std::uint64_t Server::answer(SeaIndex sea, AdapterId trunk) const {
    const Visitor* const visitor = visitor_of(place_of(sea));
    return visitor == nullptr ? 0 : visitor->answer(trunk);
}

void Server::admit() {
    for (int i = 0; i < kMaxArrivals; ++i) {
        Descriptor socket = door_.accept();
        if (!socket.is_open()) return;
        ucred peer{};
        socklen_t size = sizeof peer;
        if (::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) continue;
        Visitor visitor(std::move(socket), peer.pid);
        if (const auto why = why_foreign(peer)) {
            visitor.refuse(*why);
            continue;
        }
        make_room_for_strangers();
        const auto [it, is_new] = visitors_.emplace(++last_, std::move(visitor));
        watch(it->first, it->second);
        if (!it->second.end().empty()) visitors_.erase(it);
    }
}

/// Whoever has waited longest without a Hello goes.
void Server::make_room_for_strangers() {
    const auto is_stranger = [](const auto& one) { return !one.second.partition(); };
    if (std::ranges::count_if(visitors_, is_stranger) < static_cast<long>(kMaxStrangers)) return;
    visitors_.erase(std::ranges::find_if(visitors_, is_stranger));
}

void Server::hear(std::uint64_t number, Visitor& visitor, std::vector<Event>& out) {
    Buffer buffer;
    for (int i = 0; i < kMaxPackets && visitor.end().empty(); ++i) {
        const Received got = receive(visitor.socket(), buffer);
        if (got.kind == Received::Kind::Nothing) return;
        if (got.kind == Received::Kind::End) return visitor.finish("it ended");
        Decoded said = decode(got.packet);
        if (got.is_cut) said.why = Reject::TooLong;
        if (got.was_given_more) said.why = Reject::Descriptors;
        if (said.why == Reject::None) said.why = take(number, visitor, said.message, out);
        if (said.why == Reject::None) continue;
        ++rejected_[static_cast<std::size_t>(said.why)];
        if (said.why == Reject::Version && !visitor.partition()) {
            visitor.refuse("it speaks another version of hypercalls than the hypervisor, " +
                           std::to_string(kVersion) + ": run the same sealane for both");
        }
        visitor.finish(say(said.why));
    }
}

Reject Server::take(std::uint64_t number,
                    Visitor& visitor,
                    const Message& said,
                    std::vector<Event>& out) {
    if (const Hello* const hello = std::get_if<Hello>(&said)) {
        return greet(number, visitor, *hello, out);
    }
    const Wish* const wish = std::get_if<Wish>(&said);
    const Listing* const listing = std::get_if<Listing>(&said);
    if (wish == nullptr && listing == nullptr) return Reject::Direction;
    if (!visitor.partition()) return Reject::NotNow;
    const Place* const place = place_of(wish != nullptr ? wish->sea : listing->sea);
    if (place == nullptr || place->partition != *visitor.partition()) return Reject::ForeignSea;
    if (wish != nullptr) {
        out.emplace_back(*wish);
    } else {
        out.emplace_back(*listing);
    }
    return Reject::None;
}

Reject Server::greet(std::uint64_t number,
                     Visitor& visitor,
                     const Hello& hello,
                     std::vector<Event>& out) {
    if (visitor.partition()) return Reject::NotNow;
    forget_if_dead(hello.partition, out);
    if (const auto why = why_not(hello)) {
        visitor.refuse(*why);
        return Reject::None;
    }
    Result<ProgressPage> page = ProgressPage::make();
    if (!page) {
        visitor.refuse("the hypervisor can't make a page for it: " + page.error().text);
        return Reject::None;
    }
    const auto found = std::ranges::find(settings_.partitions, hello.partition, &Partition::name);
    const auto partition = static_cast<std::size_t>(found - settings_.partitions.begin());
    visitor.welcome(partition, settings_.key, settings_.slots, std::move(*page));
    if (!visitor.partition()) return Reject::None;  // it has left again
    inside_[partition] = number;
    out.emplace_back(Came{.partition = hello.partition, .pid = visitor.pid()});
    return Reject::None;
}

/// Who starts anew at once after a kill is not to be held up by its own past.
void Server::forget_if_dead(const std::string& partition, std::vector<Event>& out) {
    for (auto it = visitors_.begin(); it != visitors_.end(); ++it) {
        Visitor& one = it->second;
        if (!one.partition() || settings_.partitions[*one.partition()].name != partition) continue;
        if (!has_ended(one.socket())) return;
        one.finish("it ended");
        return dismiss(it, out);
    }
}

std::optional<std::string> Server::why_not(const Hello& hello) const {
    const auto found = std::ranges::find(settings_.partitions, hello.partition, &Partition::name);
    if (found == settings_.partitions.end()) {
        return "there is no partition " + hello.partition + "; there is: " + joined(names());
    }
    if (hello.digest != settings_.digest) {
        return "the hypervisor runs another configuration: start both from the same file, and "
               "anew after a change";
    }
    const auto partition = static_cast<std::size_t>(found - settings_.partitions.begin());
    if (!inside_[partition]) return std::nullopt;
    return "partition " + hello.partition + " runs already, as process " +
           std::to_string(visitors_.at(*inside_[partition]).pid());
}

const Server::Place* Server::place_of(SeaIndex sea) const {
    const auto found = places_.find(sea);
    return found == places_.end() ? nullptr : &found->second;
}

Visitor* Server::visitor_of(SeaIndex sea) {
    const Place* const place = place_of(sea);
    if (place == nullptr || !inside_[place->partition]) return nullptr;
    return &visitors_.at(*inside_[place->partition]);
}

const Visitor* Server::visitor_of(const Place* place) const {
    if (place == nullptr || !inside_[place->partition]) return nullptr;
    return &visitors_.at(*inside_[place->partition]);
}

std::vector<std::string> Server::names() const {
    std::vector<std::string> all;
    for (const Partition& one : settings_.partitions) {
        all.push_back(one.name);
    }
    return all;
}

void Server::watch(std::uint64_t number, Visitor& visitor) {
    const std::uint32_t wanted = EPOLLIN | EPOLLRDHUP | (visitor.is_waiting() ? EPOLLOUT : 0U);
    if (visitor.watched == wanted) return;
    epoll_event events{.events = wanted, .data = {.u64 = number}};
    const int operation = visitor.watched == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    if (::epoll_ctl(wake_.get(), operation, visitor.socket(), &events) != 0) {
        return visitor.finish("it can't be watched");  // no memory: it sees the end, and asks anew
    }
    visitor.watched = wanted;
}

void Server::dismiss(Visitors::iterator it, std::vector<Event>& out) {
    const Visitor& visitor = it->second;
    if (const auto partition = visitor.partition()) {
        inside_[*partition] = std::nullopt;
        out.emplace_back(Gone{.partition = settings_.partitions[*partition].name,
                              .pid = visitor.pid(),
                              .why = visitor.end()});
    }
    visitors_.erase(it);
}

}  // namespace sealane::hypercall
