// The pools have a buffer for all that ports may hold.
#include "control/runtime/sizing.h"

#include "dataplane/port/dgram_port.h"
#include "dataplane/port/stream_port.h"
#include "tests/component/runtime/runtime_test.h"

namespace sealane::runtime {
namespace {

Sizing size_of_file(const std::string& text, const Part& part = {}) {
    const config::System model = model_of(text);
    return size_of(model, make_layout(model, part));
}

std::uint32_t frames_with(const std::string& adapter) {
    return size_of_file(
               "system: f\nvswitches: [{name: E}]\npartitions:\n"
               "  - {name: v, type: vios, adapters: [\n"
               "    {name: ent0, type: virtual, vswitch: E, pvid: 1, port: {type: "
               "ring, size: 2048}},\n    {name: ent1, type: virtual, vswitch: E, " +
               adapter + "}]}\n")
        .frames;
}

std::uint32_t frames_of(const std::string& adapter) {
    return frames_with(adapter) - frames_with("pvid: 1");
}

TEST(Sizing, EveryPortIsCountedWithAllThatItMayHold) {
    EXPECT_EQ(frames_of("pvid: 1, port: {type: ring, size: 64}"), 2 * most_buffers({.size = 64}));
    EXPECT_EQ(frames_of("pvid: 1, port: {type: ring, size: 4096}"),
              2 * most_buffers({.size = 4096}));
    for (const std::uint32_t queue : {1U, 1024U, 65536U}) {
        EXPECT_EQ(frames_of("pvid: 1, port: {type: qemu-stream, listen: a, queue_frames: " +
                            std::to_string(queue) + "}"),
                  port::QemuStreamPort::most_buffers({.queue_frames = queue}));
        EXPECT_EQ(
            frames_of("pvid: 1, port: {type: qemu-dgram, local: a, remote: b, queue_frames: " +
                      std::to_string(queue) + "}"),
            port::QemuDgramPort::most_buffers({.queue_frames = queue}));
    }
    EXPECT_EQ(frames_of("pvid: 1, port: {type: shm, listen: a}"), 0U);
    EXPECT_GE(frames_of("pvid: 1, port: {type: vhost-user, path: a}"), 32U * 32U);
    EXPECT_EQ(
        frames_of(
            "pvid: 1, port: {type: ethdev, devargs: \"net_null0,no-rx=1\", rx_descriptors: 512}"),
        512U + 1024U);
}

TEST(Sizing, ThereAreHeadsForCopiesOfAllOfThem) {
    const Sizing sizing = size_of_file("system: f\nvswitches: [{name: E}]\npartitions: []\n");
    EXPECT_GE(sizing.heads, sizing.frames);
}

}  // namespace
}  // namespace sealane::runtime
