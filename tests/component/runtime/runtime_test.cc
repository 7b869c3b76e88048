#include "tests/component/runtime/runtime_test.h"

#include "control/config/load.h"
#include "dataplane/base/check.h"
#include "dataplane/port/ring_port.h"
#include "dataplane/worker/eal.h"
#include "tests/support/mbufs.h"

namespace sealane::runtime {
namespace {

std::unique_ptr<worker::Eal> environment;  // NOLINT: there is one in a process

class WithEal : public testing::Environment {
  public:
    void SetUp() override {
        // Both ends of a link are in this process.  With hugepages DPDK may want more of them for
        // the one while the other looks through those there are, and waits for it.
        Result<std::unique_ptr<worker::Eal>> started =
            worker::Eal::start({.memory_mb = 320, .hugepages = false});
        ASSERT_TRUE(started.ok()) << started.error().text;
        environment = std::move(started).value();
    }
    void TearDown() override { environment.reset(); }
};

}  // namespace

config::System model_of(const std::string& text) {
    config::Loaded loaded = config::load(text, "frame.yaml");
    EXPECT_EQ(to_string(loaded.faults), "");
    SEALANE_CHECK(loaded.system.has_value(), "a test's file is bad");
    return *loaded.system;
}

Result<std::unique_ptr<System>> start_system(const config::System& model, Start how) {
    return System::start(model, *environment, std::move(how));
}

bool send_at(System& system, const std::string& adapter, const std::vector<test::Bytes>& frames) {
    std::vector<rte_mbuf*> made;
    for (const test::Bytes& frame : frames) {
        made.push_back(test::make_frame(system.frame_pool(), frame));
        EXPECT_NE(made.back(), nullptr) << "the pool is empty";
        if (made.back() == nullptr) made.pop_back();
    }
    AdapterCounters outcome;
    port::Tally tally(outcome);
    system.lend_ring_client(adapter)->send(
        made.data(), static_cast<std::uint16_t>(made.size()), tally);
    return outcome.tx_frames.read() == frames.size();
}

std::vector<test::Bytes> take_at(System& system, const std::string& adapter) {
    std::vector<test::Bytes> taken;
    AdapterCounters outcome;
    port::Tally tally(outcome);
    rte_mbuf* frame = nullptr;
    while (system.lend_ring_client(adapter)->receive(&frame, 1, tally) == 1) {
        taken.push_back(test::bytes_of(frame));
        rte_pktmbuf_free(frame);
    }
    return taken;
}

void RuntimeTest::start(const std::string& text) {
    auto started = start_system(model_of(text), {.config_file = "frame.yaml", .seed = 1});
    ASSERT_TRUE(started.ok()) << started.error().text;
    system_ = std::move(started).value();
}

bool RuntimeTest::send(const std::string& adapter, const test::Bytes& frame) {
    return send_together(adapter, {frame});
}

bool RuntimeTest::send_together(const std::string& adapter,
                                const std::vector<test::Bytes>& frames) {
    return send_at(*system_, adapter, frames);
}

std::vector<test::Bytes> RuntimeTest::take(const std::string& adapter) {
    return take_at(*system_, adapter);
}

AdapterTotals RuntimeTest::totals(const std::string& adapter) const {
    for (const AdapterReport& report : system_->adapters()) {
        if (report.name == adapter) return report.totals;
    }
    ADD_FAILURE() << "no adapter " << adapter;
    return {};
}

void RuntimeTest::TearDown() {
    if (!system_) return;
    AdapterTotals all;
    for (const AdapterReport& report : system_->tallies()) {
        if (system_->lend_ring_client(report.name) != nullptr) take(report.name);
        EXPECT_TRUE(inward_law_holds(report.totals)) << report.name;
        EXPECT_TRUE(outward_law_holds(report.totals, 0)) << report.name;
        all.add(report.totals);
    }
    EXPECT_TRUE(whole_law_holds(all));
    EXPECT_EQ(system_->system().buffers_in_use, 0U);
    system_.reset();
}

}  // namespace sealane::runtime

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    testing::AddGlobalTestEnvironment(new sealane::runtime::WithEal);  // gtest deletes it
    return RUN_ALL_TESTS();
}
