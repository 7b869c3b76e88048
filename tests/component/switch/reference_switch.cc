#include "tests/component/switch/reference_switch.h"

#include <algorithm>

namespace sealane::test {
namespace {

unsigned word(const Bytes& bytes, std::size_t at) {
    return static_cast<unsigned>(bytes.at(at) << 8 | bytes.at(at + 1));
}

std::uint64_t address(const Bytes& bytes, std::size_t at) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 6; ++i) {
        value = value << 8 | bytes.at(at + i);
    }
    return value;
}

bool tag_type(unsigned type) { return type == 0x8100 || type == 0x88a8; }
bool group(std::uint64_t mac) { return (mac >> 40 & 1) != 0; }

}  // namespace

ReferenceSwitch::ReferenceSwitch(const World& world)
    : floods_(world.floods),
      ports_(world.ports),
      holders_(world.slots),
      counts_(world.ports.size()),
      out_(world.ports.size()) {
    for (std::size_t i = ports_.size(); i-- > 0;) {
        if (ports_[i].slot) holders_[*ports_[i].slot] = i;
    }
    fix_own_addresses();
    for (const WorldStatic& fixed : world.statics) {
        const Key key{ports_[fixed.port].vswitch, fixed.vlan, fixed.mac.bits};
        table_.try_emplace(key, Place{fixed.port, Kind::Static});
    }
}

/// First all frames come in and show their sources, then all find their way.
void ReferenceSwitch::apply(const Burst& burst) {
    std::vector<Inner> admitted;
    for (const WorldFrame& one : burst.frames) {
        ++counts_[burst.from].rx;
        counts_[burst.from].rx_bytes += one.bytes.size();
        if (auto inner = come_in(burst.from, one.bytes)) admitted.push_back(*inner);
    }
    std::erase_if(admitted, [&](const Inner& inner) { return !believe_source(burst.from, inner); });
    counts_[burst.from].admitted += admitted.size();
    for (const Inner& inner : admitted) {
        route(burst.from, inner);
    }
}

void ReferenceSwitch::apply(const SlotGiven& given) {
    holders_[given.slot] = given.to ? std::optional<std::size_t>(*given.to) : std::nullopt;
}

void ReferenceSwitch::apply(const NewRules& fresh) {
    ports_[fresh.port] = fresh.rules;
    std::erase_if(table_, [&](const auto& entry) {
        const auto& [key, place] = entry;
        return place.kind == Kind::Own || !carries(place.port, std::get<1>(key));
    });
    fix_own_addresses();
}

std::optional<ReferenceSwitch::Inner> ReferenceSwitch::come_in(std::size_t from,
                                                               const Bytes& bytes) {
    const WorldPort& port = ports_[from];
    Inner inner;
    Drop why = Drop::None;
    const bool has_tag = bytes.size() >= 14 && tag_type(word(bytes, 12));
    if (port.slot && holder(*port.slot) != from) {
        why = Drop::NotActive;
    } else if (bytes.size() < 14) {
        why = Drop::Runt;
    } else if (has_tag && bytes.size() < 18) {
        why = Drop::Malformed;
    } else if (!port.enabled) {
        why = Drop::PortDisabled;
    } else if (word(bytes, has_tag ? 16 : 12) == 0x8808) {
        why = Drop::MacControl;
    } else if (address(bytes, 0) >= 0x0180c2000000 && address(bytes, 0) <= 0x0180c200000f) {
        why = Drop::ReservedDestination;
    } else if (address(bytes, 6) == 0 || group(address(bytes, 6))) {
        why = Drop::BadSource;
    } else {
        why = put_into_vlan(port, bytes, inner);
    }
    if (why == Drop::None && !port.slot && port.allowed && address(bytes, 6) != port.mac.bits &&
        !port.allowed->contains(address(bytes, 6))) {
        why = Drop::MacNotAllowed;
    }
    if (why == Drop::None) return inner;
    drop(from, Direction::In, why);
    return std::nullopt;
}

Drop ReferenceSwitch::put_into_vlan(const WorldPort& port, const Bytes& bytes, Inner& inner) const {
    const unsigned type = word(bytes, 12);
    const unsigned vid = tag_type(type) ? word(bytes, 14) & 0xfff : 0;
    inner = {bytes, port.pvid, port.qos.value_or(0) * 2U};

    if (port.tunnel) {
        if (port.pvid == 0) return Drop::UntaggedRefused;
        const bool carried = !port.tunnel_vids || vid == 0 ||
                             port.tunnel_vids->contains(static_cast<std::uint16_t>(vid));
        return carried ? Drop::None : Drop::TunnelVlan;
    }
    if (type != port.tpid || vid == 0) {
        if (port.pvid == 0) return Drop::UntaggedRefused;
        if (type != port.tpid) return Drop::None;
    }
    // From here on the tag is read, and taken out.
    inner.bytes.erase(inner.bytes.begin() + 12, inner.bytes.begin() + 16);
    inner.priority = word(bytes, 14) >> 12;
    if (vid == 0 || vid == port.pvid) {
        return tag_type(word(bytes, 16)) ? Drop::DoubleTag : Drop::None;
    }
    inner.vlan = vid;
    return port.vids.contains(static_cast<std::uint16_t>(vid)) ? Drop::None : Drop::IngressVlan;
}

