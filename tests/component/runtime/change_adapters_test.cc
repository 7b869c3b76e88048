// Adapters of clients that come and go while frames flow.
#include <atomic>
#include <dirent.h>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>

#include "control/config/dump.h"
#include "dataplane/port/ring_port.h"
#include "dataplane/port/tally.h"
#include "tests/component/port/stream_peer.h"
#include "tests/component/runtime/runtime_test.h"
#include "tests/support/mbufs.h"

namespace sealane::runtime {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// Two clients of a VLAN, a SEA that nothing comes out of, and room for two adapters.
const std::string kChangingFrame = R"(system: frame1
runtime: {workers: WORKERS, spare_adapters: 2}
vswitches:
  - {name: ETHERNET0, mode: veb}
partitions:
  - name: vios1
    type: vios
    adapters:
      - {name: ent0, type: physical, port: {type: ring}}
      - {name: ent3, type: virtual, vswitch: ETHERNET0, pvid: 1, trunk_priority: 1}
    seas:
      - {name: ent6, real_adapter: ent0, virt_adapters: [ent3], pvid_adapter: ent3, pvid: 1}
  - name: lpar1
    type: client
    adapters:
      - {name: ent0, type: virtual, vswitch: ETHERNET0, pvid: 1, mac: "02:00:00:00:00:01", port: {type: ring}}
  - name: lpar2
    type: client
    adapters:
      - {name: ent0, type: virtual, vswitch: ETHERNET0, pvid: 1, mac: "02:00:00:00:00:02", port: {type: ring}}
)";

std::string adapter_text(int number, const std::string& port = "{type: ring}") {
    return "{name: ent0, type: virtual, vswitch: ETHERNET0, pvid: 1, mac: \"02:00:00:00:00:0" +
           std::to_string(number) + "\", port: " + port + "}";
}

std::string changing_frame(int workers) {
    std::string text = kChangingFrame;
    text.replace(text.find("WORKERS"), 7, std::to_string(workers));
    return text;
}

test::Bytes between(std::uint8_t to, std::uint8_t from) {
    return test::Bytes{2, 0, 0, 0, 0, to, 2, 0, 0, 0, 0, from, 0x88, 0xb5, 1, 2, 3, 4};
}

std::size_t open_descriptors() {
    DIR* const folder = opendir("/proc/self/fd");
    std::size_t count = 0;
    while (readdir(folder) != nullptr)
        ++count;
    closedir(folder);
    return count;
}

/// Of two that stay: the one sends to the other, and to one that comes and goes.
struct Talk {
    rte_mempool* frames;
    port::RingEnd& from;
    port::RingEnd& to;
    port::RingEnd& outside;
    std::uint64_t sent = 0, taken = 0;
    AdapterCounters outcome{};

    void turn() {
        if (sent - taken < 64) send_both();
        take_all();
    }
    void send_both() {
        rte_mbuf* burst[2] = {test::make_frame(frames, between(2, 1)),
                              test::make_frame(frames, between(8, 1))};
        port::Tally tally(outcome);
        const std::uint64_t before = outcome.tx_frames.read();
        from.send(burst, 2, tally);
        if (outcome.tx_frames.read() > before) ++sent;
    }
    void take_all() {
        taken += drain(to);
        drain(outside);
    }
    std::uint64_t drain(port::RingEnd& end) {
        std::uint64_t count = 0;
        port::Tally tally(outcome);
        for (rte_mbuf* frame = nullptr; end.receive(&frame, 1, tally) == 1; ++count)
            rte_pktmbuf_free(frame);
        return count;
    }
};

class ChangeAdapters : public RuntimeTest, public testing::WithParamInterface<int> {
  protected:
    void SetUp() override { start(changing_frame(GetParam())); }

