// Who comes in, and what is said on both sides when all behave.
#include "control/hypercall/server.h"

#include <algorithm>
#include <fstream>
#include <sys/stat.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/hypercall/house.h"

namespace sealane::hypercall {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::VariantWith;

using Coming = House;
using Speaking = House;

SlotNews news_of(SeaIndex sea, std::uint32_t epoch) {
    return {sea, {.trunk = 1, .owner = ha::Owner::Me, .offered = false, .epoch = epoch}};
}

std::vector<ClientAddress> many_clients(std::size_t count) {
    std::vector<ClientAddress> all;
    for (std::size_t i = 0; i < count; ++i) {
        all.push_back({.vlan = {static_cast<std::uint16_t>(1 + i % 4094)},
                       .mac = {0x0200'0000'0000 + i},
                       .place = static_cast<std::uint8_t>(i % 16)});
    }
    return all;
}

TEST_F(Coming, AViosIsWelcomedWithKeyAndPages) {
    slots.words()[4] = 44;
    const auto client = come_in("vios2");
    EXPECT_THAT(so_far(),
                ElementsAre(VariantWith<Came>(Came{.partition = "vios2", .pid = ::getpid()})));
    EXPECT_EQ(client->key(), key);
    ASSERT_EQ(client->slots().size(), 5U);
    EXPECT_EQ(client->slots()[4], 44U);
    client->progress()[3] = 33;
    client->progress()[63] = 66;
    EXPECT_EQ(server->progress(kOfTwo), 33U);
    EXPECT_EQ(server->progress(kAlsoTwo), 66U);
    EXPECT_EQ(server->progress(kOfOne), 0U) << "not connected";
    EXPECT_EQ(server->progress({77}), 0U) << "nobody's";
}

TEST_F(Coming, SettingsThatNoViosCouldUseAreErrors) {
    path = folder / "other";
    Server::Settings wrong = settings();
    wrong.partitions[1].seas[1].worker = 64;
    EXPECT_EQ(Server::open(wrong).error().text,
              "partition vios2: SEA 2 on worker 64; there are SEAs 0 to 4095 and workers 0 to 63");
    Server::Settings keyless = settings();
    keyless.key.secret.resize(15);
    EXPECT_EQ(Server::open(keyless).error().text,
              "the pairs' key has number 1 and 15 bytes; it takes a number and 16 to 64 bytes");
    Server::Settings nameless = settings();
    nameless.partitions[0].name = "";
    EXPECT_EQ(Server::open(nameless).error().text,
              "a partition's name of 0 bytes; it takes 1 to 255");
}

TEST_F(Coming, AViosWithoutHighAvailabilityIsWelcomedToo) { EXPECT_NE(come_in("plain"), nullptr); }

TEST_F(Coming, EachRefusalSaysWhatWouldBeRight) {
    const std::string start = "hypervisor at " + path + ": ";
    EXPECT_EQ(why_not("vios9"),
              start + "there is no partition vios9; there is: vios1, vios2, plain");
    EXPECT_EQ(why_not("vios1", Digest{9}),
              start +
                  "the hypervisor runs another configuration: start both from the same file, "
                  "and anew after a change");
    const auto first = come_in("vios1");
    EXPECT_EQ(why_not("vios1"),
              start + "partition vios1 runs already, as process " + std::to_string(::getpid()));
    EXPECT_EQ(why_not(""), start + "a partition's name of 0 bytes can't be said to it");
    EXPECT_EQ(so_far().size(), 1U) << "the one that came";
}

TEST_F(Coming, WhoSpeaksAnotherVersionIsToldSo) {
    Stranger stranger(path);
    Packet packet = encode(Hello{.digest = digest, .partition = "vios1"});
    packet[4] = 99;
    stranger.say(packet);
    EXPECT_THAT(serve(), IsEmpty());
    const auto said = stranger.message();
    ASSERT_TRUE(said.has_value());
    EXPECT_THAT(std::get<Refused>(*said).text, HasSubstr("another version of hypercalls"));
    EXPECT_TRUE(stranger.is_at_the_end());
    EXPECT_EQ(server->rejected()[static_cast<std::size_t>(Reject::Version)], 1U);
}

TEST_F(Coming, TheSocketIsForItsOwnerOnlyAndGoesWithTheServer) {
    struct stat found {};
    ASSERT_EQ(::lstat(path.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode, static_cast<mode_t>(S_IFSOCK | 0600));
    server.reset();
    EXPECT_NE(::access(path.c_str(), F_OK), 0);
}

TEST_F(Coming, ALivingHypervisorIsLeftAlone) {
    const auto second = Server::open(settings());
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().text,
              "hypervisor's socket " + path + ": another hypervisor runs there; stop it first");
    EXPECT_NE(come_in("vios1"), nullptr);
}

TEST_F(Coming, ADeadSocketIsReplacedButNoFile) {
    path = folder / "dead";
    {
        const Descriptor dead(::socket(AF_UNIX, SOCK_SEQPACKET, 0));
        const auto address = address_of(path);
        ASSERT_EQ(::bind(dead.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address),
                  0);
    }
    EXPECT_THAT(Client::connect({.path = path, .partition = "vios1"}, kLongEnough).error().text,
                HasSubstr("nobody listens there"));
    open();
    EXPECT_NE(come_in("vios1"), nullptr);

    path = folder / "file";
    std::ofstream(path) << "precious";
    EXPECT_THAT(Server::open(settings()).error().text, HasSubstr("it was not touched"));
}

TEST_F(Coming, PathsThatCannotBeAreErrors) {
    path = "/" + std::string(107, 'x');
    const std::string expected =
        "socket path " + path + " has 108 bytes; at most 107 fit into an address";
    EXPECT_EQ(Server::open(settings()).error().text, expected);
    EXPECT_EQ(Client::connect({.path = path, .partition = "vios1"}, kLongEnough).error().text,
              expected);
    path = folder / "none/here";
    EXPECT_THAT(Server::open(settings()).error().text, HasSubstr("mkdir -p"));
}

TEST_F(Speaking, CallsArriveInTheirOrder) {
    const auto client = come_in("vios2");
    std::vector<Event> expected;
    for (std::uint16_t i = 1; i <= 200; ++i) {
        const auto call = static_cast<Call>(i % kCallCount);
        client->call(kOfTwo, call, {i});
        expected.emplace_back(Wish{.sea = kOfTwo, .call = call, .trunks = {i}});
    }
    client->list_clients(kAlsoTwo, kBoth);
    expected.emplace_back(Listing{.sea = kAlsoTwo, .trunks = kBoth});
    EXPECT_EQ(serve(), expected);
}

TEST_F(Speaking, AHypervisorThatReadsLateGetsAllCallsInTheirOrder) {
    const auto client = come_in("vios1");
    const std::uint16_t count = 1200;  // more than the socket takes
    for (std::uint16_t i = 0; i < count; ++i) {
        client->call(kOfOne, Call::Acquire, {i});
    }
    std::vector<Heard> heard;
    std::vector<Event> got;
    for (int turns = 0; turns < 1000 && got.size() < count; ++turns) {
        server->service(got);
        if (is_ready(client->descriptor())) {
            EXPECT_TRUE(client->receive(heard));
        }
    }
    ASSERT_EQ(got.size(), count);
    for (std::uint16_t i = 0; i < count; ++i) {
        EXPECT_EQ(std::get<Wish>(got[i]).trunks.bits, i);
    }
}

TEST_F(Speaking, NewsGoToTheViosThatHasTheSea) {
    const auto one = come_in("vios1");
    const auto two = come_in("vios2");
    server->tell(news_of(kOfOne, 1));
    server->tell(news_of(kAlsoTwo, 2));
    server->tell(news_of(kOfOne, 3));
    server->tell(news_of({77}, 4));  // nobody's
    std::vector<Heard> heard;
    EXPECT_TRUE(is_ready(one->descriptor()));
    EXPECT_TRUE(one->receive(heard));
    EXPECT_EQ(heard, (std::vector<Heard>{news_of(kOfOne, 1), news_of(kOfOne, 3)}));
    EXPECT_FALSE(is_ready(one->descriptor()));
    heard.clear();
    EXPECT_TRUE(two->receive(heard));
    EXPECT_EQ(heard, (std::vector<Heard>{news_of(kAlsoTwo, 2)}));
}

TEST_F(Speaking, NewsForWhoIsNotThereAreNobodys) {
    server->tell(news_of(kOfOne, 1));
    server->tell(kOfOne, many_clients(3));
    const auto one = come_in("vios1");
    std::vector<Heard> heard;
    EXPECT_TRUE(one->receive(heard));
    EXPECT_THAT(heard, IsEmpty());
}

TEST_F(Speaking, LongListsArriveWholeAndNewsOvertakeThem) {
    const auto client = come_in("vios2");
    const auto all = many_clients(100'000);
    server->tell(kOfTwo, all);
    server->tell(kAlsoTwo, {});
    server->tell(news_of(kOfTwo, 7));

    std::vector<ClientAddress> got;
    bool was_told = false;
    std::size_t before_news = 0;
    std::vector<SeaIndex> ended;
    for (int turns = 0; turns < 10'000 && ended.size() < 2; ++turns) {
        std::vector<Heard> heard;
        ASSERT_TRUE(client->receive(heard));
        for (const Heard& one : heard) {
            if (const auto* list = std::get_if<ClientList>(&one)) {
                got.insert(got.end(), list->clients.begin(), list->clients.end());
                if (list->last) ended.push_back(list->sea);
            } else {
                EXPECT_EQ(std::get<SlotNews>(one), news_of(kOfTwo, 7));
                was_told = true;
                before_news = got.size();
            }
        }
        serve();
    }
    EXPECT_TRUE(got == all) << got.size();
    EXPECT_TRUE(was_told);
    EXPECT_LT(before_news, 12'000U) << "of which at most a quarter of the socket's buffer is full";
    EXPECT_EQ(ended, (std::vector<SeaIndex>{kOfTwo, kAlsoTwo}));
    EXPECT_FALSE(is_ready(server->descriptor())) << "nothing is left to do";
}

TEST_F(Speaking, AnEndIsSeenAtOnceAfterWhatWasSaidBefore) {
    auto client = come_in("vios1");
    const auto other = come_in("vios2");
    so_far();
    client->progress()[0] = 5;
    client->call(kOfOne, Call::Release, kBoth);
    server->tell(news_of(kOfOne, 1));  // that it will not read
    client.reset();
    EXPECT_TRUE(is_ready(server->descriptor()));
    EXPECT_EQ(
        serve(),
        (std::vector<Event>{Wish{.sea = kOfOne, .call = Call::Release, .trunks = kBoth},
                            Gone{.partition = "vios1", .pid = ::getpid(), .why = "it ended"}}));
    EXPECT_EQ(server->progress(kOfOne), 0U);
    std::vector<Heard> heard;
    EXPECT_TRUE(other->receive(heard)) << "others go on";
    EXPECT_NE(come_in("vios1"), nullptr) << "and it may come again";
}

TEST_F(Speaking, WhoStartsAnewAtOnceAfterAKillIsLetInThoughItsEndWasNotSeenYet) {
    auto first = come_in("vios1");
    Stranger second(path);
    EXPECT_THAT(serve(), IsEmpty());
    second.say(Hello{.digest = digest, .partition = "vios1"});  // is heard of first
    first.reset();
    so_far();
    const auto events = serve();
    ASSERT_EQ(events.size(), 2U);
    EXPECT_TRUE(std::holds_alternative<Gone>(events[0]));
    EXPECT_TRUE(std::holds_alternative<Came>(events[1]));
}

TEST_F(Speaking, TheEndOfTheHypervisorIsHeardAfterItsLastWords) {
    const auto client = come_in("vios1");
    server->tell(news_of(kOfOne, 1));
    client->call(kOfOne, Call::Acquire, kBoth);  // that it will not read
    server.reset();
    EXPECT_TRUE(is_ready(client->descriptor()));
    std::vector<Heard> heard;
    EXPECT_FALSE(client->receive(heard));
    EXPECT_EQ(heard, (std::vector<Heard>{news_of(kOfOne, 1)}));
    EXPECT_EQ(client->why_ended(), "the hypervisor ended the connection");
    EXPECT_FALSE(client->receive(heard)) << "and stays so";
    client->call(kOfOne, Call::Acquire, kBoth);
    EXPECT_EQ(client->slots().size(), 5U) << "the pages stay mapped";
}

}  // namespace
}  // namespace sealane::hypercall
