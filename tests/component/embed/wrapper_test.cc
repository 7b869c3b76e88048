// sealane.hpp: owners, spans and exceptions over the C interface.
#include <array>
#include <sealane/sealane.hpp>
#include <type_traits>

#include <gmock/gmock.h>

#include "tests/component/embed/embedded.h"

namespace sealane::test {
namespace {

using namespace std::chrono_literals;

static_assert(std::is_nothrow_move_constructible_v<Switch> &&
              !std::is_copy_constructible_v<Switch>);
static_assert(std::is_nothrow_move_constructible_v<Client> &&
              !std::is_copy_constructible_v<Client>);

FrameBytes as_frame(const Bytes& bytes) { return std::as_bytes(std::span(bytes)); }

TEST(EmbeddedWrapper, MovesFramesThroughOwnersThatWereMoved) {
    Switch made(kThreeClients, Switch::driven(5s));
    Switch network = std::move(made);
    Client first = network.attach("lpar1/ent0");
    Client from = std::move(first);
    Client to = network.attach("lpar2/ent0");
    const Bytes hello = frame(mac(2), mac(1), "hello");
    EXPECT_TRUE(from.send(as_frame(hello)));
    EXPECT_EQ(network.poll(5s, 64).frames, 1U);
    std::array<sealane_frame, 4> room;
    const auto got = to.receive(room);
    ASSERT_EQ(got.size(), 1U);
    EXPECT_TRUE(std::ranges::equal(Client::bytes_of(got[0]), as_frame(hello)));
    EXPECT_TRUE(to.receive(room).empty());
    const Switch::Polled nothing = network.poll(6s, 64);
    EXPECT_EQ(nothing.frames, 0U);
    EXPECT_GT(nothing.next, 6s);
    EXPECT_NE(network.control(R"({"jsonrpc":"2.0","id":1,"method":"show"})").find("lpar1/ent0"),
              std::string::npos);
}

TEST(EmbeddedWrapper, ThrowsTheLibrarysSentence) {
    const auto sentence = [](auto&& deed) -> std::string {
        try {
            deed();
        } catch (const Failure& failure) {
            return failure.what();
        }
        return "nothing was thrown";
    };
    EXPECT_THAT(sentence([] { Switch("partitions: 7"); }), testing::HasSubstr("1:13: "));
    Switch network(kThreeClients, Switch::driven(5s));
    EXPECT_THAT(sentence([&] { network.poll(4s, 1); }), testing::HasSubstr("not go back"));
    EXPECT_THAT(sentence([&] { (void)network.attach("lpar9/ent0"); }),
                testing::HasSubstr("lpar9/ent0"));
    Client client = network.attach("lpar1/ent0");
    EXPECT_THAT(sentence([&] { (void)client.send(FrameBytes()); }),
                testing::HasSubstr("SEALANE_MAX_FRAME"));
}

}  // namespace
}  // namespace sealane::test
