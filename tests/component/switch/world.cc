#include "tests/component/switch/world.h"

#include <algorithm>
#include <iterator>

namespace sealane::test {
namespace {

constexpr std::uint16_t kVlans[] = {1, 10, 100, 4094};
constexpr std::size_t kHosts = 10;

/// std::distributions differ between libraries; this doesn't.
class Dice {
  public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}

    std::size_t below(std::size_t limit) { return engine_() % limit; }
    std::size_t between(std::size_t low, std::size_t high) { return low + below(high - low + 1); }
    bool percent(std::size_t chance) { return below(100) < chance; }
    template <typename Range>
    auto one_of(const Range& range) {
        return *std::next(std::begin(range), static_cast<std::ptrdiff_t>(below(std::size(range))));
    }

  private:
    std::mt19937_64 engine_;
};

MacAddress host_mac(std::size_t i) { return {0x0211'0000'0000 + i}; }
MacAddress port_mac(std::size_t i) { return {0x0200'0000'0100 + i}; }

void choose_vlans(Dice& dice, WorldPort& port) {
    port.pvid = dice.percent(15) ? std::uint16_t{0} : dice.one_of(kVlans);
    port.vids.clear();
    if (dice.percent(35)) return;
    for (const std::uint16_t vid : kVlans) {
        if (vid != port.pvid && dice.percent(50)) port.vids.insert(vid);
    }
}

WorldPort random_client(Dice& dice, std::size_t index, std::size_t vswitches) {
    WorldPort port;
    port.vswitch = static_cast<unsigned>(dice.below(vswitches));
    port.enabled = dice.percent(93);
    choose_vlans(dice, port);
    port.tag_pvid = dice.percent(12);
    if (dice.percent(12)) port.tpid = kSTag;
    port.tunnel = dice.percent(12);
    if (port.tunnel && dice.percent(50)) port.tunnel_vids = {{1, 10, 77}};
    if (dice.percent(30)) port.qos = static_cast<std::uint8_t>(dice.below(8));
    if (dice.percent(70)) port.mac = port_mac(index);
    if (dice.percent(25)) {
        port.allowed.emplace();
        for (std::size_t i = dice.below(5); i > 0; --i) {
            port.allowed->insert(host_mac(dice.below(kHosts)).bits);
        }
    }
    port.max_macs = dice.one_of(std::initializer_list<std::uint32_t>{0, 1, 2, 64, 64, 64});
    port.mtu = dice.one_of(std::initializer_list<std::uint32_t>{100, 1500, 65394, 65394});
    return port;
}

/// The VLANs of each vswitch are shared out among slots, and each slot has one or two trunks.
void add_trunks(Dice& dice, World& world) {
    for (unsigned vswitch = 0; vswitch < world.floods.size(); ++vswitch) {
        std::vector<std::uint16_t> vlans(std::begin(kVlans), std::end(kVlans));
        while (vlans.size() > 1 && dice.percent(60)) {
            WorldPort trunk;
            trunk.vswitch = vswitch;
            trunk.slot = world.slots++;
            for (std::size_t take = dice.between(1, vlans.size() - 1); take > 0; --take) {
                trunk.vids.insert(vlans.back());
                vlans.pop_back();
            }
            if (dice.percent(50)) {
                trunk.pvid = *trunk.vids.begin();
                trunk.vids.erase(trunk.vids.begin());
            }
            trunk.tag_pvid = dice.percent(10);
            trunk.mtu = dice.percent(20) ? 100 : 65394;
            for (std::size_t copies = dice.between(1, 2); copies > 0; --copies) {
                trunk.enabled = dice.percent(93);
                trunk.mac = port_mac(world.ports.size());
                world.ports.push_back(trunk);
            }
        }
    }
}

MacAddress random_mac(Dice& dice, const World& world, bool as_source) {
    const std::size_t kind = dice.below(100);
    if (kind < 45) return host_mac(dice.below(kHosts));
    if (kind < 65) return port_mac(dice.below(world.ports.size()));
    if (as_source) {
        if (kind < 96) return host_mac(dice.below(kHosts));
        return kind < 98 ? MacAddress{} : MacAddress{0x0300'0000'0001};
    }
    if (kind < 90) return kBroadcast;
    return kind < 97 ? MacAddress{0x0100'5e00'0007} : MacAddress{0x0180'c200'000e};
}

/// As a well-behaved client of the port would send it.
FrameSpec with_right_tag(Dice& dice, const WorldPort& port, const FrameSpec& spec) {
    if (port.vids.empty() || (port.pvid != 0 && dice.percent(50))) return spec;
    return spec.tag({.vid = dice.one_of(port.vids),
                     .pcp = static_cast<std::uint8_t>(dice.below(8)),
                     .dei = dice.percent(20),
                     .tpid = port.tpid});
}

FrameSpec with_random_tags(Dice& dice, FrameSpec spec) {
    constexpr std::uint16_t kOdd[] = {0, 0, 7, 77, 4095};
    const std::size_t kind = dice.below(100);
    const std::size_t tags = kind < 35 ? 0 : kind < 78 ? 1 : kind < 95 ? 2 : 3;
    for (std::size_t i = 0; i < tags; ++i) {
        spec = spec.tag({.vid = dice.percent(80) ? dice.one_of(kVlans) : dice.one_of(kOdd),
                         .pcp = static_cast<std::uint8_t>(dice.below(8)),
                         .dei = dice.percent(20),
                         .tpid = dice.percent(85) ? kCTag : kSTag});
    }
    return spec;
}

WorldFrame random_frame(Dice& dice,
                        const World& world,
                        const WorldPort& from,
                        std::uint32_t number) {
    FrameSpec spec = frame(random_mac(dice, world, false), random_mac(dice, world, true));
    spec = dice.percent(65) ? with_right_tag(dice, from, spec) : with_random_tags(dice, spec);
    spec = spec.numbered(number);
    if (dice.percent(4)) spec = spec.type(0x8808);
    const std::size_t kind = dice.below(100);
    if (kind < 10) spec = spec.sized(dice.between(110, 124));
    if (kind >= 10 && kind < 16) spec = spec.sized(dice.between(1510, 1524));
    WorldFrame made{.bytes = spec.bytes()};
    if (dice.percent(5)) made.bytes.resize(dice.below(22));
    if (dice.percent(30)) {
        for (std::size_t cut = dice.between(1, 8); cut < 40; cut += dice.between(1, 16)) {
            made.cuts.push_back(cut);
        }
    }
    return made;
}

/// The same sender goes on, and often to the same receiver: then all of the header may be alike.
void go_on(Dice& dice, const WorldFrame& last, WorldFrame& next) {
    const std::size_t first = dice.percent(60) ? 0 : 6;
    const std::size_t end = std::min<std::size_t>({12, last.bytes.size(), next.bytes.size()});
    for (std::size_t i = first; i < end; ++i) {
        next.bytes[i] = last.bytes[i];
    }
    // Packets of one kind start alike.
    if (last.bytes.size() < 16 || next.bytes.size() < 16) return;
    const bool same_type = std::equal(&last.bytes[12], &last.bytes[14], &next.bytes[12]);
    if (same_type) std::copy(&last.bytes[14], &last.bytes[16], &next.bytes[14]);
}

Event random_event(Dice& dice, World& world, std::uint32_t& number) {
    const auto port = static_cast<std::uint16_t>(dice.below(world.ports.size()));
    const std::size_t kind = dice.below(100);
    if (kind < 8 && world.slots > 0) {
        SlotGiven given{.slot = static_cast<std::uint16_t>(dice.below(world.slots))};
        if (dice.percent(75)) {
            for (std::uint16_t i = 0; i < world.ports.size(); ++i) {
                if (world.ports[i].slot == given.slot && (!given.to || dice.percent(50)))
                    given.to = i;
            }
        }
        return given;
    }
    if (kind < 14 && !world.ports[port].slot) {
        NewRules fresh{.port = port, .rules = world.ports[port]};
        choose_vlans(dice, fresh.rules);
        fresh.rules.enabled = dice.percent(90);
        return fresh;
    }
    Burst burst{.from = port};
    for (std::size_t left = dice.between(1, 64); left > 0; --left) {
        WorldFrame next = random_frame(dice, world, world.ports[port], number++);
        if (!burst.frames.empty() && dice.percent(50)) go_on(dice, burst.frames.back(), next);
        burst.frames.push_back(std::move(next));
    }
    return burst;
}

std::string text_of(const WorldPort& port) {
    std::string text =
        "vswitch " + std::to_string(port.vswitch) + ", pvid " + std::to_string(port.pvid);
    text += ", vids [";
    for (const std::uint16_t vid : port.vids) {
        text += " " + std::to_string(vid);
    }
    text += " ], mtu " + std::to_string(port.mtu);
    if (port.slot) text += ", trunk of slot " + std::to_string(*port.slot);
    if (!port.enabled) text += ", disabled";
    if (port.tag_pvid) text += ", tag_pvid";
    if (port.tpid == kSTag) text += ", S-tags";
    if (port.tunnel) text += port.tunnel_vids ? ", tunnel of 1 10 77" : ", tunnel";
    if (port.qos) text += ", qos " + std::to_string(*port.qos);
    if (!port.mac.is_zero()) text += ", mac " + to_string(port.mac);
    if (port.max_macs != 64) text += ", max_macs " + std::to_string(port.max_macs);
    if (port.allowed) {
        text += ", allows [";
        for (const std::uint64_t mac : *port.allowed) {
            text += " " + to_string(MacAddress{mac});
        }
        text += " ]";
    }
    return text;
}

struct EventText {
    std::string operator()(const Burst& burst) const {
        std::string text = "  burst into port " + std::to_string(burst.from) + "\n";
        for (const WorldFrame& one : burst.frames) {
            text += "    " + describe(one.bytes) + ", " + std::to_string(one.cuts.size() + 1) +
                    " pieces\n";
        }
        return text;
    }
    std::string operator()(const SlotGiven& given) const {
        return "  slot " + std::to_string(given.slot) +
               (given.to ? " given to port " + std::to_string(*given.to) : " taken away") + "\n";
    }
    std::string operator()(const NewRules& fresh) const {
        return "  port " + std::to_string(fresh.port) + " becomes: " + text_of(fresh.rules) + "\n";
    }
};

}  // namespace

