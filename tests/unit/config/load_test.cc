// Good files, what they mean, and files that can't be read.
#include "control/config/load.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/config/edited_file.h"

namespace sealane::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

System load_good(const std::string& text) {
    Loaded loaded = load(text, "frame.yaml");
    EXPECT_EQ(to_string(loaded.faults), "");
    EXPECT_TRUE(loaded.system.has_value());
    return loaded.system.value_or(System{});
}

/// A frame with one client adapter that has `more` in it.
std::string with_client_adapter(const std::string& more) {
    return "system: f\nvswitches: [{name: ETHERNET0}]\npartitions:\n"
           "  - {name: c, type: client, adapters: [{name: ent0, type: virtual, vswitch: ETHERNET0, "
           "pvid: 1" +
           more + "}]}\n";
}

Adapter client_adapter(const std::string& more) {
    return load_good(with_client_adapter(more)).partitions.at(0).adapters.at(0);
}

TEST(Load, TheDesignsSampleMeansWhatItSays) {
    const System system = load_good(sample("design.yaml"));

    EXPECT_EQ(system.name, "frame1");
    ASSERT_EQ(system.vswitches.size(), 1U);
    EXPECT_EQ(system.vswitches[0].name, "ETHERNET0");
    ASSERT_EQ(system.partitions.size(), 2U);

    const Partition& vios = system.partitions[0];
    EXPECT_EQ(vios.type, PartitionType::Vios);
    ASSERT_EQ(vios.adapters.size(), 4U);
    EXPECT_EQ(vios.adapters[0].kind, AdapterKind::Physical);
    EXPECT_EQ(std::get<EthdevPort>(vios.adapters[0].port).devargs, "net_af_packet0,iface=up1");
    EXPECT_EQ(vios.adapters[0].mtu, 1500U);
    const Adapter& trunk = vios.adapters[1];
    EXPECT_EQ(qualified(vios, trunk.name), "vios1/ent3");
    EXPECT_EQ(trunk.pvid, VlanId{99});
    EXPECT_THAT(trunk.vids, ElementsAre(VlanId{1}, VlanId{2}));
    EXPECT_EQ(trunk.trunk_priority, 1);
    EXPECT_EQ(trunk.mtu, 65'394U);
    EXPECT_EQ(trunk.place.line, 9);
    EXPECT_EQ(trunk.place.column, 9);
    ASSERT_EQ(vios.seas.size(), 1U);
    const Sea& sea = vios.seas[0];
    EXPECT_EQ(sea.real_adapter, "ent0");
    EXPECT_THAT(sea.virt_adapters, ElementsAre("ent3", "ent4"));
    EXPECT_EQ(sea.pvid_adapter, "ent3");
    EXPECT_EQ(sea.pvid, VlanId{99});
    EXPECT_EQ(sea.ctl_chan, "ent5");
    EXPECT_EQ(sea.ha_mode, HaMode::Sharing);
    EXPECT_TRUE(sea.largesend);
    EXPECT_FALSE(sea.jumbo_frames);

    const Partition& client = system.partitions[1];
    EXPECT_EQ(client.type, PartitionType::Client);
    EXPECT_EQ(client.adapters.at(0).mac, std::nullopt);
    const auto& port = std::get<QemuStreamPort>(client.adapters.at(0).port);
    EXPECT_EQ(port.path, "run/lpar1.sock");
    EXPECT_TRUE(port.listen);
}

TEST(Load, APairOfViosesMeansWhatItSays) {
    const System system = load_good(sample("pair.yaml"));

    EXPECT_EQ(system.runtime, (Runtime{IdlePolicy::Poll, 2, {2, 3}, 65'536}));
    EXPECT_EQ(system.vswitches.at(0).address_table,
              (AddressTableLimits{4096, std::chrono::seconds{60}}));
    EXPECT_EQ(system.vswitches.at(1).unknown_unicast, UnknownUnicast::Flood);
    EXPECT_EQ(system.partitions.at(0).adapters.at(0).mtu, 9000U);
    EXPECT_EQ(system.partitions.at(1).adapters.at(0).mtu, 9000U) << "of jumbo_frames";
    EXPECT_EQ(std::get<EthdevPort>(system.partitions[1].adapters[0].port).pci, "0000:01:00.0");
    EXPECT_EQ(system.partitions[0].seas.at(0).netaddr, "192.0.2.1");
    EXPECT_EQ(system.partitions[0].seas.at(0).address, "192.0.2.2");
    const Adapter& first = system.partitions.at(2).adapters.at(0);
    EXPECT_EQ(first.mac, parse_mac("02:00:00:00:00:01"));
    EXPECT_EQ(first.worker, 1U);
    const Adapter& second = system.partitions[2].adapters.at(1);
    EXPECT_FALSE(second.allowed_macs.all);
    EXPECT_EQ(second.allowed_macs.list.size(), 1U);
    EXPECT_EQ(second.qos_priority, 5);
    EXPECT_FALSE(second.enabled);
    EXPECT_EQ(std::get<RingPort>(second.port).size, 256U);
    const Adapter& tunnel = system.partitions.at(3).adapters.at(0);
    EXPECT_TRUE(tunnel.tunnel);
    EXPECT_THAT(tunnel.tunnel_vids, ElementsAre(VlanId{10}, VlanId{1}));
    EXPECT_FALSE(std::get<QemuStreamPort>(tunnel.port).listen);
}

TEST(Load, ValuesAtTheirLimitsAreTaken) {
    EXPECT_EQ(client_adapter(", mtu: 68").mtu, 68U);
    EXPECT_EQ(client_adapter(", mtu: 65394").mtu, 65'394U);
    EXPECT_EQ(client_adapter(", qos_priority: 0").qos_priority, 0);
    EXPECT_EQ(client_adapter(", qos_priority: 7").qos_priority, 7);
    EXPECT_EQ(client_adapter(", qos_priority: none").qos_priority, std::nullopt);
    EXPECT_EQ(client_adapter(", storm_control: {broadcast: 1, multicast: 100000000}").storm_control,
              (StormControl{.broadcast = 1, .multicast = 100'000'000}));
    EXPECT_EQ(client_adapter("").storm_control, StormControl{});
    EXPECT_EQ(client_adapter("").impair, std::nullopt);
    EXPECT_EQ(client_adapter(", impair: {}").impair, Impair{});
    EXPECT_EQ(
        client_adapter(", impair: {in: {loss: 30%, black_hole: true}, out: {delay: 5ms, "
                       "rate: 10Mbit}, link: down, seed: 7}")
            .impair,
        (Impair{.impairments = {.in = {.loss = 0.3, .black_hole = true},
                                .out = {.delay = std::chrono::milliseconds{5}, .rate = 10'000'000},
                                .link_down = true},
                .seed = 7}));
    EXPECT_EQ(client_adapter(", max_macs: 1").max_macs, 1U);
    EXPECT_EQ(client_adapter(", max_macs: 1048576").max_macs, 1'048'576U);
    EXPECT_EQ(client_adapter(", vids: [4094, 3357, 3359]").vids.at(0), VlanId{4094});
    EXPECT_EQ(client_adapter(", allowed_macs: all").allowed_macs, AllowedMacs{});
    EXPECT_EQ(client_adapter(", allowed_macs: none").allowed_macs, (AllowedMacs{false, {}}));
    EXPECT_EQ(client_adapter(", tpid: 0x88A8").tpid, 0x88a8);
    EXPECT_EQ(std::get<RingPort>(client_adapter(", port: {type: ring, size: 64}").port).size, 64U);
    const std::string path(107, 'p');
    const Adapter longest = client_adapter(", port: {type: qemu-stream, connect: " + path + "}");
    EXPECT_EQ(std::get<QemuStreamPort>(longest.port).path, path);
    const Adapter dgram = client_adapter(", port: {type: qemu-dgram, local: a, remote: " + path +
                                         ", queue_frames: 1}");
    EXPECT_EQ(std::get<QemuDgramPort>(dgram.port), (QemuDgramPort{"a", path, 1}));
    const Adapter vhost = client_adapter(
        ", port: {type: vhost-user, path: v, mode: server, queues: 16, offloads: false}");
    EXPECT_EQ(std::get<VhostUserPort>(vhost.port), (VhostUserPort{"v", true, 16, false}));
    const Adapter plain = client_adapter(", port: {type: vhost-user, path: v}");
    EXPECT_EQ(std::get<VhostUserPort>(plain.port), (VhostUserPort{"v", false, 1, true}));
}

/// What the README promises, in numbers: a default that changes changes files that run today.
TEST(Load, WhatIsNotWrittenOfAnAdapterIs) {
    const Adapter adapter = client_adapter("");
    EXPECT_EQ(adapter.kind, AdapterKind::Virtual);
    EXPECT_TRUE(std::holds_alternative<NoPort>(adapter.port));
    EXPECT_EQ(adapter.impair, std::nullopt);
    EXPECT_TRUE(adapter.enabled);
    EXPECT_EQ(adapter.mtu, 65'394U);
    EXPECT_EQ(adapter.worker, std::nullopt);
    EXPECT_THAT(adapter.vids, IsEmpty());
    EXPECT_EQ(adapter.trunk_priority, 0);
    EXPECT_EQ(adapter.mac, std::nullopt);
    EXPECT_TRUE(adapter.allowed_macs.all);
    EXPECT_THAT(adapter.allowed_macs.list, IsEmpty());
    EXPECT_EQ(adapter.qos_priority, std::nullopt);
    EXPECT_EQ(adapter.max_macs, 64U);
    EXPECT_FALSE(adapter.tag_pvid);
    EXPECT_FALSE(adapter.tunnel);
    EXPECT_THAT(adapter.tunnel_vids, IsEmpty());
    EXPECT_EQ(adapter.tpid, 0x8100);
    EXPECT_EQ(adapter.storm_control.broadcast, 0U);
    EXPECT_EQ(adapter.storm_control.multicast, 0U);
    EXPECT_EQ(adapter.storm_control.unknown, 0U);
    EXPECT_EQ(client_adapter(", impair: {}").impair->seed, 1U);
}

TEST(Load, WhatIsNotWrittenOfAPortIs) {
    EXPECT_EQ(std::get<RingPort>(client_adapter(", port: {type: ring}").port).size, 256U);
    const Adapter stream = client_adapter(", port: {type: qemu-stream, listen: a}");
    EXPECT_EQ(std::get<QemuStreamPort>(stream.port).queue_frames, 1024U);
    const Adapter dgram = client_adapter(", port: {type: qemu-dgram, local: a, remote: b}");
    EXPECT_EQ(std::get<QemuDgramPort>(dgram.port).queue_frames, 1024U);
    const Adapter device = client_adapter(", port: {type: ethdev, devargs: \"net_tap0,iface=t\"}");
    EXPECT_EQ(std::get<EthdevPort>(device.port).rx_descriptors, 1024);
    EXPECT_EQ(std::get<EthdevPort>(device.port).tx_descriptors, 1024);
    const Adapter guest = client_adapter(", port: {type: vhost-user, path: v}");
    EXPECT_FALSE(std::get<VhostUserPort>(guest.port).server);
    EXPECT_EQ(std::get<VhostUserPort>(guest.port).queues, 1);
    EXPECT_TRUE(std::get<VhostUserPort>(guest.port).offloads);
    const Adapter shared = client_adapter(", port: {type: shm, listen: s}");
    EXPECT_EQ(std::get<ShmPort>(shared.port), (ShmPort{"s", 1024}));
}

TEST(Load, WhatIsNotWrittenOfAVswitchAndTheRuntimeIs) {
    const System system = load_good(with_client_adapter(""));
    EXPECT_EQ(system.vswitches.at(0).mode, SwitchMode::Veb);
    EXPECT_EQ(system.vswitches[0].unknown_unicast, UnknownUnicast::Trunk);
    EXPECT_EQ(system.vswitches[0].address_table.capacity, 65'536U);
    EXPECT_EQ(system.vswitches[0].address_table.age, std::chrono::seconds{300});
    EXPECT_EQ(system.runtime.idle, IdlePolicy::Adaptive);
    EXPECT_EQ(system.runtime.workers, 1U);
    EXPECT_THAT(system.runtime.cores, IsEmpty());
    EXPECT_EQ(system.runtime.buffers, 0U);
    EXPECT_EQ(system.runtime.spare_adapters, 4U);
}

TEST(Load, WhatIsNotWrittenOfASeaIs) {
    const Sea sea = load_good(
                        "system: f\nvswitches: [{name: E}]\npartitions:\n"
                        "  - name: v\n    type: vios\n    adapters:\n"
                        "      - {name: ent0, type: physical, port: {type: ring}}\n"
                        "      - {name: ent3, type: virtual, vswitch: E, pvid: 1, trunk_priority: "
                        "1}\n    seas:\n      - {name: ent6, real_adapter: ent0, virt_adapters: "
                        "[ent3], pvid_adapter: ent3, pvid: 1}\n")
                        .partitions.at(0)
                        .seas.at(0);
    EXPECT_EQ(sea.ctl_chan, std::nullopt);
    EXPECT_EQ(sea.ha_mode, HaMode::Disabled);
    EXPECT_EQ(sea.netaddr, std::nullopt);
    EXPECT_EQ(sea.address, std::nullopt);
    EXPECT_EQ(sea.health_time, std::chrono::seconds{60});
    EXPECT_EQ(sea.link_time, std::chrono::seconds{0});
    EXPECT_EQ(sea.fb_delay, std::chrono::seconds{0});
    EXPECT_FALSE(sea.noauto_failback);
    EXPECT_FALSE(sea.adapter_reset);
    EXPECT_EQ(sea.keepalive_ms, std::chrono::milliseconds{250});
    EXPECT_EQ(sea.lease_ms, std::chrono::milliseconds{100});
    EXPECT_FALSE(sea.largesend);
    EXPECT_FALSE(sea.large_receive);
    EXPECT_FALSE(sea.jumbo_frames);
    EXPECT_FALSE(sea.accounting);
}

TEST(Load, AutomaticAddressesOfAPartitionAreAllDifferentAndStayWhatTheyWere) {
    System system;
    system.name = "frame1";
    Partition lpar1;
    lpar1.name = "lpar1";
    Adapter adapter;
    std::set<MacAddress> made;
    for (int number = 0; number < 65'536; ++number) {
        adapter.name = "ent" + std::to_string(number);
        made.insert(auto_mac(system, lpar1, adapter));
    }
    EXPECT_EQ(made.size(), 65'536U);
    EXPECT_TRUE(made.contains({0x3af0'514a'4000})) << "of ent0";
    EXPECT_TRUE(made.contains({0x3af0'514a'4001})) << "of ent1";
}

TEST(Load, AByteOrderMarkAndWindowsLineEndsAreNoFault) {
    std::string text = sample("design.yaml");
    for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2) {
        text.replace(at, 1, "\r\n");
    }
    EXPECT_EQ(load_good("\xef\xbb\xbf" + text), load_good(sample("design.yaml")));
}

TEST(Load, AllFaultsOfAFileComeAtOnceInItsOrder) {
    const Loaded loaded = load_file(std::string(SEALANE_CONFIG_SAMPLES) + "/bad/many.yaml");

    std::vector<std::string> places;
    for (const Fault& fault : loaded.faults) {
        places.push_back(std::to_string(fault.place.line) + ":" +
                         std::to_string(fault.place.column));
    }
    EXPECT_THAT(
        places,
        ElementsAre(
            "2:10", "4:31", "9:81", "10:63", "10:74", "11:46", "12:74", "12:80", "12:90", "16:71"))
        << to_string(loaded.faults);
}

TEST(Load, AnEmptyFileIsRefused) {
    for (const std::string text : {"", "\n\n", "# only a comment\n", "---\n", "~\n"}) {
        const Loaded loaded = load(text, "frame.yaml");
        EXPECT_FALSE(loaded.system) << text;
        EXPECT_EQ(loaded.faults.size(), 1U) << text << to_string(loaded.faults);
    }
    EXPECT_EQ(to_string(load("", "frame.yaml").faults),
              "frame.yaml:1:1: the file is empty; a configuration has system, vswitches and "
              "partitions\n");
}

TEST(Load, AFileThatIsNoMapIsRefused) {
    EXPECT_EQ(to_string(load("hello\n", "frame.yaml").faults),
              "frame.yaml:1:1: the file is a single value; a configuration is a map of system, "
              "vswitches, partitions, runtime\n");
}

TEST(Load, AMissingFileIsAFaultThatNamesIt) {
    EXPECT_EQ(to_string(load_file("/nonexistent/frame.yaml").faults),
              "/nonexistent/frame.yaml: can't be read: No such file or directory\n");
}

TEST(Load, ADirectoryIsAFaultThatNamesIt) {
    const Loaded loaded = load_file(SEALANE_CONFIG_SAMPLES);
    ASSERT_EQ(loaded.faults.size(), 1U);
    EXPECT_THAT(to_string(loaded.faults), HasSubstr(": can't be read: Is a directory"));
}

TEST(Load, AFileWithoutEndIsRefusedAsTooLarge) {
    EXPECT_EQ(to_string(load_file("/dev/zero").faults),
              "/dev/zero: larger than 16 MiB; a configuration is a small text file\n");
}

TEST(Load, SixteenMebibytesAreReadAndOneByteMoreIsNot) {
    std::string text = sample("design.yaml") + "#";
    text.resize(kMaxFileBytes, 'x');
    EXPECT_THAT(load(text, "frame.yaml").faults, IsEmpty());
    text += 'x';
    EXPECT_EQ(to_string(load(text, "frame.yaml").faults),
              "frame.yaml: larger than 16 MiB; a configuration is a small text file\n");
}

TEST(Check, ASystemFromElsewhereIsHeldToTheSameRules) {
    System system = load_good(sample("pair.yaml"));
    EXPECT_THAT(check(system, "-"), IsEmpty());

    system.partitions.at(2).adapters.at(0).pvid = VlanId{100};
    const auto faults = check(system, "-");
    ASSERT_EQ(faults.size(), 1U);
    EXPECT_THAT(faults[0].what, HasSubstr("is the control channel of vios1/ent6"));
}

}  // namespace
}  // namespace sealane::config
