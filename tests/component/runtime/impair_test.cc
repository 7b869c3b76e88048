// An adapter whose wire is bad, as the file says and as it is changed while frames flow.
#include <chrono>
#include <thread>

#include "control/runtime/clock.h"
#include "tests/component/runtime/runtime_test.h"

namespace sealane::runtime {
namespace {

using test::frame;
using test::FrameSpec;

constexpr MacAddress kOne{0x0200'0000'0001}, kTwo{0x0200'0000'0002};

class Impaired : public RuntimeTest {
  protected:
    void SetUp() override {
        start(R"(system: f
vswitches: [{name: E}]
partitions:
  - {name: lpar1, type: client, adapters: [{name: ent0, type: virtual, vswitch: E, pvid: 1, mac: "02:00:00:00:00:01", port: {type: ring}}]}
  - {name: lpar2, type: client, adapters: [{name: ent0, type: virtual, vswitch: E, pvid: 1, mac: "02:00:00:00:00:02", port: {type: ring}, impair: {out: {loss: 50%}, seed: 3}}]}
)");
    }

    /// Frames from lpar1 to lpar2: how many came.
    std::size_t sent_over(int frames) {
        std::size_t came = 0;
        for (int i = 0; i < frames; ++i) {
            EXPECT_TRUE(send("lpar1/ent0", frame(kTwo, kOne).bytes()));
            settle();
            came += take("lpar2/ent0").size();
        }
        return came;
    }
    [[nodiscard]] bool is_up() {
        for (const AdapterReport& adapter : system().adapters()) {
            if (adapter.name == "lpar2/ent0") return adapter.port.up;
        }
        return false;
    }
    void ask_for(const Impairments& impairments) {
        ASSERT_TRUE(system().impair("lpar2/ent0", impairments).ok());
        const Instant end = now() + std::chrono::seconds(10);
        while (is_up() == impairments.link_down) {
            ASSERT_LT(now(), end) << "nobody served the port";
            std::this_thread::yield();
        }
    }
    /// The link is what can be seen: once it has gone down and come back, all else has changed too.
    void change(const Impairments& impairments) {
        ask_for({.link_down = true});
        ask_for(impairments);
    }
    std::uint64_t lost_out() {
        const Result<ImpairReport> report = system().impairments("lpar2/ent0");
        for (const auto& [name, number] : report->out) {
            if (name == "lost") return number;
        }
        return 0;
    }
};

class ImpairedWithoutAPort : public RuntimeTest {
  protected:
    void SetUp() override {
        start(R"(system: f
vswitches: [{name: E}]
partitions:
  - {name: vios1, type: vios, adapters: [{name: ent0, type: physical, enabled: false, port: {type: ring}, impair: {}}]}
  - {name: lpar1, type: client, adapters: [{name: ent0, type: virtual, vswitch: E, pvid: 1, mac: "02:00:00:00:00:01", port: {type: ring}}]}
  - {name: lpar2, type: client, adapters: [{name: ent0, type: virtual, vswitch: E, pvid: 1, mac: "02:00:00:00:00:02", impair: {out: {delay: 5ms}}}]}
)");
    }
};

TEST_F(Impaired, LosesAsTheFileSaysAndNoMoreOnceThatIsTakenBack) {
    const std::size_t came = sent_over(100);
    EXPECT_GT(came, 25U);
    EXPECT_LT(came, 75U);
    EXPECT_EQ(came + lost_out(), 100U);
    EXPECT_EQ(totals("lpar2/ent0").dropped(Direction::Out, Drop::Impaired), lost_out());

    change({});
    EXPECT_EQ(system().model().partitions.at(1).adapters.at(0).impair->impairments, Impairments{});
    EXPECT_EQ(sent_over(20), 20U);
    change({.link_down = true});
    EXPECT_EQ(sent_over(20), 0U);
    EXPECT_EQ(totals("lpar2/ent0").dropped(Direction::Out, Drop::PortDown), 20U);
}

/// A client yet to come, whose wire can be bad already; and an adapter that is switched off.
TEST_F(ImpairedWithoutAPort, IsServedLikeAnyOther) {
    ASSERT_TRUE(send("lpar1/ent0", frame(kTwo, kOne).bytes()));
    settle();
    const auto out = [&](const char* name) {
        const Result<ImpairReport> report = system().impairments("lpar2/ent0");
        for (const auto& [event, number] : report->out) {
            if (event == name) return number;
        }
        return std::uint64_t{0};
    };
    EXPECT_EQ(out("delayed"), 1U);
    const Instant end = now() + std::chrono::seconds(10);
    while (totals("lpar2/ent0").dropped(Direction::Out, Drop::PortDown) == 0) {
        ASSERT_LT(now(), end) << "the delayed frame stays under way for ever";
        std::this_thread::yield();
    }
}

TEST_F(ImpairedWithoutAPort, OrDisabledIsSaidToBeDisabled) {
    EXPECT_EQ(system().impair("vios1/ent0", {}).error().text,
              "vios1/ent0 can't be impaired while it is disabled: set `enabled: true` in the "
              "configuration, and restart");
}

TEST_F(Impaired, OnlyWhatWasMadeForItCanBe) {
    EXPECT_EQ(system().impair("lpar1/ent0", {}).error().text,
              "lpar1/ent0 can't be impaired: give it `impair: {}` in the configuration, and "
              "restart");
    EXPECT_EQ(system().impair("lpar9/ent0", {}).error().text,
              "no adapter is called 'lpar9/ent0'; see `sealane show`");
    EXPECT_EQ(system().impairments("lpar2/ent0")->impairments, (Impairments{.out = {.loss = 0.5}}));
}

}  // namespace
}  // namespace sealane::runtime
