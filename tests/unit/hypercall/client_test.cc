// A VIOS's end, and a hypervisor that is not there, silent, full or wrong.
#include "control/hypercall/client.h"

#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sys/mman.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/hypercall/house.h"

namespace sealane::hypercall {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

/// Whoever listens where the hypervisor should; connections wait in its backlog.
class Impostor : public testing::Test {
  protected:
    void listen(int type = SOCK_SEQPACKET) {
        listener = Descriptor(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
        const auto address = address_of(path);
        const auto* const where = reinterpret_cast<const sockaddr*>(&*address);
        ASSERT_EQ(::bind(listener.get(), where, sizeof *address), 0);
        ASSERT_EQ(::listen(listener.get(), 8), 0);
    }
    Result<std::unique_ptr<Client>> connect(Duration wait = kLongEnough) {
        return Client::connect({.path = path, .partition = "vios1"}, wait);
    }
    /// Connects to one that does this with its visitor.
    Result<std::unique_ptr<Client>> connect_to(const std::function<void(int)>& conduct) {
        std::thread other([&] {
            visitor = Descriptor(::accept(listener.get(), nullptr, nullptr));
            conduct(visitor.get());
        });
        auto made = connect();
        other.join();
        return made;
    }
    Result<std::unique_ptr<Client>> connect_after(const Message& said,
                                                  std::initializer_list<int> given) {
        return connect_to(
            [&](int socket) { EXPECT_EQ(send(socket, encode(said), given), Sent::Yes); });
    }
    [[nodiscard]] Welcome welcome() const {
        return {.key = {.id = {1}, .secret = std::vector<std::uint8_t>(32, 1)},
                .slots = 5,
                .counters = kCounters};
    }

    ScratchFolder folder;
    std::string path = folder / "hypervisor";
    Descriptor listener, visitor;
    SlotPage slots = std::move(*SlotPage::make(5));
    ProgressPage progress = std::move(*ProgressPage::make());
};

TEST_F(Impostor, WithoutAHypervisorTheErrorSaysHowToStartOne) {
    EXPECT_EQ(connect().error().text,
              "hypervisor at " + path +
                  ": nobody listens there; start it first: sealane run FILE --as hypervisor");
}

TEST_F(Impostor, SomethingElseThatListensIsNoHypervisor) {
    listen(SOCK_STREAM);
    EXPECT_THAT(connect().error().text, EndsWith("something else listens there"));
}

TEST_F(Impostor, WhereAFileOrAFolderStandsTheErrorSaysSoAndWhatWouldBeRight) {
    const std::string remedy =
        "; remove it if nobody needs it, or name with --frame the hypervisor's directory";
    std::ofstream(path) << "precious";
    EXPECT_EQ(connect().error().text,
              "hypervisor at " + path + ": it is a file, but no socket" + remedy);
    std::filesystem::remove(path);
    std::filesystem::create_directory(path);
    EXPECT_EQ(connect().error().text, "hypervisor at " + path + ": it is a directory" + remedy);
}

TEST_F(Impostor, ASocketThatADeadOneLeftIsNobody) {
    listen();
    listener.close();
    EXPECT_THAT(connect().error().text, HasSubstr("nobody listens there; start it first"));
}

TEST_F(Impostor, NobodyIsThereWhereNoSocketIsOrADeadOne) {
    EXPECT_TRUE(is_nobody_there(path));
    listen();
    EXPECT_FALSE(is_nobody_there(path));
    listener.close();
    EXPECT_TRUE(is_nobody_there(path));
    std::filesystem::remove(path);
    EXPECT_TRUE(is_nobody_there(path));
}

TEST_F(Impostor, SomebodyIsThereWhereWaitingWouldNotHelp) {
    std::ofstream(path) << "precious";
    EXPECT_FALSE(is_nobody_there(path)) << "a file";
    std::filesystem::remove(path);
    std::filesystem::create_directory(path);
    EXPECT_FALSE(is_nobody_there(path)) << "a directory";
    std::filesystem::remove(path);
    listen(SOCK_STREAM);
    EXPECT_FALSE(is_nobody_there(path)) << "another kind of socket";
    EXPECT_FALSE(is_nobody_there(path + std::string(200, 'x'))) << "no address of a socket";
}

TEST_F(Impostor, OneWhoseListOfArrivalsIsFullIsThere) {
    listen();
    std::vector<Descriptor> arrivals;
    const auto address = address_of(path);
    const auto* const where = reinterpret_cast<const sockaddr*>(&*address);
    do {
        arrivals.emplace_back(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        ASSERT_LT(arrivals.size(), 100U);
    } while (::connect(arrivals.back().get(), where, sizeof *address) == 0);
    EXPECT_FALSE(is_nobody_there(path));
}

TEST_F(Impostor, ASilentOneIsNotWaitedForForEver) {
    listen();
    EXPECT_THAT(connect(std::chrono::milliseconds{20}).error().text,
                EndsWith("it does not answer in time"));
}

TEST_F(Impostor, OneThatEndsWithoutAWordIsAnError) {
    listen();
    const auto made = connect_to([&](int) { visitor.close(); });
    EXPECT_THAT(made.error().text, EndsWith("it ended the connection"));
}

TEST_F(Impostor, AWelcomeNeedsItsTwoPages) {
    listen();
    EXPECT_TRUE(connect_after(welcome(), {slots.descriptor(), progress.descriptor()}).ok());
    const std::size_t before = open_descriptors();
    EXPECT_THAT(connect_after(welcome(), {}).error().text, HasSubstr("no welcome"));
    EXPECT_THAT(connect_after(welcome(), {slots.descriptor()}).error().text,
                HasSubstr("no welcome"));
    EXPECT_THAT(connect_after(welcome(), {progress.descriptor(), slots.descriptor()}).error().text,
                HasSubstr("bytes instead of"));
    Welcome other = welcome();
    other.slots = 6;
    EXPECT_THAT(connect_after(other, {slots.descriptor(), progress.descriptor()}).error().text,
                HasSubstr("it has 40 bytes instead of 48"));
    EXPECT_THAT(connect_after(Wish{}, {slots.descriptor()}).error().text, HasSubstr("no welcome"));
    EXPECT_EQ(open_descriptors(), before) << "what came with them is closed";
}

TEST_F(Impostor, ThreeDescriptorsAreTooManyAndAllAreClosed) {
    listen();
    { const auto once = connect_after(welcome(), {slots.descriptor(), progress.descriptor()}); }
    const std::size_t before = open_descriptors();
    const auto made = connect_to([&](int socket) {
        const Packet packet = encode(welcome());
        iovec part{.iov_base = const_cast<std::uint8_t*>(packet.data()), .iov_len = packet.size()};
        const std::array<int, 3> three{
            slots.descriptor(), progress.descriptor(), progress.descriptor()};
        alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof three)> control{};
        msghdr message{};
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        cmsghdr* const rights = CMSG_FIRSTHDR(&message);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(sizeof three);
        std::memcpy(CMSG_DATA(rights), three.data(), sizeof three);
        EXPECT_GT(::sendmsg(socket, &message, 0), 0);
    });
    EXPECT_THAT(made.error().text, HasSubstr("no welcome"));
    EXPECT_EQ(open_descriptors(), before);
}

TEST_F(Impostor, APageThatCouldShrinkIsNotMapped) {
    listen();
    const Descriptor own(::memfd_create("own", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    ASSERT_EQ(::ftruncate(own.get(), 5 * 8), 0);
    EXPECT_THAT(connect_after(welcome(), {own.get(), progress.descriptor()}).error().text,
                HasSubstr("it is not sealed"));
}

TEST_F(Impostor, NonsenseEndsTheConnectionAfterWhatCameBefore) {
    listen();
    const SlotNews news{.sea = {0}, .change = {.trunk = 0, .owner = ha::Owner::Me}};
    struct Case {
        Packet packet;
        bool has_page;  ///< It comes with a descriptor.
        Reject why;
    };
    for (const Case& one : {Case{Packet(3), false, Reject::TooShort},
                            Case{Packet(kMaxPacket + 1), false, Reject::TooLong},
                            Case{encode(welcome()), false, Reject::NotNow},
                            Case{encode(Wish{}), false, Reject::Direction},
                            Case{encode(news), true, Reject::Descriptors}}) {
        auto made = connect_after(welcome(), {slots.descriptor(), progress.descriptor()});
        ASSERT_TRUE(made.ok());
        EXPECT_EQ(send(visitor.get(), encode(news)), Sent::Yes);
        const Sent sent = one.has_page ? send(visitor.get(), one.packet, {slots.descriptor()})
                                       : send(visitor.get(), one.packet);
        EXPECT_EQ(sent, Sent::Yes);
        EXPECT_EQ(send(visitor.get(), encode(news)), Sent::Yes);
        std::vector<Heard> heard;
        EXPECT_FALSE((*made)->receive(heard));
        EXPECT_EQ(heard, std::vector<Heard>{news});
        EXPECT_EQ((*made)->why_ended(),
                  std::string("the hypervisor said nonsense: ") + name_of(one.why));
        EXPECT_FALSE((*made)->receive(heard));
        EXPECT_EQ(heard.size(), 1U) << "nothing is taken from it any more";
    }
}

TEST_F(Impostor, OneThatNeverReadsIsGivenUp) {
    listen();
    auto made = connect_after(welcome(), {slots.descriptor(), progress.descriptor()});
    ASSERT_TRUE(made.ok());
    Client& client = **made;
    int said = 0;
    for (; said < 10'000 && client.why_ended().empty(); ++said) {
        client.call({0}, Call::Acquire, {1});
    }
    EXPECT_GT(said, static_cast<int>(Client::kMaxWaiting));
    EXPECT_EQ(client.why_ended(), "the hypervisor does not read what it is told");
    std::vector<Heard> heard;
    EXPECT_TRUE(is_ready(client.descriptor()));
    EXPECT_FALSE(client.receive(heard));
    EXPECT_THAT(heard, IsEmpty());
}

}  // namespace
}  // namespace sealane::hypercall
