// Faults of what a host gives, and control by text.
#include <gmock/gmock.h>

#include "tests/component/embed/embedded.h"

namespace sealane::test {
namespace {

using testing::HasSubstr;

TEST(EmbeddedCreate, EachFaultOfTheTextHasItsPlace) {
    std::string error;
    EXPECT_EQ(create("system: host\nvswitches: []\npartitions: 7\n", driven(), &error), nullptr);
    EXPECT_THAT(error, HasSubstr("3:13: "));
    EXPECT_EQ(create("", driven(), &error), nullptr);
    EXPECT_NE(error, "");
}

TEST(EmbeddedCreate, AnErrorFitsWhateverRoomThereIs) {
    char text[8] = "xxxxxxx";
    EXPECT_EQ(sealane_create("x", 1, nullptr, text, 4), nullptr);
    EXPECT_EQ(text[3], '\0');
    EXPECT_EQ(text[4], 'x');
    EXPECT_EQ(sealane_create("x", 1, nullptr, text, 0), nullptr);
    EXPECT_EQ(sealane_create("x", 1, nullptr, nullptr, 100), nullptr);
}

TEST(EmbeddedCreate, OptionsOfAnOlderOrNewerCallerAreUnderstoodOrRefused) {
    struct Newer {
        sealane_options known;
        std::uint64_t unknown;
    } newer{driven(), 0};
    newer.known.size = sizeof newer;
    std::string error;
    EXPECT_NE(create(kThreeClients, newer.known, &error), nullptr) << error;
    newer.unknown = 1;
    EXPECT_EQ(create(kThreeClients, newer.known, &error), nullptr);
    EXPECT_THAT(error, HasSubstr("of a size that this library"));

    sealane_options older = driven();
    older.size = offsetof(sealane_options, start_ns);
    older.start_ns = 100 * kSecond;
    const Instance instance = create(kThreeClients, older, &error);
    ASSERT_NE(instance, nullptr) << error;
    EXPECT_EQ(sealane_poll(instance.get(), 0, 1, nullptr), 0)
        << "what it doesn't know of is not read";

    older.size = 0;
    EXPECT_EQ(create(kThreeClients, older, &error), nullptr);
}

TEST(EmbeddedCreate, TheLogGetsNoticesAndNothingAfterItsInstanceHasGone) {
    std::vector<std::string> lines;
    sealane_options options = driven();
    options.opaque = &lines;
    options.log = [](void* opaque, int level, const char* line) {
        static_cast<std::vector<std::string>*>(opaque)->push_back(std::to_string(level) + line);
    };
    const std::string refused = R"(system: host
vswitches: [{name: ETHERNET0, mode: veb}]
partitions:
  - name: lpar1
    type: client
    adapters:
      - {name: ent0, type: virtual, vswitch: ETHERNET0, pvid: 1, port: {type: ethdev, devargs: "net_no_such_device0"}}
)";
    std::string error;
    EXPECT_EQ(create(refused, options, &error), nullptr);
    EXPECT_THAT(lines, testing::Contains(HasSubstr("net_no_such_device0")))
        << "what DPDK says of it";
    const std::size_t told = lines.size();
    options.log = nullptr;
    EXPECT_EQ(create(refused, options, &error), nullptr);
    EXPECT_EQ(lines.size(), told);
}

TEST(EmbeddedControl, AnswersRequestsBatchesAndNonsenseAndNotNotifications) {
    const Instance instance = create(kThreeClients, driven());
    EXPECT_THAT(call(instance.get(), "version"), HasSubstr(sealane_version()));
    EXPECT_THAT(call(instance.get(), "show"), HasSubstr("lpar3/ent0"));
    EXPECT_THAT(
        ask(instance.get(),
            R"([{"jsonrpc":"2.0","id":7,"method":"version"},{"jsonrpc":"2.0","id":8,"method":"show"}])"),
        testing::AllOf(HasSubstr(R"("id":7)"), HasSubstr(R"("id":8)")));
    EXPECT_THAT(call(instance.get(), "no.such"), HasSubstr("-32601"));
    EXPECT_THAT(ask(instance.get(), "]"), HasSubstr("-32700"));
    EXPECT_THAT(ask(instance.get(), "{"), HasSubstr("-32700"));
    EXPECT_EQ(ask(instance.get(), ""), "");
    EXPECT_EQ(ask(instance.get(), R"({"jsonrpc":"2.0","method":"version"})"), "");
    EXPECT_THAT(call(instance.get(), "version"), HasSubstr(sealane_version()))
        << "nothing of before is left";
}

TEST(EmbeddedControl, TheVersionOfTheHeaderIsTheLibrarys) {
    EXPECT_EQ(sealane_version(),
              std::to_string(SEALANE_VERSION_MAJOR) + "." + std::to_string(SEALANE_VERSION_MINOR) +
                  "." + std::to_string(SEALANE_VERSION_PATCH));
}

}  // namespace
}  // namespace sealane::test
