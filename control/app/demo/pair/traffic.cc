#include "control/app/demo/pair/traffic.h"

#include <algorithm>
#include <filesystem>

#include "control/app/demo/pair/probe_frame.h"
#include "control/runtime/clock.h"
#include "dataplane/wire/head.h"

namespace sealane::app {
namespace {

constexpr MacAddress kHost{0x0200'0000'0099};
constexpr Duration kTick = std::chrono::microseconds{500};
constexpr Duration kPeriod = std::chrono::nanoseconds{std::chrono::seconds{1}} / kProbesPerSecond;
/// So far behind, it lets the time go by: a burst would say more about queues.
constexpr Duration kMostBehind = std::chrono::milliseconds{20};

// Of the outside switch.
constexpr std::size_t kUplinks = 2, kHostPort = 2, kPorts = 3;

/// As configs/demo-pair.yaml has it: the client of VLAN n has the address that ends in n.
MacAddress client_of(VlanId vlan) { return {0x0200'0000'0000 + std::uint64_t{vlan.value}}; }

ProbeFrame probe_of(const DemoStream& stream, const Mark& mark) {
    const MacAddress client = client_of(stream.vlan);
    if (stream.is_outward) return write_probe(kHost, client, {}, mark);
    return write_probe(client, kHost, stream.vlan, mark);
}

Result<std::vector<StreamEnd>> listen_all(const std::string& directory,
                                          const std::string& kind,
                                          std::size_t count) {
    const std::filesystem::path folder(directory);
    std::vector<StreamEnd> ends;
    for (std::size_t number = 1; number <= count; ++number) {
        const std::string name = kind + std::to_string(number);
        Result<StreamEnd> end = StreamEnd::listen(name, (folder / (name + ".sock")).string());
        if (!end) return end.error();
        ends.push_back(std::move(end).value());
    }
    return ends;
}

}  // namespace

Result<std::unique_ptr<DemoTraffic>> DemoTraffic::start(const std::string& directory) {
    auto clients = listen_all(directory, "lpar", demo_vlans().size());
    if (!clients) return clients.error();
    auto uplinks = listen_all(directory, "vios", kUplinks);
    if (!uplinks) return uplinks.error();
    std::unique_ptr<DemoTraffic> traffic(
        new DemoTraffic(std::move(clients).value(), std::move(uplinks).value()));
    traffic->thread_ = std::thread([&running = *traffic] { running.run(); });
    return traffic;
}

DemoTraffic::DemoTraffic(std::vector<StreamEnd> clients, std::vector<StreamEnd> uplinks)
    : clients_(std::move(clients)),
      uplinks_(std::move(uplinks)),
      books_(demo_streams().size()),
      outside_(kPorts) {}

DemoTraffic::~DemoTraffic() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
}

std::vector<std::uint64_t> DemoTraffic::mark() const {
    const std::lock_guard guard(mutex_);
    std::vector<std::uint64_t> marks;
    for (const ProbeBook& book : books_) {
        marks.push_back(book.next());
    }
    return marks;
}

bool DemoTraffic::has_passed(const std::vector<std::uint64_t>& marks) const {
    const std::lock_guard guard(mutex_);
    return std::ranges::equal(books_, marks, &ProbeBook::has_passed);
}

std::vector<Outcome> DemoTraffic::outcomes(const std::vector<std::uint64_t>& first,
                                           const std::vector<std::uint64_t>& end) const {
    const std::lock_guard guard(mutex_);
    std::vector<Outcome> outcomes;
    for (std::size_t i = 0; i < books_.size(); ++i) {
        outcomes.push_back(books_[i].outcome(first[i], end[i]));
    }
    return outcomes;
}

std::vector<int> DemoTraffic::carriers() const {
    const std::lock_guard guard(mutex_);
    std::vector<int> carriers;
    for (const VlanId vlan : demo_vlans()) {
        const auto port = outside_.port_of(vlan, client_of(vlan));
        carriers.push_back(port && *port < kUplinks ? static_cast<int>(*port) + 1 : 0);
    }
    return carriers;
}

void DemoTraffic::run() {
    Instant due = runtime::now();
    while (!stop_) {
        const Instant now = runtime::now();
        {
            const std::lock_guard guard(mutex_);
            if (now - due > kMostBehind) due = now;
            for (; due <= now; due += kPeriod) {
                send_all(now);
            }
            receive_all();
        }
        for (StreamEnd& end : clients_) {
            end.flush();
        }
        for (StreamEnd& end : uplinks_) {
            end.flush();
        }
        runtime::wait_for(kTick);
    }
}

void DemoTraffic::send_all(Instant now) {
    const std::vector<DemoStream>& streams = demo_streams();
    for (std::size_t i = 0; i < streams.size(); ++i) {
        const Mark mark{.stream = static_cast<std::uint32_t>(i), .number = books_[i].send(now)};
        const ProbeFrame frame = probe_of(streams[i], mark);
        if (streams[i].is_outward) {
            clients_[i / 2].send(frame.view());
        } else {
            pass_outside(kHostPort, frame.view());
        }
    }
}

void DemoTraffic::receive_all() {
    for (std::size_t i = 0; i < clients_.size(); ++i) {
        clients_[i].receive();
        while (const auto frame = clients_[i].next()) {
            note(2 * i + 1, *frame);
        }
    }
    for (std::size_t i = 0; i < uplinks_.size(); ++i) {
        uplinks_[i].receive();
        while (const auto frame = uplinks_[i].next()) {
            pass_outside(i, *frame);
        }
    }
}

void DemoTraffic::pass_outside(std::size_t from, std::span<const std::uint8_t> frame) {
    const wire::FrameHead head = wire::parse(frame.data(), frame.size());
    if (head.fault != Drop::None || !head.is_tagged()) return;  // it knows tagged VLANs only
    for (const std::size_t to : outside_.pass(from, {head.tci.vid(), head.src, head.dst})) {
        if (to < kUplinks) {
            uplinks_[to].send(frame);
        } else if (head.dst == kHost) {
            note(2 * std::size_t{head.tci.vid().value} - 2, frame);
        }
    }
}

void DemoTraffic::note(std::size_t stream, std::span<const std::uint8_t> frame) {
    const std::optional<Mark> mark = read_probe(frame);
    // One that comes out elsewhere than where it belongs is lost.
    if (!mark || mark->stream != stream || stream >= books_.size()) return;
    books_[stream].arrive(mark->number, runtime::now());
}

}  // namespace sealane::app
