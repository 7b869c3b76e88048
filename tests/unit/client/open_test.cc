// What a port is made of, right and wrong.
#include <cerrno>

#include <gmock/gmock.h>

#include "tests/unit/client/peer.h"

namespace sealane::test {
namespace {

std::string refusal(const std::string& url, const sealane_port_options* options = nullptr) {
    char error[256] = "";
    EXPECT_EQ(sealane_port_open(url.c_str(), options, error, sizeof error), nullptr) << url;
    return error;
}

TEST(ClientOpen, AUrlThatIsNoneIsRefusedWithWhatWouldBe) {
    for (const std::string url : {"", "shared:/x", "unix", "/run/lpar1.sock", "UNIX:/x"}) {
        EXPECT_EQ(refusal(url),
                  "'" + url + "' is none of unix:PATH, dgram:MINE,THEIRS and shm:PATH");
    }
    EXPECT_EQ(refusal("unix:"), "a socket's path has 1 to 107 bytes, not 0");
    EXPECT_EQ(refusal("unix:" + std::string(108, 'x')),
              "a socket's path has 1 to 107 bytes, not 108");
    EXPECT_EQ(refusal("dgram:/mine"), "'dgram:/mine' has one path; it has two, MINE,THEIRS");
    EXPECT_EQ(refusal("dgram:,/theirs"), "a socket's path has 1 to 107 bytes, not 0");
    (void)open("unix:" + std::string(107, 'x'));
}

TEST(ClientOpen, NoUrlAtAllIsRefusedAndDoesNotCrash) {
    char error[256] = "";
    EXPECT_EQ(sealane_port_open(nullptr, nullptr, error, sizeof error), nullptr);
    EXPECT_EQ(std::string(error), "there is no URL; it is one of unix:PATH and dgram:MINE,THEIRS");
    EXPECT_EQ(sealane_port_open(nullptr, nullptr, nullptr, 0), nullptr);
}

TEST(ClientOpen, AnErrorFitsWhateverRoomThereIs) {
    char error[] = "xxxxxxx";
    EXPECT_EQ(sealane_port_open("sh:", nullptr, error, 4), nullptr);
    EXPECT_EQ(std::string(error), "'sh");
    EXPECT_EQ(error[4], 'x');
    EXPECT_EQ(sealane_port_open("sh:", nullptr, error, 0), nullptr);
    EXPECT_EQ(sealane_port_open("sh:", nullptr, nullptr, 9), nullptr);
}

TEST(ClientOpen, OptionsOfAnOlderOrNewerCallerAreUnderstoodOrRefused) {
    struct Newer {
        sealane_port_options known;
        std::uint64_t unknown;
    } newer{};
    newer.known.size = sizeof newer;
    (void)open("unix:/x", &newer.known);
    newer.unknown = 1;
    EXPECT_THAT(refusal("unix:/x", &newer.known),
                testing::HasSubstr("of a size that this library"));
    sealane_port_options older{};
    older.size = offsetof(sealane_port_options, queue_bytes);
    older.queue_bytes = 1;
    (void)open("unix:/x", &older);
    older.size = 0;
    EXPECT_THAT(refusal("unix:/x", &older), testing::HasSubstr("of a size that this library"));
    sealane_port_options small{};
    small.size = sizeof small;
    small.queue_bytes = 2 * SEALANE_MAX_FRAME - 1;
    EXPECT_EQ(refusal("unix:/x", &small), "queue_bytes is 130815; it has to be 130816 at least");
}

TEST(ClientOpen, StatsOfAnOlderCallerAreFilledAsFarAsItKnows) {
    const Port port = open("unix:/x");
    sealane_port_stats read{};
    read.malformed = 77;
    read.size = offsetof(sealane_port_stats, malformed);
    EXPECT_EQ(sealane_port_read_stats(port.get(), &read), 0);
    EXPECT_EQ(read.malformed, 77U);
    read.size = sizeof read + 1;
    EXPECT_EQ(sealane_port_read_stats(port.get(), &read), -EINVAL);
    read.size = 4;
    EXPECT_EQ(sealane_port_read_stats(port.get(), &read), -EINVAL);
}

TEST(ClientOpen, BeforeItIsServedItIsNotThere) {
    const Port port = open("unix:/x");
    EXPECT_EQ(send(port, frame(1)), -ENOTCONN);
    sealane_frame got;
    EXPECT_EQ(sealane_port_receive(port.get(), &got, 1), 0);
    EXPECT_EQ(sealane_port_error(port.get()), std::string("not connected yet"));
    sealane_port_close(nullptr);
}

TEST(ClientOpen, TheVersionOfTheHeaderIsTheLibrarys) {
    EXPECT_EQ(sealane_port_version(),
              std::to_string(SEALANE_PORT_VERSION_MAJOR) + "." +
                  std::to_string(SEALANE_PORT_VERSION_MINOR) + "." +
                  std::to_string(SEALANE_PORT_VERSION_PATCH));
}

}  // namespace
}  // namespace sealane::test
