// Wires that are bad on purpose: what they are set to, and what they did.
#include "control/runtime/parts.h"

namespace sealane::runtime {
namespace {

Result<port::ImpairedPort*> find_impaired(const System::Parts& parts, const std::string& adapter) {
    for (const Seat& seat : parts.layout.seats) {
        if (seat.name != adapter) continue;
        port::ImpairedPort* const port = parts.stations[seat.id.index].impaired.get();
        if (port != nullptr) return port;
        if (seat.adapter != nullptr && seat.adapter->impair && !seat.adapter->enabled) {
            return Error{adapter +
                         " can't be impaired while it is disabled: set `enabled: true` in the "
                         "configuration, and restart"};
        }
        return Error{adapter +
                     " can't be impaired: give it `impair: {}` in the configuration, and "
                     "restart"};
    }
    return Error{"no adapter is called '" + adapter + "'; see `sealane show`"};
}

ImpairReport::Events events_of(const port::ImpairedPort& port, Direction direction) {
    ImpairReport::Events events;
    for (std::size_t i = 0; i < wire::kWireEvents; ++i) {
        const auto event = static_cast<wire::WireEvent>(i);
        events.emplace_back(wire::name_of(event), port.count(direction, event));
    }
    return events;
}

}  // namespace

Result<ImpairReport> System::impairments(const std::string& adapter) const {
    const Result<port::ImpairedPort*> port = find_impaired(*parts_, adapter);
    if (!port) return port.error();
    return ImpairReport{.impairments = (*port)->impairments(),
                        .in = events_of(**port, Direction::In),
                        .out = events_of(**port, Direction::Out)};
}

Status System::impair(const std::string& adapter, const Impairments& impairments) {
    const Result<port::ImpairedPort*> port = find_impaired(*parts_, adapter);
    if (!port) return port.error();
    (*port)->change(impairments);
    // What runs is what a dump says.
    for (config::Partition& partition : parts_->model.partitions) {
        for (config::Adapter& one : partition.adapters) {
            if (config::qualified(partition, one.name) == adapter) {
                one.impair->impairments = impairments;
            }
        }
    }
    return done();
}

}  // namespace sealane::runtime
