#include "control/runtime/ports.h"

#include <utility>
#include <variant>

#include "control/runtime/sizing.h"
#include "dataplane/port/dgram_port.h"
#include "dataplane/port/null_port.h"
#include "dataplane/port/shm_port.h"
#include "dataplane/port/stream_port.h"
#include "dataplane/port/trunk_link.h"
#include "dataplane/port/vhost_port.h"

namespace sealane::runtime {
namespace {

template <typename T>
Result<OpenPort> owned(Result<std::unique_ptr<T>> opened) {
    if (!opened) return opened.error();
    OpenPort port;
    port.own = std::move(opened).value();
    return port;
}

Result<OpenPort> ring(Result<std::unique_ptr<port::RingPair>> made) {
    if (!made) return made.error();
    OpenPort port;
    port.ring = std::move(made).value();
    return port;
}

/// One overload a kind of port: what exists is listed here.
struct Opener {
    const std::string& name;
    std::uint32_t mtu;
    const port::Pools& pools;
    std::uint64_t seed;

    Result<OpenPort> operator()(const config::NoPort&) const {
        OpenPort port;
        port.own = std::make_unique<port::NullPort>();
        return port;
    }
    Result<OpenPort> operator()(const config::RingPort& spec) const {
        return ring(port::RingPair::make(spec.size, false, {}, most_buffers(spec)));
    }
    Result<OpenPort> operator()(const config::EthdevPort& spec) const {
        return owned(port::EthdevPort::open(ethdev_settings(name, spec, mtu), pools));
    }
    Result<OpenPort> operator()(const config::QemuStreamPort& spec) const {
        return owned(port::QemuStreamPort::open({.name = name,
                                                 .path = spec.path,
                                                 .listen = spec.listen,
                                                 .queue_frames = spec.queue_frames,
                                                 .seed = seed},
                                                pools));
    }
    Result<OpenPort> operator()(const config::QemuDgramPort& spec) const {
        return owned(port::QemuDgramPort::open({.name = name,
                                                .local = spec.local,
                                                .remote = spec.remote,
                                                .queue_frames = spec.queue_frames},
                                               pools));
    }
    Result<OpenPort> operator()(const config::VhostUserPort& spec) const {
        return owned(
            port::VhostPort::open({.name = name,
                                   .path = spec.path,
                                   .server = spec.server,
                                   .offer = {.queues = spec.queues, .offloads = spec.offloads}},
                                  pools));
    }
    Result<OpenPort> operator()(const config::ShmPort& spec) const {
        return owned(port::ShmPort::open(
            {.name = name, .path = spec.path, .queue_frames = spec.queue_frames}, pools));
    }
};

}  // namespace

port::EthdevSettings ethdev_settings(const std::string& name,
                                     const config::EthdevPort& device,
                                     std::uint32_t mtu) {
    return {.name = name,
            .devargs = device.pci.empty() ? device.devargs : device.pci,
            .mtu = mtu,
            .rx_descriptors = device.rx_descriptors,
            .tx_descriptors = device.tx_descriptors};
}

Result<OpenPort> open_port(const std::string& name,
                           const config::Adapter& adapter,
                           const port::Pools& pools,
                           std::uint64_t seed) {
    return std::visit(Opener{name, adapter.mtu, pools, seed}, adapter.port);
}

Result<OpenPort> open_to_agent(bool tag_beside) {
    return ring(port::RingPair::make(kAgentFrames, tag_beside, {}, kAgentFrames));
}

Result<OpenPort> open_link() {
    // What a client left to be done is done where the frame leaves: at the other end of the SEA.
    constexpr port::Offloads kAll{.checksum = true, .tcp4 = true, .tcp6 = true, .udp = true};
    return ring(port::RingPair::make(kLinkFrames, true, kAll, kLinkBuffers));
}

Result<OpenPort> open_link_to_vios(const std::string& name,
                                   const std::string& path,
                                   const port::Pools& pools) {
    return owned(port::VhostPort::open({.name = name, .path = path, .server = true}, pools));
}

Result<OpenPort> open_link_to_switch(const Seat& seat,
                                     MacAddress mac,
                                     const std::string& path,
                                     const port::Pools& pools) {
    return owned(port::TrunkLink::open(
        {.device = {.name = seat.name, .path = path, .mac = mac, .ring = kLinkDescriptors},
         .from = seat.id},
        pools));
}

}  // namespace sealane::runtime
