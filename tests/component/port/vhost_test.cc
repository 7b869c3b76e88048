#include "tests/component/port/vhost_test.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>
#include <unistd.h>

namespace sealane::test {

void VhostTest::SetUp() {
    PortTest::SetUp();
    signal(SIGPIPE, SIG_IGN);  // the guest's driver writes to sockets that the port has closed
    std::string folder = std::filesystem::temp_directory_path() / "sealane-vhost-XXXXXX";
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    folder_ = folder;
    path_ = folder_ + "/guest.sock";
}

void VhostTest::TearDown() {
    if (port_) {
        service(*port_);
        expect_laws(*port_);
    }
    close();
    EXPECT_TRUE(std::filesystem::is_empty(folder_)) << "a socket was left behind";
    std::filesystem::remove_all(folder_);
    PortTest::TearDown();
}

void VhostTest::open(const port::VhostSocketSettings& settings) {
    Result<std::unique_ptr<port::VhostPort>> opened = port::VhostPort::open(settings, pools());
    ASSERT_TRUE(opened.ok()) << opened.error().text;
    port_ = std::move(opened).value();
}

std::unique_ptr<VirtioUser> VhostTest::guest(VirtioUser::Settings settings) {
    settings.path = path_;
    auto made = std::make_unique<VirtioUser>(settings, pools());
    const std::string queues = std::to_string(settings.queues) + " of ";
    EXPECT_TRUE(soon([&] {
        return port_->state().up && port_->state().detail.find(queues) != std::string::npos;
    })) << port_->state().detail;
    return made;
}

bool VhostTest::soon(const std::function<bool()>& holds) {
    for (int tries = 0; tries < 10'000; ++tries) {
        if (holds()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
}

bool VhostTest::is_acked(const std::string& feature) {
    const std::vector<port::PortFeature> all = port().state().features;
    return std::any_of(all.begin(), all.end(), [&](const port::PortFeature& line) {
        return line.name == feature && line.acked;
    });
}

std::vector<Bytes> VhostTest::take(std::size_t count) {
    std::vector<Bytes> all;
    for (int empty = 0; all.size() < count && empty < 3;) {
        const std::vector<Bytes> some = receive_from(port());
        empty = some.empty() ? empty + 1 : 0;
        all.insert(all.end(), some.begin(), some.end());
    }
    return all;
}

}  // namespace sealane::test