/// Learns from clients; on a trunk looks out for what is ours.
bool ReferenceSwitch::believe_source(std::size_t from, const Inner& inner) {
    const WorldPort& port = ports_[from];
    const Key key{port.vswitch, inner.vlan, address(inner.bytes, 6)};
    const auto found = table_.find(key);
    if (port.slot) {
        if (found == table_.end() || ports_[found->second.port].slot) return true;
        drop(from, Direction::In, Drop::LocalSource);
        return false;
    }
    if (found != table_.end() && found->second.port == from) return true;
    if (found != table_.end() && found->second.kind != Kind::Learned) {
        drop(from, Direction::In, Drop::StaticViolation);
        return false;
    }
    if (learned_at(from) < port.max_macs) table_[key] = {from, Kind::Learned};
    return true;
}

void ReferenceSwitch::route(std::size_t from, const Inner& inner) {
    const unsigned vswitch = ports_[from].vswitch;
    const std::uint64_t dst = address(inner.bytes, 0);
    if (group(dst)) return give_all(from, inner);

    const auto found = table_.find({vswitch, inner.vlan, dst});
    std::optional<std::size_t> to;
    Drop nobody = Drop::NoDestination;
    if (found == table_.end()) {
        if (floods_[vswitch]) return give_all(from, inner);
        to = bridge_of(vswitch, inner.vlan);
    } else {
        to = found->second.port;
        nobody = Drop::SamePort;
        if (to != from && ports_[*to].slot) {
            to = holder(*ports_[*to].slot);
            if (!to || !ports_[*to].enabled)
                return drop(from, Direction::Between, Drop::NoDestination);
        }
    }
    if (!to || *to == from) return drop(from, Direction::Between, nobody);
    if (!carries(*to, inner.vlan)) return drop(from, Direction::Between, Drop::EgressVlan);
    if (!ports_[*to].enabled) return drop(from, Direction::Between, Drop::PortDisabled);
    give(*to, inner);
}

void ReferenceSwitch::give(std::size_t to, const Inner& inner) {
    const WorldPort& port = ports_[to];
    ++counts_[to].offered;
    const bool tagged = inner.vlan != port.pvid || port.tag_pvid;
    const bool peer_reads_tags = !port.tunnel && (port.slot || !port.vids.empty());
    if (!tagged && peer_reads_tags && word(inner.bytes, 12) == port.tpid) {
        return drop(to, Direction::Out, Drop::DoubleTag);
    }
    Bytes bytes = inner.bytes;
    if (tagged) {
        const unsigned tci = inner.priority << 12 | inner.vlan;
        const unsigned words[] = {port.tpid, tci};
        std::size_t at = 12;
        for (const unsigned value : words) {
            bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at++),
                         static_cast<std::uint8_t>(value >> 8));
            bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at++),
                         static_cast<std::uint8_t>(value));
        }
    }
    if (bytes.size() > port.mtu + (tagged ? 18 : 14))
        return drop(to, Direction::Out, Drop::Oversize);
    ++counts_[to].tx;
    counts_[to].tx_bytes += bytes.size();
    out_[to].push_back(std::move(bytes));
}

void ReferenceSwitch::give_all(std::size_t from, const Inner& inner) {
    const unsigned vswitch = ports_[from].vswitch;
    std::size_t receivers = 0;
    for (std::size_t to = 0; to < ports_.size(); ++to) {
        if (to == from || ports_[to].vswitch != vswitch || !ports_[to].enabled) continue;
        if (!carries(to, inner.vlan)) continue;
        if (ports_[to].slot && holder(*ports_[to].slot) != to) continue;
        give(to, inner);
        ++receivers;
    }
    if (receivers == 0) return drop(from, Direction::Between, Drop::NoReceiver);
    counts_[from].copies += receivers - 1;
}

bool ReferenceSwitch::carries(std::size_t port, unsigned vlan) const {
    const WorldPort& rules = ports_[port];
    return vlan == rules.pvid || rules.vids.contains(static_cast<std::uint16_t>(vlan));
}

std::optional<std::size_t> ReferenceSwitch::bridge_of(unsigned vswitch, unsigned vlan) const {
    for (std::size_t i = 0; i < ports_.size(); ++i) {
        const WorldPort& port = ports_[i];
        if (!port.slot || port.vswitch != vswitch || !carries(i, vlan)) continue;
        if (holder(*port.slot) == i && port.enabled) return i;
    }
    return std::nullopt;
}

std::optional<std::size_t> ReferenceSwitch::holder(std::uint16_t slot) const {
    return holders_[slot];
}

std::size_t ReferenceSwitch::learned_at(std::size_t port) const {
    return static_cast<std::size_t>(
        std::count_if(table_.begin(), table_.end(), [&](const auto& entry) {
            return entry.second.port == port && entry.second.kind == Kind::Learned;
        }));
}

void ReferenceSwitch::fix_own_addresses() {
    for (std::size_t i = 0; i < ports_.size(); ++i) {
        const WorldPort& port = ports_[i];
        if (port.mac.is_zero()) continue;
        std::set<std::uint16_t> vlans = port.vids;
        if (port.pvid != 0) vlans.insert(port.pvid);
        for (const std::uint16_t vlan : vlans) {
            table_[{port.vswitch, vlan, port.mac.bits}] = {i, Kind::Own};
        }
    }
}

}  // namespace sealane::test
