// Devices that need nothing of the machine: rings, capture files, the null device.
#include <array>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <linux/capability.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <rte_ethdev.h>

#include <gmock/gmock.h>

#include "dataplane/base/descriptor.h"
#include "dataplane/port/ethdev_devargs.h"
#include "dataplane/port/ethdev_port.h"
#include "tests/component/port/port_test.h"

namespace sealane::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class Ethdev : public PortTest {
  protected:
    [[nodiscard]] Result<std::unique_ptr<port::Port>> try_open(const std::string& devargs,
                                                               std::uint32_t mtu = 1500) {
        return port::EthdevPort::open({.name = "vios1/ent0", .devargs = devargs, .mtu = mtu},
                                      pools());
    }
    [[nodiscard]] std::unique_ptr<port::Port> open(const std::string& devargs,
                                                   std::uint32_t mtu = 1500) {
        auto opened = try_open(devargs, mtu);
        EXPECT_TRUE(opened.ok()) << opened.error().text;
        return std::move(opened).value();
    }
    [[nodiscard]] std::string error_of(const std::string& devargs, std::uint32_t mtu = 1500) {
        const auto opened = try_open(devargs, mtu);
        return opened.ok() ? "" : opened.error().text;
    }
};

TEST_F(Ethdev, RingDeviceGivesBackWhatItWasGiven) {
    const auto port = open("net_ring0");
    const std::vector<Bytes> frames{frame_of(14), frame_of(1514), frame_of(9014), frame_of(65408)};
    send_to(*port, frames);
    EXPECT_EQ(receive_from(*port), frames);
    EXPECT_EQ(totals().tx_frames, 4U);
    EXPECT_EQ(totals().tx_bytes, 14U + 1514 + 9014 + 65408);
    EXPECT_TRUE(port->state().up);
    EXPECT_THAT(port->state().detail, AllOf(HasSubstr("net_ring0"), HasSubstr("link up")));
    expect_laws(*port);
}

TEST_F(Ethdev, DriversFlagsAreLeftBehindButATagBeside) {
    const auto port = open("net_ring0");
    rte_mbuf* frame = rte_pktmbuf_alloc(pools().frames.get());
    rte_pktmbuf_append(frame, 60);
    frame->ol_flags = RTE_MBUF_F_RX_RSS_HASH | RTE_MBUF_F_RX_IP_CKSUM_BAD | RTE_MBUF_F_TX_TCP_SEG |
                      RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
    tally().offered(1);
    port->send(&frame, 1, tally());
    ASSERT_EQ(port->receive(&frame, 1, tally()), 1U);
    EXPECT_EQ(frame->ol_flags, RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED);
    rte_pktmbuf_free(frame);
}

TEST_F(Ethdev, FramesThatTheDeviceDoesNotTakeAreQueueFull) {
    const auto port = open("net_ring0");
    std::vector<Bytes> frames(2000, frame_of(60));
    send_to(*port, frames);
    EXPECT_GT(totals().tx_frames, 500U);
    EXPECT_EQ(totals().tx_frames + dropped(Direction::Out, Drop::QueueFull), 2000U);
    expect_laws(*port);
    while (!receive_from(*port).empty()) {
    }
}

TEST_F(Ethdev, NullDeviceGivesFramesAndTakesAll) {
    const auto port = open("net_null0,size=100", 9000);
    EXPECT_EQ(receive_from(*port).size(), 64U);
    send_to(*port, {frame_of(60), frame_of(9014), frame_of(60)});
    EXPECT_EQ(totals().tx_frames, 3U);
    expect_laws(*port);
}

TEST_F(Ethdev, FramesThatSomebodyKeepsDoNotKeepADevicesLargeBuffers) {
    const auto port = open("net_null0,size=60", 9000);
    constexpr std::size_t kKept = 3000;  // three times as many as it has large buffers
    std::vector<rte_mbuf*> kept(kKept + 64);
    std::size_t count = 0;
    for (int burst = 0; burst < 100 && count < kKept; ++burst) {
        count += port->receive(kept.data() + count, 64, tally());
    }
    EXPECT_GE(count, kKept);
    rte_pktmbuf_free_bulk(kept.data(), static_cast<unsigned>(count));
}

