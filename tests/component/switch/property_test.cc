// Random switches and random frames against the reference switch: same bytes at the same ports,
// same counters, and no frame read in another VLAN than it came in.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/component/switch/reference_switch.h"
#include "tests/component/switch/world.h"
#include "tests/support/rig_test.h"
#include "tests/support/seed.h"

namespace sealane::test {
namespace {

#ifdef NDEBUG
constexpr std::size_t kFrames = 250'000;
#else
constexpr std::size_t kFrames = 30'000;  // with sanitizers
#endif

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
    const char* const text = std::getenv(name);
    return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

hvswitch::PortRules rules_of(const WorldPort& port) {
    hvswitch::PortRules rules = member_of(port.pvid);
    rules.vswitch = {static_cast<std::uint8_t>(port.vswitch)};
    rules.enabled = port.enabled;
    for (const std::uint16_t vid : port.vids) {
        rules.vids.set(vid);
    }
    rules.tag_pvid = port.tag_pvid;
    rules.tpid = port.tpid;
    rules.tunnel = port.tunnel;
    if (port.tunnel_vids) {
        rules.tunnel_vids.emplace();
        for (const std::uint16_t vid : *port.tunnel_vids) {
            rules.tunnel_vids->set(vid);
        }
    }
    rules.qos_priority = port.qos;
    rules.is_trunk = port.slot.has_value();
    rules.mac = port.mac;
    rules.any_mac = !port.allowed;
    if (port.allowed) {
        for (const std::uint64_t mac : *port.allowed) {
            rules.allowed_macs.push_back({mac});
        }
    }
    rules.max_macs = port.max_macs;
    return rules;
}

RigSpec rig_of(const World& world) {
    RigSpec spec;
    for (std::size_t i = 0; i < world.ports.size(); ++i) {
        const WorldPort& port = world.ports[i];
        spec.adapters.push_back(
            {.name = "port " + std::to_string(i),
             .rules = rules_of(port),
             .slot = port.slot ? hvswitch::SlotId{*port.slot} : hvswitch::kNoSlot,
             .mtu = port.mtu,
             .ring = 128});
    }
    spec.slots = world.slots;
    spec.tables.assign(world.floods.size(), {.capacity = 1024});
    for (std::size_t i = 0; i < world.floods.size(); ++i) {
        spec.vswitches[i].flood_unknown = world.floods[i];
    }
    spec.frames = 1024;
    spec.heads = 4096;
    return spec;
}

/// Does to the rig what ReferenceSwitch::apply does to the reference.
struct Apply {
    Rig& rig;

