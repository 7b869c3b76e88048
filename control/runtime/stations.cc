#include "control/runtime/stations.h"

#include <utility>

#include "control/runtime/switch_settings.h"
#include "dataplane/worker/clock.h"

namespace sealane::runtime {
namespace {

using Parts = System::Parts;

/// A SEA in this process has an end of the link to it.
bool has_sea_end(const Seat& seat) {
    return seat.attachment == Attachment::Link ||
           (seat.attachment == Attachment::LinkToSwitch && seat.role == AdapterRole::Trunk);
}

/// What the SEA of a real adapter, or the switch, sees of it.  Disabled virtual adapters are the
/// switch's own business.
port::Port& open_side(const Seat& seat, Station& station, const port::Pools& pools) {
    port::Port& port = station.port.port();
    if (seat.role == AdapterRole::Physical && !seat.adapter->enabled) {
        station.disabled = std::make_unique<port::DisabledPort>(port);
        return *station.disabled;
    }
    if (!seat.adapter->impair) return port;
    const config::Impair& impair = *seat.adapter->impair;
    station.impaired = std::make_unique<port::ImpairedPort>(
        port,
        pools.frames.get(),
        port::ImpairedPort::Settings{
            .impairments = impair.impairments, .seed = impair.seed, .now = worker::now});
    return *station.impaired;
}

/// What stands behind a seat.
Result<OpenPort> open_seat(const Parts& parts, const Seat& seat) {
    switch (seat.attachment) {
        case Attachment::Port:
            return open_port(seat.name, *seat.adapter, parts.pools, parts.seed + seat.id.index);
        case Attachment::Link:
            return open_link();
        case Attachment::LinkToVios:
            return open_link_to_vios(seat.name, link_path(parts.part, seat.name), parts.pools);
        case Attachment::LinkToSwitch:
            return open_link_to_switch(
                seat, mac_of(parts.model, seat), link_path(parts.part, seat.name), parts.pools);
        case Attachment::Agent:
            return open_to_agent(false);
        case Attachment::Bridge:
            if (is_paired(*seat.sea)) return open_to_agent(true);
            break;
        case Attachment::Absent:
            break;
    }
    return OpenPort{};
}

/// The switch's way to the adapter, or the SEA's to its real one.
std::unique_ptr<port::Outlet> make_outlet(const Parts& parts, const Seat& seat, Station& station) {
    const bool cut_large =
        seat.role == AdapterRole::Physical && seat.sea != nullptr && !seat.sea->largesend;
    const port::Outlet::Settings settings{.mtu = seat.adapter->mtu,
                                          .tpid = seat.adapter->tpid,
                                          .shared = parts.model.runtime.workers > 1,
                                          .cut_large = cut_large};
    return std::make_unique<port::Outlet>(
        open_side(seat, station, parts.pools), parts.pools.heads.get(), settings);
}

/// The SEA's way to its trunk adapter.  It has one sender, the SEA's worker.
std::unique_ptr<port::Outlet> make_sea_outlet(const Parts& parts,
                                              const Seat& seat,
                                              const Station& station) {
    port::Port& end = station.port.ring ? station.port.ring->far() : station.port.port();
    return std::make_unique<port::Outlet>(
        end, parts.pools.heads.get(), port::Outlet::Settings{.mtu = seat.adapter->mtu});
}

}  // namespace

bool is_of_switch(const Seat& seat) {
    const bool is_virtual = seat.role == AdapterRole::Client || seat.role == AdapterRole::Trunk;
    return is_virtual && seat.is_here() && seat.attachment != Attachment::LinkToSwitch;
}

bool is_still(const Seat& seat) {
    return seat.role == AdapterRole::Client && seat.attachment == Attachment::Port &&
           std::holds_alternative<config::NoPort>(seat.adapter->port) && !seat.adapter->impair;
}

Status open_station(const Parts& parts, const Seat& seat, Station& station) {
    Result<OpenPort> opened = open_seat(parts, seat);
    if (!opened) return opened.error();
    station.port = std::move(opened).value();
    if (is_of_switch(seat) || seat.attachment == Attachment::Port)
        station.outlet = make_outlet(parts, seat, station);
    if (seat.adapter != nullptr) station.mtu_at_start = seat.adapter->mtu;
    if (has_sea_end(seat)) station.sea_outlet = make_sea_outlet(parts, seat, station);
    return done();
}

Status open_stations(Parts& parts) {
    parts.stations.resize(parts.layout.seats.size());
    for (const Seat& seat : parts.layout.seats) {
        Station& station = parts.stations[seat.id.index];
        if (Status opened = open_station(parts, seat, station); !opened) return opened;
        parts.outlets.push_back(station.outlet.get());
    }
    return done();
}

}  // namespace sealane::runtime