    void open(const std::string& adapter) {
        ASSERT_NE(system().ring_client(adapter), nullptr);
        system().ring_client(adapter)->set_open(true);
    }
    void close(const std::string& adapter) {
        system().ring_client(adapter)->set_open(false);
        system().return_ring_client(adapter);
    }
    void add(const std::string& partition, const std::string& text) {
        const auto added = system().add_adapter(partition, text);
        ASSERT_TRUE(added.ok()) << added.error().text;
        ASSERT_EQ(*added, partition + "/ent0");
    }
    std::string refused(const std::string& partition, const std::string& text) {
        const std::string before = config::dump(system().model());
        const auto added = system().add_adapter(partition, text);
        EXPECT_FALSE(added.ok());
        EXPECT_EQ(config::dump(system().model()), before) << "half of it was applied";
        return added.ok() ? "" : added.error().text;
    }
    std::string kept(const std::string& adapter) {
        const std::string before = config::dump(system().model());
        const Status removed = system().remove_adapter(adapter);
        EXPECT_FALSE(removed.ok());
        EXPECT_EQ(config::dump(system().model()), before);
        return removed.ok() ? "" : removed.error().text;
    }
    std::vector<std::string> names() const {
        std::vector<std::string> all;
        for (const AdapterReport& one : system().adapters())
            all.push_back(one.name);
        return all;
    }
};

INSTANTIATE_TEST_SUITE_P(Workers, ChangeAdapters, testing::Values(1, 3));

TEST_P(ChangeAdapters, OneThatCameIsReachedAndReaches) {
    add("lpar9", adapter_text(9));
    open("lpar9/ent0");
    ASSERT_TRUE(send("lpar1/ent0", between(9, 1)));
    settle();
    EXPECT_THAT(take("lpar9/ent0"), ElementsAre(between(9, 1)));
    ASSERT_TRUE(send("lpar9/ent0", between(2, 9)));
    settle();
    EXPECT_THAT(take("lpar2/ent0"), ElementsAre(between(2, 9)));
    EXPECT_THAT(take("vios1/ent0"), IsEmpty());
}

TEST_P(ChangeAdapters, OneThatWentGetsNothingMoreAndItsFramesStayCounted) {
    add("lpar9", adapter_text(9));
    open("lpar9/ent0");
    ASSERT_TRUE(send("lpar9/ent0", between(2, 9)));
    ASSERT_TRUE(send("lpar1/ent0", between(9, 1)));
    settle();
    take("lpar9/ent0");
    close("lpar9/ent0");
    const Status removed = system().remove_adapter("lpar9/ent0");
    ASSERT_TRUE(removed.ok()) << removed.error().text;
    EXPECT_THAT(names(), testing::Not(testing::Contains("lpar9/ent0")));

    ASSERT_TRUE(send("lpar1/ent0", between(9, 1)));
    settle();
    EXPECT_THAT(take("vios1/ent0"), ElementsAre(between(9, 1))) << "an unknown one goes outside";
    const AdapterReport gone = system().tallies().back();
    EXPECT_EQ(gone.name, System::kRemoved);
    EXPECT_EQ(gone.totals.rx_frames, 1U);
    EXPECT_EQ(gone.totals.tx_frames, 1U);
}

TEST_P(ChangeAdapters, ItsPlaceBeginsAnew) {
    add("lpar9", adapter_text(9));
    open("lpar9/ent0");
    ASSERT_TRUE(send("lpar9/ent0", between(2, 9)));
    settle();
    close("lpar9/ent0");
    ASSERT_TRUE(system().remove_adapter("lpar9/ent0").ok());
    add("lpar8", adapter_text(8));
    EXPECT_EQ(totals("lpar8/ent0"), AdapterTotals{});
    for (const AddressReport& one : system().addresses("", 100)) {
        EXPECT_NE(to_string(one.mac), "02:00:00:00:00:09") << "at " << one.adapter;
    }
}

TEST_P(ChangeAdapters, BeforeItsClientIsThereFramesToItAreCounted) {
    add("lpar9", adapter_text(9));
    ASSERT_TRUE(send("lpar1/ent0", between(9, 1)));
    settle();
    EXPECT_EQ(totals("lpar9/ent0").dropped(Direction::Out, Drop::PortDown), 1U);
}

TEST_P(ChangeAdapters, ADumpHasItAndLoadsToTheSame) {
    const std::string before = config::dump(system().model());
    add("lpar9", adapter_text(9));
    const std::string after = config::dump(system().model());
    EXPECT_THAT(after, HasSubstr("lpar9"));
    EXPECT_EQ(model_of(after), system().model());
    ASSERT_TRUE(system().remove_adapter("lpar9/ent0").ok());
    EXPECT_EQ(config::dump(system().model()), before);
}