World random_world(std::uint64_t seed) {
    Dice dice(seed);
    World world;
    for (std::size_t left = dice.percent(60) ? 1 : 2; left > 0; --left) {
        world.floods.push_back(dice.percent(20));
    }
    for (std::size_t clients = dice.between(4, 10); clients > 0; --clients) {
        world.ports.push_back(random_client(dice, world.ports.size(), world.floods.size()));
    }
    add_trunks(dice, world);
    for (std::size_t left = dice.below(5); left > 0; --left) {
        world.statics.push_back(
            {.vlan = dice.one_of(kVlans),
             .mac = host_mac(dice.below(kHosts)),
             .port = static_cast<std::uint16_t>(dice.below(world.ports.size()))});
    }
    std::uint32_t number = 0;
    for (std::size_t left = 24; left > 0; --left) {
        world.events.push_back(random_event(dice, world, number));
    }
    return world;
}

std::string describe(const World& world) {
    std::string text;
    for (std::size_t i = 0; i < world.floods.size(); ++i) {
        if (world.floods[i]) text += "vswitch " + std::to_string(i) + " floods\n";
    }
    for (std::size_t i = 0; i < world.ports.size(); ++i) {
        text += "port " + std::to_string(i) + ": " + text_of(world.ports[i]) + "\n";
    }
    for (const WorldStatic& fixed : world.statics) {
        text += to_string(fixed.mac) + " in VLAN " + std::to_string(fixed.vlan) +
                " fixed to port " + std::to_string(fixed.port) + "\n";
    }
    text += "then:\n";
    for (const Event& event : world.events) {
        text += std::visit(EventText{}, event);
    }
    return text;
}

}  // namespace sealane::test
