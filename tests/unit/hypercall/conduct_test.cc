// Who misbehaves loses its connection; nobody else notices.
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/hypercall/server.h"
#include "tests/unit/hypercall/house.h"
#include "tests/unit/rpc/unprivileged.h"

namespace sealane::hypercall {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Conduct : public House {
  protected:
    [[nodiscard]] Hello hello(const std::string& partition) const {
        return {.digest = digest, .partition = partition};
    }
    /// A process of vios1 that has been welcomed, and does not use Client.
    void come(Stranger& stranger) {
        stranger.say(hello("vios1"));
        serve();
        ASSERT_TRUE(std::holds_alternative<Welcome>(stranger.message().value()));
    }
    [[nodiscard]] static std::vector<Event> gone(const std::string& why) {
        return {Gone{.partition = "vios1", .pid = ::getpid(), .why = why}};
    }
    [[nodiscard]] std::uint64_t count(Reject why) const {
        return server->rejected()[static_cast<std::size_t>(why)];
    }
    [[nodiscard]] static bool is_there(Client& client) {
        std::vector<Heard> heard;
        return client.receive(heard);
    }
};

TEST_F(Conduct, GarbageCostsThatConnectionOnly) {
    const auto other = come_in("vios2");
    struct Case {
        Packet packet;
        Reject why;
    };
    const Packet wish = encode(Wish{.sea = kOfOne, .call = Call::Acquire, .trunks = kBoth});
    const std::vector<Case> cases{
        {Packet(3), Reject::TooShort},
        {Packet(100), Reject::Magic},
        {Packet(kMaxPacket + 1), Reject::TooLong},
        {Packet(wish.begin(), wish.end() - 1), Reject::TooShort},
        {encode(hello("vios1")), Reject::NotNow},
        {encode(Refused{"you"}), Reject::Direction},
        {encode(SlotNews{.sea = kOfOne, .change = {.trunk = 0, .owner = ha::Owner::Me}}),
         Reject::Direction},
        {encode(Wish{.sea = kOfTwo, .call = Call::Acquire, .trunks = kBoth}), Reject::ForeignSea},
        {encode(Listing{.sea = kAlsoTwo, .trunks = kBoth}), Reject::ForeignSea},
        {encode(Listing{.sea = {77}, .trunks = kBoth}), Reject::ForeignSea}};
    for (const Case& one : cases) {
        Stranger stranger(path);
        come(stranger);
        const std::uint64_t before = count(one.why);
        stranger.say(one.packet);
        stranger.say(wish);  // is not heard any more
        EXPECT_EQ(serve(), gone(std::string("it said nonsense: ") + name_of(one.why)));
        EXPECT_EQ(count(one.why), before + 1);
        EXPECT_TRUE(stranger.is_at_the_end());
        EXPECT_TRUE(is_there(*other));
    }
}

TEST_F(Conduct, AnEmptyPacketIsAnEnd) {
    Stranger stranger(path);
    come(stranger);
    stranger.say(Packet{});
    EXPECT_EQ(serve(), gone("it ended"));
}

TEST_F(Conduct, WhoSaysNoHelloMayNotCall) {
    Stranger stranger(path);
    stranger.say(Wish{.sea = kOfOne, .call = Call::Acquire, .trunks = kBoth});
    EXPECT_THAT(serve(), IsEmpty());
    EXPECT_EQ(count(Reject::NotNow), 1U);
    EXPECT_TRUE(stranger.is_at_the_end());
}

TEST_F(Conduct, DescriptorsThatNobodyAskedForAreClosed) {
    const std::size_t before = open_descriptors();
    {
        Stranger stranger(path);
        come(stranger);
        const Descriptor gift(::open("/dev/null", O_RDONLY | O_CLOEXEC));
        stranger.say(encode(Listing{.sea = kOfOne, .trunks = kBoth}), {gift.get()});
        EXPECT_EQ(serve(), gone("it said nonsense: descriptors"));
    }
    serve();
    EXPECT_EQ(open_descriptors(), before);
}

TEST_F(Conduct, WhoDoesNotReadNewsIsCutOffAndOthersGoOn) {
    const auto other = come_in("vios2");
    Stranger deaf(path);
    come(deaf);
    const ha::SlotChanged change{.trunk = 0, .owner = ha::Owner::Me};
    for (int i = 0; i < 10'000; ++i) {
        server->tell(SlotNews{kOfOne, change});
        server->tell(SlotNews{kOfTwo, change});
        std::vector<Heard> heard;
        ASSERT_TRUE(other->receive(heard));
        EXPECT_EQ(heard.size(), 1U);
    }
    EXPECT_EQ(serve(), gone("it does not read what it is told"));
    EXPECT_NE(come_in("vios1"), nullptr);
}

TEST_F(Conduct, WhoStopsWithinItsSlackHearsAllWhenItGoesOn) {
    Stranger slow(path);
    come(slow);
    for (std::uint32_t epoch = 0; epoch < 1000; ++epoch) {
        server->tell(SlotNews{
            kOfOne, {.trunk = 0, .owner = ha::Owner::Me, .offered = false, .epoch = epoch}});
    }
    for (std::uint32_t epoch = 0; epoch < 1000; ++epoch) {
        const auto said = slow.message();
        ASSERT_TRUE(said.has_value()) << epoch;
        EXPECT_EQ(std::get<SlotNews>(*said).change.epoch, epoch);
        EXPECT_THAT(serve(), IsEmpty());
    }
}

TEST_F(Conduct, WhoAsksForListsAndDoesNotReadThemIsCutOff) {
    Stranger deaf(path);
    come(deaf);
    const std::vector<ClientAddress> million(1U << 20U, {.vlan = {2}, .mac = {4}});
    for (int i = 0; i < 4; ++i) {
        server->tell(kOfOne, million);
    }
    EXPECT_THAT(serve(), IsEmpty()) << "so much may wait";
    server->tell(kOfOne, million);
    EXPECT_EQ(serve(), gone("it asks for more clients than it reads"));
}

TEST_F(Conduct, WhoNeverStopsTalkingIsHeardInTurns) {
    const auto quiet = come_in("vios2");
    Stranger busy(path);
    come(busy);
    const Wish wish{.sea = kOfOne, .call = Call::Acquire, .trunks = kBoth};
    int said = 0;
    while (busy.say(wish) == Sent::Yes) {
        ++said;
    }
    quiet->call(kOfTwo, Call::Release, kBoth);
    std::vector<Event> first;
    server->service(first);
    EXPECT_EQ(first.size(), 65U) << "64 of the one, one of the other";
    EXPECT_EQ(serve().size() + first.size(), static_cast<std::size_t>(said) + 1);
}

TEST_F(Conduct, StrangersGiveWayToWhoComesAfter) {
    std::vector<std::unique_ptr<Stranger>> silent;
    for (int i = 0; i < 100; ++i) {
        silent.push_back(std::make_unique<Stranger>(path));
        ASSERT_TRUE(silent.back()->came());
        serve();
    }
    EXPECT_TRUE(silent.front()->is_at_the_end());
    EXPECT_FALSE(silent.back()->is_at_the_end()) << "a few may wait";
    const auto client = come_in("vios1");
    for (int i = 0; i < 100; ++i) {
        silent.push_back(std::make_unique<Stranger>(path));
        serve();
    }
    EXPECT_TRUE(is_there(*client)) << "who was welcomed stays";
}

TEST_F(Conduct, ManyWhoComeAtOnceAreAllHeard) {
    std::vector<std::unique_ptr<Stranger>> all;
    for (int i = 0; i < 16; ++i) {
        all.push_back(std::make_unique<Stranger>(path));
        all.back()->say(hello("vios9"));
    }
    EXPECT_THAT(serve(), IsEmpty());
    for (const auto& one : all) {
        EXPECT_TRUE(std::holds_alternative<Refused>(one->message().value()));
    }
}

TEST_F(Conduct, NothingIsLeftOfAHundredConnections) {
    { const auto once = come_in("vios1"); }
    serve();
    const std::size_t before = open_descriptors();
    for (int i = 0; i < 100; ++i) {
        const auto client = come_in("vios1");
        ASSERT_NE(client, nullptr);
        EXPECT_NE(why_not("vios1"), "");
    }
    serve();
    EXPECT_EQ(open_descriptors(), before);
}

TEST_F(Conduct, AnotherUserIsRefusedEvenIfTheFileLetsItIn) {
    if (::getuid() != 0) GTEST_SKIP() << "it takes root to be two users";
    ASSERT_EQ(::chmod(path.c_str(), 0666), 0);
    ASSERT_EQ(::chmod((folder / "").c_str(), 0755), 0);
    std::optional<Stranger> stranger;
    {
        const Unprivileged somebody;
        stranger.emplace(path);
        ASSERT_TRUE(stranger->came());
    }
    stranger->say(hello("vios1"));
    EXPECT_THAT(serve(), IsEmpty());
    EXPECT_EQ(stranger->message(),
              Message{Refused{"user 65534 may not: the hypervisor is run by user 0"}});
    EXPECT_TRUE(stranger->is_at_the_end());
}

}  // namespace
}  // namespace sealane::hypercall