TEST_P(ChangeAdapters, JsonIsTakenAndAnAdapterOfThePartitionJoinsIt) {
    const auto added = system().add_adapter(
        "lpar1", R"({"name": "ent1", "type": "virtual", "vswitch": "ETHERNET0", "pvid": 20})");
    ASSERT_TRUE(added.ok()) << added.error().text;
    EXPECT_EQ(*added, "lpar1/ent1");
    EXPECT_EQ(system().model().partitions.size(), 3U);
    EXPECT_THAT(system().model().partitions[1].adapters, SizeIs(2));
}

TEST_P(ChangeAdapters, WhatCantComeIsRefusedByNameAndNothingIsChanged) {
    EXPECT_THAT(refused("lpar9", "{name: ent0, type: virtual, vswitch: ETHERNET0, pvid: 4095}"),
                AllOf(HasSubstr("1:"), HasSubstr("lpar9/ent0: "), HasSubstr("4095")));
    EXPECT_THAT(refused("lpar9", "{name: ent0, type: virtual, vswitch: NOSUCH, pvid: 1}"),
                AllOf(HasSubstr("NOSUCH"), HasSubstr("ETHERNET0")));
    EXPECT_THAT(refused("lpar1", adapter_text(9)), HasSubstr("lpar1/ent0 is there already"));
    EXPECT_THAT(refused("lpar9", adapter_text(1)), HasSubstr("02:00:00:00:00:01"));
    EXPECT_THAT(refused("lpar9", "- {}"), HasSubstr("1:1"));
    EXPECT_THAT(refused("lpar9", ""), HasSubstr("lpar9: no adapter is described"));
    EXPECT_THAT(refused("lpar9", "{}"), HasSubstr("lpar9/adapter"));
    EXPECT_THAT(refused("no/name", adapter_text(9)), HasSubstr("use a letter"));
    EXPECT_THAT(refused("vios1", "{name: ent8, type: physical, port: {type: ring}}"),
                HasSubstr("vios1/ent8"));
    EXPECT_THAT(refused("vios1",
                        "{name: ent8, type: virtual, vswitch: ETHERNET0, pvid: 7, "
                        "trunk_priority: 1}"),
                AllOf(HasSubstr("vios1/ent8"), HasSubstr("trunk")));
    EXPECT_THAT(
        refused("lpar9", adapter_text(9, "{type: qemu-stream, listen: /nosuch/folder/a.sock}")),
        HasSubstr("/nosuch/folder/a.sock"));
    EXPECT_THAT(names(), SizeIs(5));
}

TEST_P(ChangeAdapters, WhatCantGoIsKept) {
    EXPECT_THAT(kept("vios1/ent3"), HasSubstr("a trunk adapter"));
    EXPECT_THAT(kept("vios1/ent0"), HasSubstr("a physical adapter"));
    EXPECT_THAT(kept("vios1/ent6"), HasSubstr("a SEA"));
    EXPECT_THAT(kept("lpar7/ent0"), HasSubstr("no adapter is called 'lpar7/ent0'"));
    EXPECT_THAT(kept(""), HasSubstr("no adapter is called ''"));
    ASSERT_TRUE(send("lpar1/ent0", between(2, 1)));  // by which the client is there
    EXPECT_THAT(kept("lpar1/ent0"), HasSubstr("detach"));
    settle();
}

TEST_P(ChangeAdapters, PlacesAreAsManyAsTheFileKeeps) {
    add("lpar8", adapter_text(8));
    add("lpar9", adapter_text(9));
    EXPECT_THAT(refused("lpar7", adapter_text(7)), HasSubstr("spare_adapters: 2"));
    ASSERT_TRUE(system().remove_adapter("lpar8/ent0").ok());
    add("lpar7", adapter_text(7));
}

TEST_P(ChangeAdapters, OnesThatWereInTheFileMakePlace) {
    ASSERT_TRUE(system().remove_adapter("lpar2/ent0").ok());
    add("lpar7", adapter_text(7));
    add("lpar8", adapter_text(8));
    add("lpar9", adapter_text(9));
    EXPECT_THAT(refused("lpar2", adapter_text(2)), HasSubstr("no place"));
}

