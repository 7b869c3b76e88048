#include "control/runtime/pairing.h"

#include <algorithm>
#include <arpa/inet.h>

#include "control/ha/digest.h"
#include "control/ha/share.h"
#include "control/runtime/switch_settings.h"
#include "dataplane/base/check.h"

namespace sealane::runtime {
namespace {

using Parts = System::Parts;

/// The SEA's trunk adapters by rising PVID: the order in which both SEAs of a pair count them.
std::vector<const Seat*> trunks_in_order(const Layout& layout, const Seat& sea) {
    std::vector<const Seat*> trunks;
    for (const std::string& name : sea.sea->virt_adapters) {
        trunks.push_back(&layout.sibling(sea, name));
    }
    std::ranges::sort(trunks, {}, [](const Seat* trunk) { return trunk->adapter->pvid; });
    return trunks;
}

ha::Mode mode_of(config::HaMode mode) {
    switch (mode) {
        case config::HaMode::Standby:
            return ha::Mode::Standby;
        case config::HaMode::Sharing:
            return ha::Mode::Sharing;
        case config::HaMode::Auto:
        case config::HaMode::Disabled:
            return ha::Mode::Auto;
    }
    return ha::Mode::Auto;
}

ha::Self make_self(const Parts& parts, const Seat& sea, std::uint64_t boot) {
    const Seat& speaker = parts.layout.control_channel(sea);
    const Seat& pvid_adapter = parts.layout.sibling(sea, sea.sea->pvid_adapter);
    // On VLAN 4095 all pairs of a vswitch meet: there the PVID tells them apart (reference 3.7).
    const Seat& named_by = sea.sea->discovers() ? pvid_adapter : speaker;
    return {.source = mac_of(parts.model, speaker),
            .node = {mac_of(parts.model, pvid_adapter).bits},
            .boot = {boot},
            .pair = {.vswitch = ha::vswitch_digest(named_by.adapter->vswitch),
                     .pvid = named_by.adapter->pvid}};
}

/// Addresses of clients in the VLANs that the trunk adapters carry outward.
std::vector<failover::ClientAddress> clients_behind(const Parts& parts,
                                                    const std::vector<const Seat*>& trunks,
                                                    ha::TrunkSet wanted) {
    std::vector<failover::ClientAddress> found;
    for (std::size_t place = 0; place < trunks.size(); ++place) {
        if (!wanted.contains(place)) continue;
        const Seat& trunk = *trunks[place];
        const hvswitch::PortRules& rules = parts.shared->rules().port(trunk.id);
        parts.shared->table(rules.vswitch)
            .for_each([&](hvswitch::AddressKey key, const hvswitch::AddressEntry& entry) {
                const bool is_client = parts.layout.seat(entry.adapter).role == AdapterRole::Client;
                if (is_client && rules.is_member(key.vlan()))
                    found.push_back({key.vlan(), key.mac(), static_cast<std::uint8_t>(place)});
            });
    }
    std::ranges::sort(found);
    return found;
}

/// Its agent's end of the control channel.
port::Port& control_channel_of(const Parts& parts, const Seat& sea) {
    const OpenPort& port = parts.stations[parts.layout.control_channel(sea).id.index].port;
    return port.ring ? port.ring->far() : *port.own;
}

std::vector<std::string> names_of(const std::vector<const Seat*>& trunks) {
    std::vector<std::string> names;
    std::ranges::transform(trunks, std::back_inserter(names), &Seat::name);
    return names;
}

wire::Ipv4Address ipv4_of(const std::string& text) {
    in_addr parsed{};
    const int read = inet_pton(AF_INET, text.c_str(), &parsed);
    SEALANE_CHECK(read == 1, "the loader let a bad IPv4 address through");
    return {ntohl(parsed.s_addr)};
}

std::optional<failover::Pinger::Settings> ping_of(const Parts& parts, const Seat& sea) {
    if (!sea.sea->netaddr) return std::nullopt;
    const Seat& pvid_adapter = parts.layout.sibling(sea, sea.sea->pvid_adapter);
    return failover::Pinger::Settings{.mac = mac_of(parts.model, pvid_adapter),
                                      .own = ipv4_of(*sea.sea->address),
                                      .target = ipv4_of(*sea.sea->netaddr)};
}

SeaSide::Settings make_sea(const Parts& parts,
                           const Seat& seat,
                           failover::SeaIndex index,
                           const ha::Keyring& keys,
                           std::uint64_t boot) {
    const Seat& real = parts.layout.sibling(seat, seat.sea->real_adapter);
    return {.index = index,
            .name = seat.name,
            .agent = {.config = make_ha_config(parts.model, parts.layout, seat),
                      .self = make_self(parts, seat, boot),
                      .keys = keys,
                      .trunks = names_of(trunks_in_order(parts.layout, seat)),
                      .lease = seat.sea->lease_ms,
                      .discovers = seat.sea->discovers()},
            .real = &parts.stations[real.id.index].outlet->port(),
            .control_channel = &control_channel_of(parts, seat),
            .voice = &parts.stations[seat.id.index].port.ring->near(),
            .heard = &parts.stations[seat.id.index].port.ring->far(),
            .worker = parts.workers[seat.worker].get(),
            .untagged = seat.sea->pvid,
            .ping = ping_of(parts, seat)};
}

/// What the hypervisor knows of a SEA, wherever that is.
OwnHypervisor::Sea known_of(const Parts& parts, const Seat& seat) {
    std::vector<const Seat*> trunks = trunks_in_order(parts.layout, seat);
    OwnHypervisor::Sea sea{.name = seat.name, .trunks = names_of(trunks)};
    if (seat.is_here()) {
        sea.progress = [worker = parts.workers[seat.worker].get()] { return worker->progress(); };
    }
    sea.clients = [&parts, trunks = std::move(trunks)](ha::TrunkSet wanted) {
        return clients_behind(parts, trunks, wanted);
    };
    return sea;
}

void add_contenders(const Parts& parts,
                    const Seat& seat,
                    failover::SeaIndex sea,
                    std::vector<failover::Contender>& contenders) {
    std::uint8_t place = 0;
    for (const Seat* trunk : trunks_in_order(parts.layout, seat)) {
        const std::uint8_t own = place++;
        if (!trunk->adapter->enabled) continue;
        contenders.push_back({.adapter = trunk->id,
                              .slot = parts.shared->rules().slot_of(trunk->id),
                              .sea = sea,
                              .place = own,
                              .lease = seat.sea->lease_ms});
    }
}

/// SEAs with high availability, in the order of SeaIndex: the same in each part of a frame.
std::vector<const Seat*> paired_seas(const Layout& layout) {
    std::vector<const Seat*> found;
    for (const Seat& seat : layout.seats) {
        if (seat.role == AdapterRole::Sea && is_paired(*seat.sea)) found.push_back(&seat);
    }
    return found;
}

/// Who belongs to the frame gets it from the hypervisor, and nobody else: a pair is always of one.
ha::Key draw_key(const std::function<std::uint64_t()>& draw) {
    ha::Key key{.id = {1}, .secret = {}};
    std::generate_n(
        std::back_inserter(key.secret), 32, [&] { return static_cast<std::uint8_t>(draw()); });
    return key;
}

Result<std::unique_ptr<hypercall::Server>> open_server(const Parts& parts,
                                                       const std::vector<const Seat*>& seas,
                                                       const ha::Key& key) {
    hypercall::Server::Settings settings{.path = hypercall_path(parts.part),
                                         .digest = parts.digest,
                                         .key = key,
                                         .slots = *parts.slot_page,
                                         .partitions = {}};
    for (const config::Partition& partition : parts.model.partitions) {
        if (partition.type != config::PartitionType::Vios) continue;
        hypercall::Server::Partition known{.name = partition.name, .seas = {}};
        for (std::size_t i = 0; i < seas.size(); ++i) {
            if (seas[i]->partition == &partition) known.seas.push_back({.index = {i}});
        }
        settings.partitions.push_back(std::move(known));
    }
    return hypercall::Server::open(std::move(settings));
}

}  // namespace

ha::Config make_ha_config(const config::System& model, const Layout& layout, const Seat& sea) {
    const config::Sea& said = *sea.sea;
    const std::vector<const Seat*> trunks = trunks_in_order(layout, sea);
    std::vector<ha::TrunkVlans> vlans;
    vlans.reserve(trunks.size());
    for (const Seat* trunk : trunks) {
        vlans.push_back({trunk->adapter->pvid, trunk->adapter->vids});
    }
    return {.node = {mac_of(model, layout.sibling(sea, said.pvid_adapter)).bits},
            .priority = trunks.front()->adapter->trunk_priority,
            .mode = mode_of(said.ha_mode),
            .trunks = static_cast<std::uint8_t>(trunks.size()),
            .vlan_digest = ha::trunk_digest(std::move(vlans)),
            .keepalive = said.keepalive_ms,
            .link_time = said.link_time,
            .fb_delay = said.fb_delay,
            .health_time = said.health_time,
            .noauto_failback = said.noauto_failback,
            .adapter_reset = said.adapter_reset};
}

Duration longest_rest_of(const config::System& model) {
    Duration longest = worker::kHousekeeping;
    for (const config::Partition& partition : model.partitions) {
        for (const config::Sea& sea : partition.seas) {
            if (is_paired(sea)) longest = std::min<Duration>(longest, sea.lease_ms / 4);
        }
    }
    return longest;
}

Result<std::unique_ptr<Conductor>> make_conductor(System::Parts& parts,
                                                  const std::function<std::uint64_t()>& draw) {
    const std::vector<const Seat*> seas = paired_seas(parts.layout);
    if (seas.empty() && parts.part.kind == PartKind::Whole) return std::unique_ptr<Conductor>();
    const ha::Key key = parts.client ? parts.client->key() : draw_key(draw);

    Conductor::Settings settings{.draw = draw, .clock = [&parts] { return parts.time(); }};
    OwnHypervisor::Settings own{.seas = {},
                                .contenders = {},
                                .quiescence = parts.shared->quiescence(),
                                .empty_polls =
                                    [&parts](AdapterId trunk) {
                                        const Seat& seat = parts.layout.seat(trunk);
                                        return parts.forwarders[seat.worker]->empty_polls(trunk);
                                    },
                                .answers = parts.answers,
                                .server = nullptr};
    for (std::size_t i = 0; i < seas.size(); ++i) {
        const Seat& seat = *seas[i];
        settings.look = std::min<Duration>(settings.look, seat.sea->lease_ms / 4);
        if (seat.is_here())
            settings.seas.push_back(make_sea(parts, seat, {i}, ha::Keyring(key), draw()));
        own.seas.push_back(known_of(parts, seat));
        add_contenders(parts, seat, {i}, own.contenders);
    }
    if (parts.client) {
        settings.hypervisor = std::make_unique<FarHypervisor>(*parts.client);
    } else {
        if (parts.part.kind == PartKind::Hypervisor) {
            auto server = open_server(parts, seas, key);
            if (!server) return server.error();
            own.server = std::move(server).value();
        }
        settings.hypervisor =
            std::make_unique<OwnHypervisor>(std::move(own), parts.shared->slots());
    }
    return std::make_unique<Conductor>(std::move(settings), parts.pools.frames.get());
}

}  // namespace sealane::runtime
