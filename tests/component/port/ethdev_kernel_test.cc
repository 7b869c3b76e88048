// Devices that stand on the kernel's network, with real traffic in a namespace of the test's own.
#include <csignal>
#include <cstdlib>
#include <optional>
#include <poll.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>

#include "dataplane/port/ethdev_port.h"
#include "dataplane/port/frame.h"
#include "tests/component/port/namespace.h"
#include "tests/component/port/port_test.h"
#include "tests/support/mbufs.h"

namespace sealane::test {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;

Bytes tagged(const Bytes& frame, std::uint8_t vid) {
    Bytes bytes = frame;
    const Bytes tag{0x81, 0x00, 0xa0, vid};  // PCP 5
    bytes.insert(bytes.begin() + 12, tag.begin(), tag.end());
    return bytes;
}

class EthdevKernel : public PortTest {
  protected:
    void SetUp() override {
        PortTest::SetUp();
        if (!namespace_.missing().empty()) GTEST_SKIP() << namespace_.missing() << " (needs root)";
    }
    void TearDown() override {
        outside_.reset();
        port_.reset();
        PortTest::TearDown();
    }

    /// A veth pair; the port's end is "up1", the outside is the other one.
    void make_veth(std::uint32_t mtu) {
        const std::string with_mtu = " mtu " + std::to_string(mtu);
        namespace_.ip("link add up1 type veth peer name out1");
        namespace_.ip("link set up1" + with_mtu + " up");
        namespace_.ip("link set out1" + with_mtu + " up");
        outside_.emplace("out1");
    }
    void open(const std::string& devargs, std::uint32_t mtu) {
        auto opened =
            port::EthdevPort::open({.name = "vios1/ent0", .devargs = devargs, .mtu = mtu}, pools());
        ASSERT_TRUE(opened.ok()) << opened.error().text;
        port_ = std::move(opened).value();
    }
    void look() {
        pass(std::chrono::milliseconds(10));
        service(*port_);
    }
    /// Looks until the link is up, for two seconds at most: Linux tells of a carrier that came back
    /// when it gets to it, at most once a second (linkwatch).
    bool comes_up() {
        for (int i = 0; i < 200 && !port_->state().up; ++i) {
            usleep(10'000);
            look();
        }
        return port_->state().up;
    }
    /// Polls until `count` frames of ours came, or for about two seconds.
    std::vector<Bytes> receive(std::size_t count) {
        std::vector<Bytes> all;
        for (int i = 0; i < 2000 && all.size() < count; ++i) {
            for (Bytes& frame : receive_from(*port_)) {
                const bool ours = frame[12] == 0x88 && frame[13] == 0xb5;
                if (ours) all.push_back(std::move(frame));
            }
            if (all.size() < count) usleep(1000);
        }
        return all;
    }

    NetworkNamespace namespace_;
    std::optional<RawSocket> outside_;
    std::unique_ptr<port::Port> port_;
};

TEST_F(EthdevKernel, PacketSocketCarriesFramesBothWays) {
    make_veth(1500);
    open("net_af_packet0,iface=up1", 1500);
    const std::vector<Bytes> frames{frame_of(60), frame_of(1000, 2), frame_of(1514, 3)};
    for (const Bytes& frame : frames) {
        outside_->send(frame);
    }
    EXPECT_EQ(receive(3), frames);
    send_to(*port_, frames);
    EXPECT_EQ(outside_->receive(3), frames);
    expect_laws(*port_);
}

TEST_F(EthdevKernel, PacketSocketCarries9000ByteFramesBothWays) {
    make_veth(9000);
    open("net_af_packet0,iface=up1,framesz=16384,blocksz=65536,framecnt=128", 9000);
    const std::vector<Bytes> frames{frame_of(9014), frame_of(60, 2), frame_of(9014, 3)};
    for (const Bytes& frame : frames) {
        outside_->send(frame);
    }
    EXPECT_EQ(receive(3), frames);
    send_to(*port_, {frame_of(9014), tagged(frame_of(9014, 2), 10)});
    EXPECT_EQ(outside_->receive(2), (std::vector{frame_of(9014), tagged(frame_of(9014, 2), 10)}));
}

TEST_F(EthdevKernel, PacketSocketGivesATagBesideTheFrameAndTakesItInTheBytes) {
    make_veth(1500);
    open("net_af_packet0,iface=up1", 1500);
    outside_->send(tagged(frame_of(60), 10));
    rte_mbuf* frame = nullptr;
    for (int i = 0; i < 2000 && frame == nullptr; ++i) {
        if (port_->receive(&frame, 1, tally()) == 1) {
            tally().received(1, port::length_of(frame));
            tally().admitted(1);
            if (port::has_tag_beside(frame)) break;  // not what the kernel says of itself
            rte_pktmbuf_free(frame);
            frame = nullptr;
        }
        usleep(1000);
    }
    ASSERT_NE(frame, nullptr);
    EXPECT_EQ(port::tag_beside(frame).value, 0xa00a);
    EXPECT_EQ(frame->pkt_len, 60U);
    rte_pktmbuf_free(frame);

    send_to(*port_, {tagged(frame_of(1514), 10)});
    EXPECT_EQ(outside_->receive(1), std::vector<Bytes>{tagged(frame_of(1514), 10)});
}

TEST_F(EthdevKernel, FrameBeyondTheInterfacesMtuIsCountedAsOversize) {
    make_veth(1500);
    open("net_af_packet0,iface=up1,framesz=16384,blocksz=65536,framecnt=128", 9000);
    send_to(*port_, {frame_of(1515), tagged(frame_of(1514), 10), tagged(frame_of(1515), 10)});
    EXPECT_EQ(dropped(Direction::Out, Drop::Oversize), 2U);
    EXPECT_EQ(outside_->receive(1).size(), 1U);

    namespace_.ip("link set out1 mtu 9000");
    namespace_.ip("link set up1 mtu 9000");
    look();
    send_to(*port_, {frame_of(9014), frame_of(9015)});
    EXPECT_EQ(dropped(Direction::Out, Drop::Oversize), 3U);
    EXPECT_EQ(outside_->receive(1), std::vector<Bytes>{frame_of(9014)});
    expect_laws(*port_);
}

TEST_F(EthdevKernel, FrameThatTheDriverCutOffIsNotTakenForAWholeOne) {
    make_veth(9000);
    open("net_af_packet0,iface=up1", 1500);  // slots of 2,048 bytes
    outside_->send(frame_of(1981));
    outside_->send(frame_of(1982));
    outside_->send(frame_of(9014));
    outside_->send(frame_of(60));
    EXPECT_EQ(receive(2), (std::vector{frame_of(1981), frame_of(60)}));
    EXPECT_EQ(dropped(Direction::In, Drop::Oversize), 2U);
}

TEST_F(EthdevKernel, M13SlotsTooSmallForTheMtuAreAnErrorWithTheRemedy) {
    make_veth(9000);
    const auto opened = port::EthdevPort::open(
        {.name = "vios1/ent0", .devargs = "net_af_packet0,iface=up1", .mtu = 9000}, pools());
    ASSERT_FALSE(opened.ok());
    EXPECT_THAT(opened.error().text, HasSubstr("framesz=16384"));
}

TEST_F(EthdevKernel, RemediesForAnMtuThatDoesNotFitAreTrue) {
    make_veth(1500);
    const auto told_for = [&](std::uint32_t mtu, const std::string& devargs) {
        const auto opened =
            port::EthdevPort::open({.name = "lpar1/ent0", .devargs = devargs, .mtu = mtu}, pools());
        return opened.ok() ? std::string() : opened.error().text;
    };
    const std::string plain = "net_af_packet0,iface=up1";
    const std::string jumbo = ",framesz=16384,blocksz=65536,framecnt=64";

    EXPECT_THAT(told_for(65394, plain),
                EndsWith("needs 65412; give the adapter mtu: 1500, as up1 has"));
    EXPECT_EQ(told_for(1500, plain), "");
    EXPECT_THAT(told_for(9000, plain),
                EndsWith("; give the adapter mtu: 1500, as up1 has; or put " + jumbo.substr(1) +
                         " into devargs"));
    EXPECT_EQ(told_for(9000, plain + jumbo), "");
    EXPECT_THAT(
        told_for(65394, "net_af_packet0,iface=lo"),
        EndsWith("; give the adapter mtu: 9000, and put " + jumbo.substr(1) + " into devargs"));
    EXPECT_EQ(told_for(9000, "net_af_packet0,iface=lo" + jumbo), "");

    namespace_.ip("link set up1 mtu 9000");
    EXPECT_THAT(told_for(65394, plain),
                EndsWith("; give the adapter mtu: 9000, as up1 has, and put " + jumbo.substr(1) +
                         " into devargs"));
    for (const std::uint32_t slot : {4096U, 8192U, 16384U, 32768U}) {
        const std::uint32_t longest = slot - 81;  // the slot's header, and a byte left
        const std::string remedy = "framesz=" + std::to_string(slot) +
                                   ",blocksz=65536,framecnt=" + std::to_string((1U << 20) / slot);
        namespace_.ip("link set up1 mtu " + std::to_string(longest));
        EXPECT_THAT(told_for(longest, plain), EndsWith("; put " + remedy + " into devargs"));
        EXPECT_EQ(told_for(longest, plain + "," + remedy), "");
    }
}

TEST_F(EthdevKernel, InterfaceThatCarriesLessThanItsAdapterGivesANotice) {
    make_veth(1500);
    open("net_af_packet0,iface=up1,framesz=16384,blocksz=65536,framecnt=64", 9000);
    EXPECT_EQ(port_->state().notice,
              "frames may have mtu 9000 here, but up1 carries 1500 and longer ones are dropped as "
              "oversize; `ip link set up1 mtu 9000`, there and on the rest of that wire, or give "
              "the adapter mtu: 1500");
    namespace_.ip("link set up1 mtu 9000");
    EXPECT_EQ(port_->state().notice, "");
}

TEST_F(EthdevKernel, WhileTheInterfaceIsDownFramesArePortDown) {
    make_veth(1500);
    open("net_af_packet0,iface=up1", 1500);
    namespace_.ip("link set up1 down");
    look();
    EXPECT_FALSE(port_->state().up);
    send_to(*port_, {frame_of(60)});
    EXPECT_EQ(dropped(Direction::Out, Drop::PortDown), 1U);
    namespace_.ip("link set up1 up");
    EXPECT_TRUE(comes_up());
    // The kernel remembers the fault and tells it to the first who sends; that frame goes with the
    // next.
    send_to(*port_, {frame_of(60)});
    send_to(*port_, {frame_of(61)});
    EXPECT_EQ(outside_->receive(2), (std::vector{frame_of(60), frame_of(61)}));
}

TEST_F(EthdevKernel, InterfaceMadeAnewUnderItsNameIsDownAndSaysSo) {
    make_veth(1500);
    open("net_af_packet0,iface=up1", 1500);
    EXPECT_EQ(port_->state().notice, "");
    namespace_.ip("link del up1");
    look();
    EXPECT_FALSE(port_->state().up);
    make_veth(1500);
    EXPECT_FALSE(comes_up());
    send_to(*port_, {frame_of(60)});
    EXPECT_EQ(dropped(Direction::Out, Drop::PortDown), 1U);
    EXPECT_EQ(port_->state().notice,
              "up1 was removed and made anew, and this port stands on the one that is gone; "
              "restart sealane to open the new one");
    expect_laws(*port_);
}

TEST_F(EthdevKernel, TapCarriesFramesOfAllLengthsBothWays) {
    open("net_tap0,iface=tap1", 9000);
    outside_.emplace("tap1");
    const std::vector<Bytes> frames{frame_of(60), frame_of(1514, 2), frame_of(9014, 3)};
    for (const Bytes& frame : frames) {
        outside_->send(frame);
    }
    EXPECT_EQ(receive(3), frames);
    send_to(*port_, frames);
    EXPECT_EQ(outside_->receive(3), frames);
    expect_laws(*port_);
}

TEST_F(EthdevKernel, TapKeepsTagsInTheBytes) {
    open("net_tap0,iface=tap1", 1500);
    outside_.emplace("tap1");
    send_to(*port_, {tagged(frame_of(1514), 10)});
    EXPECT_EQ(outside_->receive(1), std::vector<Bytes>{tagged(frame_of(1514), 10)});
    outside_->send(tagged(frame_of(60), 10));
    std::vector<Bytes> received;
    for (int i = 0; i < 2000 && received.empty(); ++i) {
        for (Bytes& frame : receive_from(*port_)) {
            if (frame[12] == 0x81) received.push_back(std::move(frame));
        }
        usleep(1000);
    }
    EXPECT_EQ(received, std::vector<Bytes>{tagged(frame_of(60), 10)});
}

TEST_F(EthdevKernel, TapFrameInVeryManyPiecesArrivesWhole) {
    open("net_tap0,iface=tap1", 9000);
    outside_.emplace("tap1");
    rte_mbuf* frame = make_frame(pools().frames.get(), frame_of(9014), even_cuts(9014, 1500));
    ASSERT_NE(frame, nullptr);
    tally().offered(1);
    port_->send(&frame, 1, tally());
    EXPECT_EQ(outside_->receive(1), std::vector<Bytes>{frame_of(9014)});
}

TEST_F(EthdevKernel, TapThatIsDownIsPortDown) {
    open("net_tap0,iface=tap1", 1500);
    EXPECT_TRUE(port_->state().up);
    namespace_.ip("link set tap1 down");
    look();
    EXPECT_FALSE(port_->state().up);
    send_to(*port_, {frame_of(60)});
    EXPECT_EQ(dropped(Direction::Out, Drop::PortDown), 1U);
    expect_laws(*port_);
}

TEST_F(EthdevKernel, TapWorksOnWhenItsInterfaceMovesToAnotherNamespace) {
    open("net_tap0,iface=tap1", 1500);
    const pid_t keeper = fork();
    if (keeper == 0) {
        unshare(CLONE_NEWNET);
        pause();
        _exit(0);
    }
    usleep(200000);
    namespace_.ip("link set tap1 netns " + std::to_string(keeper));
    look();
    EXPECT_FALSE(port_->state().up) << "moving takes it down";
    const std::string enter = "nsenter -n -t " + std::to_string(keeper);
    EXPECT_EQ(std::system((enter + " ip link set tap1 up").c_str()), 0);
    EXPECT_TRUE(comes_up());
    send_to(*port_, {frame_of(60)});
    EXPECT_EQ(totals().tx_frames, 1U);
    kill(keeper, SIGKILL);
    waitpid(keeper, nullptr, 0);
}

TEST_F(EthdevKernel, TapThatSomebodyElseHasIsAnError) {
    open("net_tap0,iface=tap1", 1500);
    const auto second =
        port::EthdevPort::open({.name = "lpar2/ent0", .devargs = "net_tap1,iface=tap1"}, pools());
    ASSERT_FALSE(second.ok());
    EXPECT_THAT(second.error().text, AllOf(HasSubstr("lpar2/ent0"), HasSubstr("somebody else")));
}

TEST_F(EthdevKernel, TapWakesWhoSleepsOnIt) {
    open("net_tap0,iface=tap1", 1500);
    outside_.emplace("tap1");
    const auto wakes = [&] {
        pollfd asked{.fd = port_->wake_descriptor(), .events = POLLIN, .revents = 0};
        return poll(&asked, 1, 1000) == 1;
    };
    outside_->send(frame_of(60));
    EXPECT_TRUE(wakes());
    EXPECT_EQ(receive(1).size(), 1U);
}

}  // namespace
}  // namespace sealane::test
