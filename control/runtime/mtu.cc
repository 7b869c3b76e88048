// An adapter's MTU, changed while frames flow.
#include <algorithm>
#include <variant>

#include "control/runtime/parts.h"
#include "dataplane/wire/head.h"

namespace sealane::runtime {
namespace {

/// Most that its port can carry, whatever is asked for.
std::uint32_t most_of(const Seat& seat, const Station& station) {
    const std::uint32_t most =
        station.outlet->port().traits().max_frame - std::uint32_t{wire::kHeaderLength};
    const bool is_device = std::holds_alternative<config::EthdevPort>(seat.adapter->port);
    return std::min(is_device ? station.mtu_at_start : config::kMaxMtu, most);
}

Result<const Seat*> find_with_mtu(const System::Parts& parts, const std::string& adapter) {
    for (const Seat& seat : parts.layout.seats) {
        if (seat.name != adapter) continue;
        if (seat.adapter == nullptr) {
            return Error{adapter + " is a SEA: change the mtu of its real adapter"};
        }
        if (parts.stations[seat.id.index].outlet == nullptr) {
            return Error{"frames to " + adapter + " are sent by another process of this frame"};
        }
        return &seat;
    }
    return Error{"no adapter is called '" + adapter + "'; see `sealane show`"};
}

}  // namespace

Status System::set_mtu(const std::string& adapter, std::uint32_t mtu) {
    const Result<const Seat*> seat = find_with_mtu(*parts_, adapter);
    if (!seat) return seat.error();
    const Station& station = parts_->stations[(*seat)->id.index];
    const std::uint32_t most = most_of(**seat, station);
    if (mtu < config::kMinMtu || mtu > most) {
        return Error{"the mtu of " + adapter + " can't be " + std::to_string(mtu) + "; use " +
                     std::to_string(config::kMinMtu) + " to " + std::to_string(most)};
    }
    station.outlet->set_mtu(mtu);
    if (station.sea_outlet != nullptr) station.sea_outlet->set_mtu(mtu);
    // What runs is what a dump says.
    for (config::Partition& partition : parts_->model.partitions) {
        for (config::Adapter& one : partition.adapters) {
            if (config::qualified(partition, one.name) == adapter) one.mtu = mtu;
        }
    }
    return done();
}

}  // namespace sealane::runtime
