// A vhost-user device that one thread takes away while another uses it.
#include "dataplane/port/vhost_device.h"

#include <atomic>
#include <chrono>
#include <thread>

#include <gtest/gtest.h>

namespace sealane::test {
namespace {

using port::VhostDevice;

class VhostDeviceSides : public testing::TestWithParam<VhostDevice::Side> {};

TEST_P(VhostDeviceSides, IsNotTakenAwayFromWhoUsesIt) {
    VhostDevice device;
    device.attach(1, 0);
    std::atomic<bool> taken_away = false;
    std::thread taker;
    {
        const VhostDevice::Use use(device, GetParam());
        ASSERT_EQ(use.id(), 1);
        taker = std::thread([&] {
            device.detach();
            taken_away = true;
        });
        while (device.is_attached()) {
            std::this_thread::yield();
        }
        // Had it not waited for us, it would have a while to say so.
        for (int i = 0; i < 100 && !taken_away; ++i) {
            std::this_thread::sleep_for(std::chrono::microseconds(100));
        }
        EXPECT_FALSE(taken_away);
    }
    taker.join();
    EXPECT_FALSE(static_cast<bool>(VhostDevice::Use(device, GetParam())));
}

TEST_P(VhostDeviceSides, NobodyUsesItOnceItIsTakenAway) {
    VhostDevice device;
    for (int i = 0; i < 100; ++i) {
        device.attach(i, 0);
        std::atomic<bool> taken_away = false, begins = false;
        bool used_too_late = false;
        std::thread user([&] {
            begins = true;
            for (bool there = true; there;) {
                const VhostDevice::Use use(device, GetParam());
                there = static_cast<bool>(use);
                used_too_late = used_too_late || (there && taken_away);
            }
        });
        while (!begins) {
            std::this_thread::yield();
        }
        device.detach();
        taken_away = true;
        user.join();
        ASSERT_FALSE(used_too_late) << i;
    }
}

INSTANTIATE_TEST_SUITE_P(Of,
                         VhostDeviceSides,
                         testing::Values(VhostDevice::Side::Receive, VhostDevice::Side::Send),
                         [](const auto& side) {
                             return side.param == VhostDevice::Side::Receive ? "Receive" : "Send";
                         });

}  // namespace
}  // namespace sealane::test