    void operator()(const Burst& burst) const {
        for (const WorldFrame& one : burst.frames) {
            rig.inject({burst.from}, one.bytes, one.cuts);
        }
        rig.run();
    }
    void operator()(const SlotGiven& given) const {
        if (given.to) {
            rig.shared().slots().give({given.slot}, {*given.to});
        } else {
            rig.shared().slots().take_away({given.slot});
        }
    }
    void operator()(const NewRules& fresh) const {
        auto settings = rig.settings();
        settings.ports[fresh.port] = rules_of(fresh.rules);
        rig.publish(settings);
    }
};

AdapterTotals totals_of(const ReferenceSwitch::Counts& counts) {
    AdapterTotals totals{.rx_frames = counts.rx,
                         .rx_bytes = counts.rx_bytes,
                         .admitted = counts.admitted,
                         .copies = counts.copies,
                         .offered = counts.offered,
                         .tx_frames = counts.tx,
                         .tx_bytes = counts.tx_bytes};
    for (const auto& [reason, frames] : counts.drops) {
        totals.drops[static_cast<std::size_t>(reason.first)]
                    [static_cast<std::size_t>(reason.second)] = frames;
    }
    return totals;
}

std::string counters_text(const AdapterTotals& totals) {
    std::string text = "rx " + std::to_string(totals.rx_frames) + ", admitted " +
                       std::to_string(totals.admitted) + ", copies " +
                       std::to_string(totals.copies) + ", offered " +
                       std::to_string(totals.offered) + ", tx " + std::to_string(totals.tx_frames);
    for (std::size_t direction = 0; direction < kDirectionCount; ++direction) {
        for (std::size_t why = 0; why < kDropCount; ++why) {
            if (totals.drops[direction][why] == 0) continue;
            text += ", " + std::string(name_of(static_cast<Direction>(direction))) + " " +
                    std::string(name_of(static_cast<Drop>(why))) + " " +
                    std::to_string(totals.drops[direction][why]);
        }
    }
    return text;
}

/// The VLAN that the adapter's peer reads from a frame; 0 where it reads none.
std::uint16_t read_by_peer(const WorldPort& port, const Bytes& bytes) {
    const bool reads_tags = !port.tunnel && (!port.vids.empty() || port.tag_pvid);
    const unsigned type = static_cast<unsigned>(bytes.at(12) << 8 | bytes.at(13));
    if (!reads_tags || type != port.tpid) return port.pvid;
    return static_cast<std::uint16_t>((bytes.at(14) << 8 | bytes.at(15)) & 0xfff);
}

/// One step's difference between the two, or nothing.
std::string difference(Rig& rig, ReferenceSwitch& reference, const std::vector<WorldPort>& ports) {
    for (std::uint16_t i = 0; i < ports.size(); ++i) {
        const std::vector<Bytes> expected = reference.take(i);
        const std::vector<Bytes> actual = rig.take({i});
        const std::string where = "out of port " + std::to_string(i) + ": ";
        for (std::size_t k = 0; k < std::max(expected.size(), actual.size()); ++k) {
            if (k < expected.size() && k < actual.size() && expected[k] == actual[k]) continue;
            return where + "frame " + std::to_string(k) + "\n  expected " +
                   (k < expected.size() ? describe(expected[k]) : "nothing") + "\n  came out " +
                   (k < actual.size() ? describe(actual[k]) : "nothing");
        }
        for (const Bytes& bytes : actual) {
            const std::uint16_t vlan = read_by_peer(ports[i], bytes);
            if (vlan != ports[i].pvid && !ports[i].vids.contains(vlan)) {
                return where + "leak into VLAN " + std::to_string(vlan) + ": " + describe(bytes);
            }
        }
        const AdapterTotals wanted = totals_of(reference.counts(i)), counted = rig.totals({i});
        if (wanted != counted) {
            return "counters of port " + std::to_string(i) + "\n  expected " +
                   counters_text(wanted) + "\n  counted  " + counters_text(counted);
        }
    }
    return rig.broken_laws();
}

struct Life {
    std::string difference;  // the first one, or nothing
    AdapterTotals counted;   // of all adapters
};

/// Lives through a world.
Life live(const World& world) {
    Rig rig(rig_of(world));
    ReferenceSwitch reference(world);
    for (const WorldStatic& fixed : world.statics) {
        const VswitchId vswitch{static_cast<std::uint8_t>(world.ports[fixed.port].vswitch)};
        [[maybe_unused]] const Status taken =  // a second one for the same address is refused
            rig.shared().table(vswitch).fix(
                {vswitch, {fixed.vlan}, fixed.mac}, {fixed.port}, hvswitch::AddressKind::Static);
    }
    Life life;
    std::vector<WorldPort> ports = world.ports;
    for (const Event& event : world.events) {
        std::visit(Apply{rig}, event);
        std::visit([&](const auto& what) { reference.apply(what); }, event);
        if (const auto* fresh = std::get_if<NewRules>(&event)) ports[fresh->port] = fresh->rules;
        life.difference = difference(rig, reference, ports);
        if (!life.difference.empty()) return life;
    }
    if (rig.pools().in_use() != 0) life.difference = "buffers are not back in their pools";
    for (std::uint16_t i = 0; i < rig.adapters(); ++i) {
        life.counted.add(rig.totals({i}));
    }
    return life;
}

/// Leaves out what the difference doesn't need: events first, then frames.
World shrunk(World world) {
    const auto differs_without = [&](auto leave_out) {
        World smaller = world;
        leave_out(smaller);
        if (live(smaller).difference.empty()) return false;
        world = std::move(smaller);
        return true;
    };
    for (std::size_t i = world.events.size(); i-- > 0;) {
        differs_without([i](World& smaller) {
            smaller.events.erase(smaller.events.begin() + static_cast<std::ptrdiff_t>(i));
        });
    }
    for (std::size_t i = 0; i < world.events.size(); ++i) {
        const auto* burst = std::get_if<Burst>(&world.events[i]);
        for (std::size_t k = burst != nullptr ? burst->frames.size() : 0; k-- > 0;) {
            differs_without([i, k](World& smaller) {
                auto& frames = std::get<Burst>(smaller.events[i]).frames;
                frames.erase(frames.begin() + static_cast<std::ptrdiff_t>(k));
            });
        }
    }
    return world;
}

/// A test that meets no frame of a kind says nothing about it.
void expect_all_kinds(const AdapterTotals& counted) {
    using enum Drop;
    EXPECT_GT(counted.tx_frames, 0U);
    EXPECT_GT(counted.copies, 0U);
    for (const Drop why : {Runt,
                           Malformed,
                           BadSource,
                           ReservedDestination,
                           MacControl,
                           UntaggedRefused,
                           IngressVlan,
                           DoubleTag,
                           TunnelVlan,
                           MacNotAllowed,
                           LocalSource,
                           StaticViolation,
                           PortDisabled,
                           NotActive}) {
        EXPECT_GT(counted.dropped(Direction::In, why), 0U) << name_of(why);
    }
    for (const Drop why : {NoDestination, NoReceiver, SamePort, EgressVlan, PortDisabled}) {
        EXPECT_GT(counted.dropped(Direction::Between, why), 0U) << name_of(why);
    }
    for (const Drop why : {Oversize, DoubleTag}) {
        EXPECT_GT(counted.dropped(Direction::Out, why), 0U) << name_of(why);
    }
}

TEST(SwitchProperties, RandomSwitchesDoWhatTheReferenceSwitchDoes) {
    const std::uint64_t seed = seed_of_run();
    const std::uint64_t enough = setting("SEALANE_FRAMES", kFrames);
    std::size_t worlds = 0;
    AdapterTotals counted;
    for (; counted.rx_frames < enough; ++worlds) {
        const World world = random_world(seed + worlds);
        const Life life = live(world);
        counted.add(life.counted);
        if (life.difference.empty()) continue;
        const World small = shrunk(world);
        FAIL() << "SEALANE_SEED=" << seed + worlds << "\n"
               << describe(small) << live(small).difference;
    }
    std::printf("SEALANE_SEED=%lu: %zu switches, %lu frames in, %lu copies, %lu frames out\n",
                seed,
                worlds,
                counted.rx_frames,
                counted.copies,
                counted.tx_frames);
    if (enough >= 10'000) expect_all_kinds(counted);
}

}  // namespace
}  // namespace sealane::test
