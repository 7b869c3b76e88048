#include "control/hypercall/visitor.h"

#include <algorithm>
#include <sys/socket.h>
#include <utility>

namespace sealane::hypercall {

std::uint64_t Visitor::progress(std::size_t worker) const {
    return progress_ && worker < kCounters ? progress_->read(worker) : 0;
}

std::uint64_t Visitor::answer(AdapterId trunk) const {
    return progress_ && trunk.index < kAnswers ? progress_->answer(trunk) : 0;
}

void Visitor::welcome(std::size_t partition,
                      const ha::Key& key,
                      const SlotPage& slots,
                      ProgressPage progress) {
    const Packet words =
        encode(Welcome{.key = key, .slots = slots.words().size(), .counters = kCounters});
    if (send(socket_.get(), words, {slots.descriptor(), progress.descriptor()}) != Sent::Yes) {
        return finish("it could not be welcomed");
    }
    partition_ = partition;
    progress_ = std::move(progress);
    death_ = std::make_unique<DeathWatch>(progress_->life(), socket_.get());
}

void Visitor::refuse(const std::string& text) {
    // Who does not take it sees the end of the connection all the same.
    [[maybe_unused]] const Sent sent = send(socket_.get(), encode(Refused{text}));
    finish("it was refused: " + text);
}

void Visitor::tell(const SlotNews& news) {
    if (!end_.empty()) return;
    news_.push_back(encode(news));
    flush();
    if (news_.size() > kMaxNews) finish("it does not read what it is told");
}

void Visitor::tell(SeaIndex sea, std::span<const ClientAddress> clients) {
    if (!end_.empty()) return;
    if (listed_ + clients.size() > kMaxListed) {
        return finish("it asks for more clients than it reads");
    }
    listed_ += clients.size();
    lists_.push_back({.sea = sea, .clients = {clients.begin(), clients.end()}});
    flush();
}

void Visitor::flush() {
    while (!news_.empty() && say(news_.front())) {
        news_.pop_front();
    }
    if (news_.empty()) flush_lists();
}

void Visitor::flush_lists() {
    while (!lists_.empty() && end_.empty() && has_much_room(socket_.get())) {
        List& list = lists_.front();
        const auto rest = std::span(list.clients).subspan(list.told);
        const auto part = rest.first(std::min(kMaxClients, rest.size()));
        const ClientList said{.sea = list.sea,
                              .clients = {part.begin(), part.end()},
                              .last = part.size() == rest.size()};
        if (!say(encode(said))) return;
        list.told += part.size();
        if (!said.last) continue;
        listed_ -= list.clients.size();
        lists_.pop_front();
    }
}

bool Visitor::say(std::span<const std::uint8_t> packet) {
    if (!end_.empty()) return false;
    const Sent sent = send(socket_.get(), packet);
    if (sent == Sent::Broken) finish("it ended");
    return sent == Sent::Yes;
}

void Visitor::finish(std::string why) {
    if (!end_.empty()) return;
    end_ = std::move(why);
    news_.clear();
    lists_.clear();
    // What it has been sent it can still read; epoll says at once that this is over.
    ::shutdown(socket_.get(), SHUT_RDWR);
}

}  // namespace sealane::hypercall
