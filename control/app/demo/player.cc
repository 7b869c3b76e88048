#include "control/app/demo/player.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <thread>

#include <rte_mbuf.h>

#include "control/runtime/clock.h"
#include "dataplane/base/check.h"
#include "dataplane/port/frame.h"
#include "dataplane/wire/bytes.h"

namespace sealane::app {
namespace {

constexpr std::uint16_t kExperimental = 0x88b5;  // 802-2014, 9.2.3
constexpr std::uint16_t kLength = 60;            // shortest frame, without FCS
constexpr std::uint16_t kBurst = 32;
constexpr double kPatience = 5;

rte_mbuf* make(rte_mempool* pool, const DemoFrame& frame) {
    rte_mbuf* const mbuf = rte_pktmbuf_alloc(pool);
    SEALANE_CHECK(mbuf != nullptr, "the demo ran out of buffers");
    auto* at = reinterpret_cast<std::uint8_t*>(rte_pktmbuf_append(mbuf, kLength));
    std::memset(at, 0, kLength);
    wire::store_mac(at, frame.dst);
    wire::store_mac(at + 6, frame.src);
    at += wire::kAddressesLength;
    for (const std::optional<VlanId>& tag : {frame.tag, frame.inner_tag}) {
        if (!tag) continue;
        wire::store_be16(at, wire::kTpidCustomer);
        wire::store_be16(at + 2, wire::make_tci(*tag, 0).value);
        at += wire::kTagLength;
    }
    wire::store_be16(at, kExperimental);
    return mbuf;
}

DemoFrame read(const rte_mbuf* mbuf) {
    const wire::FrameHead head = port::parse(mbuf);
    DemoFrame frame{.src = head.src, .dst = head.dst};
    if (head.is_tagged()) frame.tag = head.tci.vid();
    return frame;
}

}  // namespace

std::string tags_of(const DemoFrame& frame) {
    if (!frame.tag) return "untagged";
    std::string text = "VLAN " + std::to_string(frame.tag->value);
    if (frame.inner_tag) text += " then VLAN " + std::to_string(frame.inner_tag->value);
    return text;
}

DemoPlayer::DemoPlayer(runtime::System& system, const std::vector<std::string>& adapters)
    : system_(system) {
    for (const std::string& adapter : adapters) {
        port::RingEnd* const end = system.lend_ring_client(adapter);
        SEALANE_CHECK(end != nullptr,
                      "the demo's configuration has another port where it needs a ring");
        clients_.push_back({adapter, end});
    }
}

std::vector<Arrival> DemoPlayer::play(const std::string& adapter, const DemoFrame& frame) {
    port::Tally tally(counters_);
    rte_mbuf* mbuf = make(system_.frame_pool(), frame);
    end_of(adapter).send(&mbuf, 1, tally);
    SEALANE_CHECK(system_.settle(kPatience), "the demo's frame never came to rest");

    std::vector<Arrival> arrivals;
    for (const Client& client : clients_) {
        std::array<rte_mbuf*, kBurst> received;
        const std::uint16_t count = client.end->receive(received.data(), kBurst, tally);
        for (std::uint16_t i = 0; i < count; ++i) {
            arrivals.push_back({client.adapter, read(received[i])});
            rte_pktmbuf_free(received[i]);
        }
    }
    return arrivals;
}

DemoPlayer::Stream DemoPlayer::stream(const std::string& from,
                                      const std::string& to,
                                      const DemoFrame& frame,
                                      std::uint64_t frames) {
    constexpr std::uint64_t kOnTheWay = 128;
    port::Tally tally(counters_);
    Stream stream;
    const Instant start = runtime::now();
    const Instant last_send = start + std::chrono::seconds{3};  // on a busy machine, fewer frames
    const Instant deadline = start + std::chrono::seconds{30};
    bool sending = true;
    while ((sending || stream.arrived < stream.sent) && runtime::now() < deadline) {
        sending = sending && stream.sent < frames && runtime::now() < last_send;
        if (sending && stream.sent - stream.arrived <= kOnTheWay - kBurst) {
            const auto count =
                static_cast<std::uint16_t>(std::min<std::uint64_t>(kBurst, frames - stream.sent));
            std::array<rte_mbuf*, kBurst> burst;
            for (std::uint16_t i = 0; i < count; ++i) {
                burst[i] = make(system_.frame_pool(), frame);
            }
            end_of(from).send(burst.data(), count, tally);
            stream.sent += count;
        }
        std::array<rte_mbuf*, kBurst> received;
        const std::uint16_t count = end_of(to).receive(received.data(), kBurst, tally);
        rte_pktmbuf_free_bulk(received.data(), count);
        stream.arrived += count;
        if (count == 0) std::this_thread::yield();  // the worker may be waiting for this core
    }
    stream.seconds = std::chrono::duration<double>(runtime::now() - start).count();
    return stream;
}

port::RingEnd& DemoPlayer::end_of(const std::string& adapter) const {
    return *std::ranges::find(clients_, adapter, &Client::adapter)->end;
}

}  // namespace sealane::app