TEST_F(Ethdev, CaptureFileGivesBackWhatWasWrittenToIt) {
    const std::string file = std::filesystem::temp_directory_path() / "sealane-port-test.pcap";
    const std::vector<Bytes> frames{frame_of(60), frame_of(1514), frame_of(9014)};
    {
        const auto port = open("net_pcap0,tx_pcap=" + file, 9000);
        send_to(*port, frames);
        EXPECT_TRUE(receive_from(*port).empty()) << "it has no side to receive from";
        EXPECT_EQ(totals().tx_frames, 3U);
    }
    {
        const auto port = open("net_pcap1,rx_pcap=" + file, 9000);
        EXPECT_EQ(receive_from(*port), frames);
        send_to(*port, {frame_of(60)});
        expect_laws(*port);
    }
    std::filesystem::remove(file);
}

/// A file of the classic format of libpcap, in this machine's byte order.
void write_capture(const std::string& file, const std::vector<Bytes>& frames) {
    std::ofstream out(file, std::ios::binary);
    const auto put = [&](std::uint32_t word) {
        out.write(reinterpret_cast<const char*>(&word), sizeof word);
    };
    for (const std::uint32_t word : {0xa1b2c3d4U, 0x00040002U, 0U, 0U, 262'144U, 1U}) {
        put(word);
    }
    for (const Bytes& frame : frames) {
        const auto size = static_cast<std::uint32_t>(frame.size());
        for (const std::uint32_t word : {0U, 0U, size, size}) {
            put(word);
        }
        out.write(reinterpret_cast<const char*>(frame.data()), size);
    }
}

TEST_F(Ethdev, DevicesThatChainOpenAtTheLongestMtu) {
    constexpr std::uint32_t kLongest = 65'394;
    const std::string file = std::filesystem::temp_directory_path() / "sealane-port-long.pcap";
    const std::vector<Bytes> frames{frame_of(65408), frame_of(60)};
    write_capture(file, frames);  // by hand: the driver itself writes no more than 16 128 bytes
    {
        const auto port = open("net_pcap1,rx_pcap=" + file, kLongest);
        EXPECT_EQ(receive_from(*port), frames);
    }
    EXPECT_THAT(error_of("net_pcap2,infinite_rx=1,rx_pcap=" + file, kLongest),
                AllOf(HasSubstr("65280 bytes"), HasSubstr("lower the adapter's mtu")));
    std::filesystem::remove(file);

    const auto null = open("net_null0,size=9000", kLongest);
    EXPECT_EQ(receive_from(*null), std::vector<Bytes>(64, Bytes(9000)));
}

TEST_F(Ethdev, DeviceIsGoneWithItsPort) {
    for (int i = 0; i < 40; ++i) {
        const auto port = open("net_ring0");
        send_to(*port, {frame_of(60)});
        EXPECT_EQ(receive_from(*port).size(), 1U);
    }
    EXPECT_EQ(rte_eth_dev_count_total(), 0U);
}

TEST_F(Ethdev, FramesStillInTheDeviceComeBackWithIt) {
    {
        const auto port = open("net_ring0");
        send_to(*port, {frame_of(60), frame_of(3000)});
        EXPECT_EQ(pools().in_use(), 3U);
    }
    EXPECT_EQ(pools().in_use(), 0U);
}

TEST_F(Ethdev, SameDeviceTwiceIsAnError) {
    const auto port = open("net_ring0");
    EXPECT_THAT(error_of("net_ring0"), AllOf(HasSubstr("vios1/ent0"), HasSubstr("in use")));
    send_to(*port, {frame_of(60)});
    EXPECT_EQ(receive_from(*port).size(), 1U) << "the first one goes on";
}

TEST_F(Ethdev, ThirtyThirdDeviceIsAnErrorThatNamesTheLimit) {
    std::vector<std::unique_ptr<port::Port>> ports;
    for (int i = 0; i < RTE_MAX_ETHPORTS; ++i) {
        ports.push_back(open("net_null" + std::to_string(i)));
    }
    EXPECT_THAT(error_of("net_null32"), AllOf(HasSubstr("at most 32"), HasSubstr("vios1/ent0")));
    ports.pop_back();
    EXPECT_EQ(error_of("net_null32"), "");
}

TEST_F(Ethdev, ArgumentThatPacketSocketsHaveNotIsNamed) {
    for (const std::string devargs : {"net_af_packet0,iface=lo,blocksize=65536",
                                      "net_af_packet0,blocksize=65536,iface=lo",
                                      "net_af_packet0,iface=lo,,blocksize"}) {
        EXPECT_THAT(error_of(devargs), HasSubstr("net_af_packet has no argument blocksize; it has"))
            << devargs;
    }
    EXPECT_THAT(error_of("net_af_packet0,qpairs=1"), HasSubstr("it needs iface=NAME"));
}

TEST_F(Ethdev, UnknownDevicesAreErrorsThatNameThem) {
    for (const std::string devargs :
         {"garbage", "net_nosuch0", "net_null0,nosuch=1", "0000:ff:1f.7"}) {
        EXPECT_THAT(error_of(devargs), AllOf(HasSubstr("vios1/ent0"), HasSubstr(devargs)));
    }
    EXPECT_EQ(rte_eth_dev_count_total(), 0U);
}

TEST_F(Ethdev, MissingInterfaceIsNamed) {
    EXPECT_THAT(error_of("net_af_packet0,iface=nosuch"), HasSubstr("no network interface nosuch"));
    EXPECT_THAT(error_of("net_af_packet0"), HasSubstr("iface=NAME"));
}

/// This thread does without these capabilities, in a scope; root, too.
class Without {
  public:
    Without(std::initializer_list<int> capabilities) {
        EXPECT_EQ(syscall(SYS_capget, &head_, before_.data()), 0);
        std::array<__user_cap_data_struct, 2> fewer = before_;
        for (const int one : capabilities) {
            fewer.at(CAP_TO_INDEX(one)).effective &= ~CAP_TO_MASK(one);
        }
        EXPECT_EQ(syscall(SYS_capset, &head_, fewer.data()), 0);
    }
    Without(const Without&) = delete;
    Without& operator=(const Without&) = delete;
    ~Without() { syscall(SYS_capset, &head_, before_.data()); }

  private:
    __user_cap_header_struct head_{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    std::array<__user_cap_data_struct, 2> before_{};
};

TEST_F(Ethdev, APacketSocketThatMayNotSetItsInterfaceUpSaysWhatItNeeds) {
    const Descriptor probe(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
    if (!probe.is_open()) GTEST_SKIP() << "this user has no CAP_NET_RAW";
    const Without right{CAP_NET_ADMIN};
    EXPECT_THAT(error_of("net_af_packet0,iface=lo"),
                AllOf(HasSubstr("not permitted"), HasSubstr("CAP_NET_ADMIN")));
}

TEST_F(Ethdev, MissingCapabilityIsNamed) {
    const Without rights{CAP_NET_RAW, CAP_NET_ADMIN};
    EXPECT_THAT(error_of("net_af_packet0,iface=lo"), HasSubstr("CAP_NET_RAW"));
    EXPECT_THAT(error_of("net_tap0,iface=tap9"),
                AllOf(HasSubstr("CAP_NET_ADMIN"), HasSubstr("ip tuntap add dev tap9 mode tap")));
}

TEST(EthdevDevargs, ValueIsFoundByItsWholeKey) {
    constexpr std::string_view kDevargs = "net_af_packet0,iface=up1,framesz=16384,x=";
    EXPECT_EQ(port::devargs_value(kDevargs, "iface"), "up1");
    EXPECT_EQ(port::devargs_value(kDevargs, "framesz"), "16384");
    EXPECT_EQ(port::devargs_value(kDevargs, "frame"), "");
    EXPECT_EQ(port::devargs_value(kDevargs, "x"), "");
    EXPECT_EQ(port::devargs_value("", "x"), "");
}

TEST(EthdevDevargs, LargeSlotsNeedMemoryOfTheirOwn) {
    const port::EthdevSettings usual{.devargs = "net_af_packet0,iface=up1"};
    port::EthdevSettings large = usual;
    large.devargs += ",framesz=16384,blocksz=65536";
    EXPECT_LE(port::ethdev_memory(usual), std::uint64_t{1} << 20);
    EXPECT_GT(port::ethdev_memory(large), large.large_buffers * std::uint64_t{16384});
    const port::EthdevSettings chains{.devargs = "net_pcap0,rx_pcap=a", .mtu = 65'394};
    EXPECT_LE(port::ethdev_memory(chains), std::uint64_t{1} << 20);
}

}  // namespace
}  // namespace sealane::test