TEST_P(ChangeAdapters, APortThatMayHoldMoreThanIsKeptIsRefused) {
    EXPECT_THAT(
        refused("lpar9",
                adapter_text(9, "{type: qemu-stream, listen: run.sock, queue_frames: 65536}")),
        AllOf(HasSubstr("buffers"), HasSubstr("spare_adapters")));
}

TEST_P(ChangeAdapters, WhatWaitedForAPeerThatDidNotReadIsCountedAsPortDown) {
    const std::string path = testing::TempDir() + "wait" + std::to_string(getpid()) + ".sock";
    add("lpar9", adapter_text(9, "{type: qemu-stream, listen: " + path + "}"));
    const test::StreamPeer silent = test::StreamPeer::connect(path);
    ASSERT_TRUE(silent.is_open());
    const auto pending = [&] { return system().adapters().back().port.pending; };
    test::Bytes large = between(9, 1);
    large.resize(1400);
    for (int i = 0; i < 100'000 && pending() < 10; ++i)
        send("lpar1/ent0", large);
    ASSERT_GE(pending(), 10U) << "the peer's socket took all";
    settle();
    const std::uint64_t waiting = pending();
    const std::uint64_t before = totals("lpar9/ent0").dropped(Direction::Out, Drop::PortDown);
    ASSERT_TRUE(system().remove_adapter("lpar9/ent0").ok());
    EXPECT_EQ(system().tallies().back().totals.dropped(Direction::Out, Drop::PortDown),
              before + waiting);
    take("vios1/ent0");
}

TEST_P(ChangeAdapters, WhatWasUnderWayOnABadWireIsCounted) {
    std::string text = adapter_text(9);
    text.insert(text.size() - 1, ", impair: {in: {delay: 5s}, out: {delay: 5s}}");
    const auto none = system().add_adapter("lpar9", text);
    ASSERT_FALSE(none.ok()) << "a bad wire holds many buffers, which nobody kept";
    EXPECT_THAT(none.error().text, HasSubstr("buffers"));
}

TEST_P(ChangeAdapters, AddressesBoundByCommandGoWithIt) {
    add("lpar9", adapter_text(9));
    const auto mac = parse_mac("02:00:00:00:00:77");
    ASSERT_TRUE(system().add_addresses({{{1}, *mac, "lpar9/ent0"}}).ok());
    ASSERT_TRUE(system().remove_adapter("lpar9/ent0").ok());
    const auto removed = system().remove_address("ETHERNET0", {1}, *mac);
    ASSERT_TRUE(removed.ok());
    EXPECT_FALSE(*removed);
}

TEST_P(ChangeAdapters, FramesOfOthersGoOnAndNothingIsLeftBehind) {
    const auto round = [this](int number) {
        const std::string partition = "lpar" + std::to_string(number);
        const std::string port = number == 8 ? "{type: ring}"
                                             : "{type: qemu-stream, listen: " + testing::TempDir() +
                                                   "ca" + std::to_string(getpid()) + ".sock}";
        add(partition, adapter_text(number, port));
        if (number == 8) {
            open("lpar8/ent0");
            ASSERT_TRUE(send("lpar8/ent0", between(9, 8)));
            close("lpar8/ent0");
        }
        const Status removed = system().remove_adapter(partition + "/ent0");
        ASSERT_TRUE(removed.ok()) << removed.error().text;
    };
    round(8);
    round(9);
    const std::size_t before = open_descriptors();

    std::atomic<bool> stop = false;
    Talk talk{system().frame_pool(),
              *system().ring_client("lpar1/ent0"),
              *system().ring_client("lpar2/ent0"),
              *system().ring_client("vios1/ent0")};
    std::thread others([&] {
        while (!stop)
            talk.turn();
    });
    for (int i = 0; i < 100 && !HasFatalFailure(); ++i)
        round(8 + i % 2);
    stop = true;
    others.join();
    settle();
    talk.take_all();
    EXPECT_EQ(talk.taken, talk.sent) << "frames between those that stay";
    EXPECT_GT(talk.sent, 100U);
    EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace sealane::runtime
