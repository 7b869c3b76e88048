// Client adapters that come and go while frames flow.  Control makes all ready; workers meet an
// adapter in the settings that they read anew for each burst, and in their list of pollers.
#include <algorithm>
#include <memory>
#include <utility>

#include "control/config/edit.h"
#include "control/runtime/parts.h"
#include "control/runtime/sizing.h"
#include "control/runtime/stations.h"
#include "control/runtime/switch_settings.h"
#include "control/runtime/system.h"
#include "hvswitch/pollers.h"

namespace sealane::runtime {
namespace {

using Parts = System::Parts;

Result<Seat*> find_free_seat(Parts& parts) {
    for (Seat& seat : parts.layout.seats) {
        if (seat.is_free()) return &seat;
    }
    return Error{
        "no place for an adapter is left: the configuration has `runtime: {spare_adapters: " +
        std::to_string(parts.model.runtime.spare_adapters) + "}`; start with more, or remove one"};
}

Status may_come(const Parts& parts, const std::string& name, const config::Adapter& adapter) {
    if (adapter.kind == config::AdapterKind::Physical) {
        return Error{name + ": a physical adapter is a SEA's, which can't change while it runs; " +
                     "put it into the file and start again"};
    }
    if (adapter.is_trunk()) {
        return Error{name + ": a trunk adapter can't come while the switch runs; put it into the " +
                     "file and start again"};
    }
    const config::Runtime& runtime = parts.model.runtime;
    if (runtime.buffers != 0) return done();  // whoever says how many takes what comes of it
    const std::uint32_t most = parts.pools.frames->size;
    const std::uint32_t held = most_buffers(parts.model, parts.layout);
    const std::uint32_t free = most > held ? most - held : 0;
    if (most_buffers(adapter) <= free) return done();
    return Error{name + ": its port may hold " + std::to_string(most_buffers(adapter)) +
                 " buffers, and " + std::to_string(free) +
                 " are kept for adapters to come; start with more `runtime: spare_adapters`"};
}

Result<Seat*> find_to_remove(Parts& parts, const std::string& adapter) {
    const auto id = parts.layout.find(adapter);
    if (!id) return Error{"no adapter is called '" + adapter + "'; see `sealane show`"};
    Seat& seat = parts.layout.seats[id->index];
    const char* const lasting = seat.role == AdapterRole::Sea        ? "a SEA"
                                : seat.role == AdapterRole::Physical ? "a physical adapter"
                                : seat.role == AdapterRole::Trunk    ? "a trunk adapter"
                                : seat.speaks_for != nullptr ? "the control channel of a SEA"
                                                             : nullptr;
    if (lasting != nullptr) {
        return Error{adapter + " is " + lasting +
                     ", which can't go while the switch runs; take it out of the file and start "
                     "again"};
    }
    if (parts.stations[id->index].is_lent) {
        return Error{adapter + " has a client in this process; detach that first"};
    }
    return &seat;
}

/// What workers read, as the layout is now.  Returns when none reads what was before.
void publish(Parts& parts) {
    const auto replace = [&] {
        parts.shared->publish(make_switch_settings(parts.model, parts.layout, parts.seed).rules);
    };
    parts.conductor ? parts.conductor->between_turns(replace) : replace();
}

/// Frames come in from the adapter from now on.
Status let_in(Parts& parts, const Seat& seat) {
    if (is_still(seat)) return done();
    auto poller =
        std::make_unique<hvswitch::AdapterPoller>(*parts.forwarders[seat.worker], seat.id);
    worker::Worker& worker = *parts.workers[seat.worker];
    Status added = done();
    worker.call([&] { added = worker.add(*poller); });
    if (!added) return added;
    if (parts.is_waiting) poller->prepare_to_sleep();
    parts.stations[seat.id.index].poller = poller.get();
    parts.pollers.push_back(std::move(poller));
    return done();
}

/// No more frames come in from the adapter, after a last look at its port.  A wire that was made
/// bad is unplugged before that, so that what is under way on it is counted.
void shut_out(Parts& parts, const Seat& seat) {
    Station& station = parts.stations[seat.id.index];
    if (station.poller == nullptr) return;
    if (station.impaired) station.impaired->change({.link_down = true});
    worker::Worker& worker = *parts.workers[seat.worker];
    worker.call([&] {
        station.poller->service(parts.time());
        station.poller->poll(parts.time());
        worker.remove(*station.poller);
        parts.forwarders[seat.worker]->forget(seat.id);
    });
    std::erase_if(parts.pollers, [&](const auto& one) { return one.get() == station.poller; });
    station.poller = nullptr;
}

/// What the adapter has come to is kept with that of others that have gone; its number begins anew.
/// Once no worker writes to its counters.
void put_down(Parts& parts, const Seat& seat) {
    const std::uint64_t waiting = parts.outlets[seat.id.index]->port().state().pending;
    parts.removed.add(parts.totals(seat.id));
    parts.removed.drops[static_cast<std::size_t>(Direction::Out)]
                       [static_cast<std::size_t>(Drop::PortDown)] += waiting;
    for (const auto& of_worker : parts.counters) {
        AdapterCounters& counters = of_worker[seat.id.index];
        std::destroy_at(&counters);
        std::construct_at(&counters);
    }
}

/// Puts in place the model, and with it the layout, that has the adapter no more.  Its port gets a
/// last chance to send what it has.
void take_away(Parts& parts, Seat& seat, config::System model) {
    Layout::leave(seat);
    parts.layout.follow(model);
    std::swap(parts.model, model);
    publish(parts);
    parts.workers[seat.worker]->call([&] {
        parts.forwarders[seat.worker]->service(seat.id, parts.time());
        parts.shared->forget(seat.id);
    });
    put_down(parts, seat);
    parts.outlets[seat.id.index] = nullptr;
    parts.stations[seat.id.index] = {};
}

}  // namespace

Result<std::string> System::add_adapter(const std::string& partition, std::string_view text) {
    Parts& parts = *parts_;
    if (Status has = has_switch(parts.part, "adapters"); !has) return has.error();
    Result<config::System> fresh = config::with_adapter(parts.model, partition, text);
    if (!fresh) return fresh.error();
    const config::Partition& into =
        *std::ranges::find(fresh->partitions, partition, &config::Partition::name);
    const config::Adapter& adapter = into.adapters.back();
    const std::string name = config::qualified(into, adapter.name);
    if (Status may = may_come(parts, name, adapter); !may) return may.error();
    Result<Seat*> free = find_free_seat(parts);
    if (!free) return free.error();

    Seat& seat = **free;
    seat.worker = adapter.worker.value_or(parts.layout.least_worker(parts.model.runtime.workers));
    Layout::take(seat, into, adapter);
    Station station;
    if (Status opened = open_station(parts, seat, station); !opened) {
        Layout::leave(seat);
        return opened.error();
    }
    if (station.port.ring) station.port.ring->far().set_open(false);  // nobody is there yet
    parts.layout.follow(*fresh);
    std::swap(parts.model, *fresh);
    parts.stations[seat.id.index] = std::move(station);
    parts.outlets[seat.id.index] = parts.stations[seat.id.index].outlet.get();

    publish(parts);
    parts.workers.front()->call([&] { parts.shared->fix_own_address(seat.id); });
    if (Status in = let_in(parts, seat); !in) {
        take_away(parts, seat, std::move(*fresh));  // as before the swap
        return in.error();
    }
    return name;
}

Status System::remove_adapter(const std::string& adapter) {
    Parts& parts = *parts_;
    if (Status has = has_switch(parts.part, "adapters"); !has) return has;
    const Result<Seat*> found = find_to_remove(parts, adapter);
    if (!found) return found.error();
    Result<config::System> fresh = config::without_adapter(parts.model, adapter);
    if (!fresh) return fresh.error();

    Seat& seat = **found;
    shut_out(parts, seat);
    take_away(parts, seat, std::move(*fresh));
    return done();
}

}  // namespace sealane::runtime
