#include "tests/unit/config/random_system.h"

#include <algorithm>
#include <rapidcheck.h>

namespace sealane::config {
namespace {

/// lowest to highest, both included.
template <typename Number = std::uint32_t>
Number draw(Number lowest, Number highest) {
    return static_cast<Number>(
        *rc::gen::inRange<std::uint64_t>(lowest, std::uint64_t{highest} + 1));
}

bool maybe() { return draw(0U, 1U) == 1; }

/// Draws systems piece by piece; holds what must not be given twice.
class Drawer {
  public:
    System draw_all() {
        system_.name = "frame" + std::to_string(draw(0U, 99U));
        draw_runtime();
        for (unsigned i = 0, count = draw(1U, 3U); i < count; ++i) {
            draw_vswitch(i);
        }
        for (unsigned i = 0, count = draw(0U, 3U); i < count; ++i) {
            draw_bridge(i);
        }
        for (unsigned i = 0, count = draw(0U, 4U); i < count; ++i) {
            draw_client(i);
        }
        return system_;
    }

  private:
    void draw_runtime() {
        Runtime& runtime = system_.runtime;
        runtime.idle = maybe() ? IdlePolicy::Poll : IdlePolicy::Adaptive;
        runtime.workers = draw(1U, 4U);
        for (std::uint32_t core = 0; maybe() && core < runtime.workers; ++core) {
            runtime.cores.push_back(core * 3);
        }
        if (runtime.cores.size() != runtime.workers) runtime.cores.clear();
        runtime.buffers = maybe() ? 0 : draw(1'024U, 1U << 20);
        runtime.spare_adapters = draw(0U, kMaxSpareAdapters);
    }

    void draw_vswitch(unsigned index) {
        Vswitch vswitch;
        vswitch.name = "ETHERNET" + std::to_string(index);
        vswitch.unknown_unicast = maybe() ? UnknownUnicast::Flood : UnknownUnicast::Trunk;
        if (maybe())
            vswitch.address_table = {draw(16U, 1U << 22), std::chrono::seconds{draw(1U, 999U)}};
        system_.vswitches.push_back(vswitch);
        fresh_.push_back(1);
        shared_.push_back({VlanId{4094}});
    }

    /// A VLAN of that vswitch that nobody has had.
    VlanId fresh_vlan(std::size_t vswitch) {
        std::uint16_t& next = fresh_[vswitch];
        if (next == kPlatformVlan.value) ++next;
        return VlanId{next++};
    }

    Impair draw_impair() {
        Impair impair{.seed = draw<std::uint64_t>(0, UINT64_MAX)};
        for (Impairment* way : {&impair.impairments.in, &impair.impairments.out}) {
            if (maybe()) continue;
            way->loss = draw(0U, 100'000'000U) / 1e8;
            way->burst_end = draw(0U, 10U) / 10.0;
            way->delay = std::chrono::microseconds{draw(0U, 60'000'000U)};
            way->rate = draw<std::uint64_t>(0, 1'000'000'000'000);
            way->black_hole = maybe();
        }
        impair.impairments.link_down = maybe();
        return impair;
    }

    Adapter draw_virtual(unsigned number, std::size_t vswitch) {
        Adapter adapter;
        adapter.name = "ent" + std::to_string(number);
        adapter.vswitch = system_.vswitches[vswitch].name;
        if (maybe()) adapter.mtu = draw(kMinMtu, kMaxMtu);
        adapter.enabled = maybe();
        if (maybe()) adapter.storm_control.broadcast = draw(1U, kMaxStormRate);
        if (maybe()) adapter.storm_control.multicast = draw(1U, kMaxStormRate);
        if (maybe() && system_.vswitches[vswitch].unknown_unicast == UnknownUnicast::Flood) {
            adapter.storm_control.unknown = draw(1U, kMaxStormRate);
        }
        if (maybe()) adapter.impair = draw_impair();
        adapter.max_macs = maybe() ? 64 : draw(1U, 1U << 20);
        adapter.tag_pvid = maybe();
        if (maybe()) adapter.qos_priority = draw<std::uint8_t>(0, 7);
        if (maybe()) adapter.mac = MacAddress{0x0200'0000'0000 + next_++};
        if (maybe()) adapter.worker = draw(0U, system_.runtime.workers - 1);
        return adapter;
    }

    /// One or two VIOSes with SEAs for the same VLANs.
    void draw_bridge(unsigned index) {
        const std::size_t vswitch = draw<std::size_t>(0, system_.vswitches.size() - 1);
        std::vector<Adapter> trunks;
        for (unsigned i = 0, count = draw(1U, 4U); i < count; ++i) {
            Adapter trunk = draw_virtual(i + 1, vswitch);
            trunk.mac.reset();
            trunk.pvid = fresh_vlan(vswitch);
            for (unsigned k = 0, vids = draw(0U, 5U); k < vids; ++k) {
                trunk.vids.push_back(fresh_vlan(vswitch));
                shared_[vswitch].push_back(trunk.vids.back());
            }
            trunks.push_back(trunk);
        }
        std::optional<Adapter> ctl_chan;
        if (maybe()) {
            ctl_chan = Adapter{};
            ctl_chan->name = "ent50";
            ctl_chan->vswitch = system_.vswitches[vswitch].name;
            ctl_chan->pvid = fresh_vlan(vswitch);
        }
        const Alike alike{.ctl_chan = ctl_chan,
                          .default_trunk = draw<std::size_t>(0, trunks.size() - 1),
                          .keepalive = std::chrono::milliseconds{draw(10U, 60'000U)}};
        const auto sides = draw(1U, 2U);
        for (unsigned side = 0; side < sides; ++side) {
            Partition vios;
            vios.name = "vios" + std::to_string(index) + (side == 0 ? "a" : "b");
            vios.type = PartitionType::Vios;
            draw_vios(vios, trunks, alike, static_cast<std::uint8_t>(1 + side * 7 + index));
            system_.partitions.push_back(vios);
        }
    }

    /// What the SEAs of a pair have in common, beside their trunk adapters.
    struct Alike {
        std::optional<Adapter> ctl_chan;
        std::size_t default_trunk;
        std::chrono::milliseconds keepalive;
    };

    void draw_vios(Partition& vios,
                   const std::vector<Adapter>& trunks,
                   const Alike& alike,
                   std::uint8_t priority) {
        Sea sea = draw_sea();
        sea.name = "ent60";
        sea.real_adapter = "ent0";
        Adapter real;
        real.name = "ent0";
        real.kind = AdapterKind::Physical;
        real.port = draw_port(false);
        vios.adapters.push_back(real);
        for (const Adapter& trunk : trunks) {
            vios.adapters.push_back(trunk);
            vios.adapters.back().trunk_priority = priority;
            sea.virt_adapters.push_back(trunk.name);
        }
        const Adapter& chosen = trunks[alike.default_trunk];
        sea.pvid_adapter = chosen.name;
        sea.pvid = chosen.pvid;
        sea.keepalive_ms = alike.keepalive;
        const auto* const device = std::get_if<EthdevPort>(&real.port);
        sea.adapter_reset = device != nullptr && !device->pci.empty() && maybe();
        if (alike.ctl_chan) {
            vios.adapters.push_back(*alike.ctl_chan);
            sea.ctl_chan = alike.ctl_chan->name;
        }
        vios.seas.push_back(sea);
        Adapter& placed = vios.adapters.front();
        placed.mtu = maybe() ? default_mtu(vios, placed) : draw(kMinMtu, kMaxMtu);
    }

    static Sea draw_sea() {
        Sea sea;
        sea.ha_mode = static_cast<HaMode>(draw(0U, 3U));
        if (maybe()) {
            sea.netaddr = "192.0.2." + std::to_string(draw(0U, 255U));
            // Two of a file that are the same are a fault; of 16 million that does not happen.
            sea.address = "10";
            for (int i = 0; i < 3; ++i)
                *sea.address += "." + std::to_string(draw(0U, 255U));
        }
        sea.health_time = std::chrono::seconds{draw(0U, 86'400U)};
        sea.link_time = std::chrono::seconds{draw(0U, 2U)};
        sea.fb_delay = std::chrono::seconds{draw(0U, 2U)};
        sea.lease_ms = std::chrono::milliseconds{draw(5U, 60'000U)};
        sea.noauto_failback = maybe();
        sea.largesend = maybe();
        sea.large_receive = maybe();
        sea.jumbo_frames = maybe();
        sea.accounting = maybe();
        return sea;
    }

    void draw_client(unsigned index) {
        Partition client;
        client.name = index == 0 ? "null" : "lpar" + std::to_string(index);
        for (unsigned i = 0, count = draw(0U, 3U); i < count; ++i) {
            const std::size_t vswitch = draw<std::size_t>(0, system_.vswitches.size() - 1);
            Adapter adapter = draw_virtual(i, vswitch);
            const auto& vlans = shared_[vswitch];
            adapter.pvid = vlans[draw<std::size_t>(0, vlans.size() - 1)];
            adapter.tpid = maybe() ? 0x8100 : 0x88a8;
            adapter.tunnel = maybe() && adapter.tpid == 0x8100;
            auto& list = adapter.tunnel ? adapter.tunnel_vids : adapter.vids;
            for (const VlanId vlan : vlans) {
                if (vlan != adapter.pvid && list.size() < kMaxVids && maybe()) list.push_back(vlan);
            }
            if (maybe()) adapter.allowed_macs.all = false;
            for (unsigned k = 0; !adapter.allowed_macs.all && k < draw(0U, 4U); ++k) {
                adapter.allowed_macs.list.push_back(MacAddress{0x0600'0000'0000 + next_++});
            }
            adapter.port = draw_port(true);
            client.adapters.push_back(adapter);
        }
        system_.partitions.push_back(client);
    }

    PortSpec draw_port(bool may_be_none) {
        const std::string unique = std::to_string(next_++);
        switch (draw(may_be_none ? 0U : 1U, 6U)) {
            case 0:
                return NoPort{};
            case 1:
                return RingPort{1U << draw(6U, 14U)};
            case 2:
                if (maybe()) {
                    const std::string domain = std::string(4 - unique.size(), '0') + unique;
                    return EthdevPort{"", domain + ":01:00.0", 64, 64};
                }
                return EthdevPort{"net_tap" + unique + ",a=" + draw_text(), "", 512, 1'024};
            case 3:
                return VhostUserPort{draw_text() + "-" + unique,
                                     maybe(),
                                     static_cast<std::uint16_t>(draw(1U, 16U)),
                                     maybe()};
            case 4:
                return QemuDgramPort{
                    draw_text() + "-" + unique, draw_text() + "+" + unique, draw(1U, 65'536U)};
            case 5:
                return ShmPort{draw_text() + "-" + unique, draw(1U, 65'536U)};
            default:
                return QemuStreamPort{draw_text() + "-" + unique, maybe(), draw(1U, 65'536U)};
        }
    }

    /// What has to survive quoting.
    static std::string draw_text() {
        return *rc::gen::container<std::string>(
            rc::gen::elementOf(std::string(" abz019.,:;{}[]\"'\\#&*!|>%@`~-_/=?$")));
    }

    System system_;
    std::vector<std::uint16_t> fresh_;         // by vswitch
    std::vector<std::vector<VlanId>> shared_;  // VLANs that clients may use, by vswitch
    std::uint64_t next_ = 1;
};

}  // namespace

System draw_system() { return Drawer().draw_all(); }

}  // namespace sealane::config
