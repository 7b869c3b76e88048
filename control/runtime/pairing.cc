#include "control/runtime/pairing.h"

#include <algorithm>
#include <random>

#include "control/ha/digest.h"
#include "control/ha/share.h"
#include "control/runtime/switch_settings.h"

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

/// The control channel, or the adapter that speaks in its place.
const Seat& speaker_of(const Layout& layout, const Seat& sea) {
    return layout.sibling(sea, sea.sea->ctl_chan.value_or(sea.sea->pvid_adapter));
}

ha::Self make_self(const Parts& parts, const Seat& sea, std::uint64_t boot) {
    const Seat& speaker = speaker_of(parts.layout, sea);
    const MacAddress address = mac_of(parts.model, speaker);
    return {.source = address,
            .node = {mac_of(parts.model, parts.layout.sibling(sea, sea.sea->pvid_adapter)).bits},
            .boot = {boot},
            .pair = {.vswitch = ha::vswitch_digest(speaker.adapter->vswitch),
                     .pvid = speaker.adapter->pvid}};
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

port::RingEnd* far_end(const Parts& parts, const Seat& seat) {
    return &parts.stations[seat.id.index].port.ring->far();
}

Conductor::Sea make_sea(Parts& parts,
                        const Seat& seat,
                        const ha::Keyring& keys,
                        std::uint64_t boot) {
    const Seat& real = parts.layout.sibling(seat, seat.sea->real_adapter);
    std::vector<const Seat*> trunks = trunks_in_order(parts.layout, seat);
    Conductor::Sea sea{.name = seat.name,
                       .agent = {.config = make_ha_config(parts.model, parts.layout, seat),
                                 .self = make_self(parts, seat, boot),
                                 .keys = keys},
                       .real = &parts.stations[real.id.index].outlet->port(),
                       .voice = &parts.stations[seat.id.index].port.ring->near(),
                       .worker = parts.workers[seat.worker].get(),
                       .untagged = seat.sea->pvid};
    for (const Seat* trunk : trunks) {
        sea.agent.trunks.push_back(trunk->name);
    }
    if (seat.sea->ctl_chan) sea.control_channel = far_end(parts, speaker_of(parts.layout, seat));
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

/// Both ends are in this process and nobody else is: a key that is drawn now and told to nobody.
ha::Keyring draw_keys(std::mt19937_64& chance) {
    ha::Key key{.id = {1}, .secret = {}};
    std::generate_n(
        std::back_inserter(key.secret), 32, [&] { return static_cast<std::uint8_t>(chance()); });
    return ha::Keyring(std::move(key));
}

}  // namespace

bool is_paired(const config::Sea& sea) { return sea.ha_mode != config::HaMode::Disabled; }

bool is_control_channel(const Seat& seat) {
    if (seat.adapter == nullptr) return false;
    return std::ranges::any_of(seat.partition->seas, [&](const config::Sea& sea) {
        return is_paired(sea) && sea.ctl_chan == seat.adapter->name;
    });
}

ha::Config make_ha_config(const config::System& model, const Layout& layout, const Seat& sea) {
    const config::Sea& said = *sea.sea;
    const std::vector<const Seat*> trunks = trunks_in_order(layout, sea);
    std::vector<ha::TrunkVlans> vlans;
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

std::unique_ptr<Conductor> make_conductor(System::Parts& parts, std::uint64_t seed) {
    Conductor::Settings settings;
    std::mt19937_64 chance(seed);
    const ha::Keyring keys = draw_keys(chance);
    for (const Seat& seat : parts.layout.seats) {
        if (seat.role != AdapterRole::Sea || !is_paired(*seat.sea)) continue;
        const failover::SeaIndex index{settings.seas.size()};
        settings.seas.push_back(make_sea(parts, seat, keys, chance() | 1));
        add_contenders(parts, seat, index, settings.contenders);
        settings.look = std::min<Duration>(settings.look, seat.sea->lease_ms / 4);
    }
    if (settings.seas.empty()) return nullptr;
    settings.draw = [own = std::mt19937_64(chance())]() mutable { return own() | 1; };
    return std::make_unique<Conductor>(
        std::move(settings), parts.shared->slots(), parts.pools.frames.get());
}

}  // namespace sealane::runtime
