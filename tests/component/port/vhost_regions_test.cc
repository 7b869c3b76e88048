// A guest's memory of every kind, in one piece and in many: what is mapped is let go.
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>

#include "tests/component/port/driven_test.h"
#include "tests/component/port/huge_pages.h"
#include "tests/support/vhost_driver.h"

namespace sealane::test {
namespace {

/// How many descriptors, and how many mappings, of one file this process has.
struct Holds {
    std::size_t descriptors = 0, mappings = 0;

    static Holds of(const struct stat& file) {
        Holds holds;
        for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
            struct stat own {};
            if (stat(entry.path().c_str(), &own) != 0) continue;  // the listing's own
            holds.descriptors += own.st_dev == file.st_dev && own.st_ino == file.st_ino ? 1 : 0;
        }
        std::ifstream maps("/proc/self/maps");
        const std::string inode = " " + std::to_string(file.st_ino) + " ";
        for (std::string line; std::getline(maps, line);) {
            const bool is_guest = line.find("guest") != std::string::npos ||
                                  line.find("/dev/shm/") != std::string::npos;
            holds.mappings += is_guest && line.find(inode) != std::string::npos ? 1 : 0;
        }
        return holds;
    }
    bool operator==(const Holds&) const = default;
};

/// One of each number of regions, with frames in every buffer, of a kind of memory.
class VhostRegions : public DrivenTest {
  protected:
    void expect_seen_and_left(VhostDriver::Memory kind) {
        open(serving());
        for (const unsigned regions : {1U, 2U, 8U}) {
            SCOPED_TRACE(regions);
            struct stat file {};
            {
                const auto peer = driver({.regions = regions, .memory = kind});
                ASSERT_EQ(fstat(peer->memory_file(), &file), 0);
                EXPECT_GT(Holds::of(file).mappings, regions) << "the driver's one, and the port's";
                peer->give_buffers();
                for (int i = 0; i < 2 * VhostDriver::kRing; ++i) {  // each buffer twice
                    exchange(*peer);
                }
            }
            EXPECT_TRUE(soon([&] { return !port().state().up; }));
            EXPECT_TRUE(soon([&] { return Holds::of(file) == Holds{}; }))
                << Holds::of(file).descriptors << " descriptors, " << Holds::of(file).mappings
                << " mappings";
        }
    }
};

TEST_F(VhostRegions, P01OfAMemfdAreSeenAndLeft) {
    expect_seen_and_left(VhostDriver::Memory::Memfd);
}

TEST_F(VhostRegions, P01OfAFileInShmAreSeenAndLeft) {
    expect_seen_and_left(VhostDriver::Memory::Shm);
}

TEST_F(VhostRegions, P01OfHugePagesAreSeenAndLeft) {
    const HugePages pages(8);  // one a region
    if (!pages.are_there()) GTEST_SKIP() << "no 8 pages of 2 MiB are free, nor can be reserved";
    const std::size_t free = HugePages::free();
    expect_seen_and_left(VhostDriver::Memory::Huge);
    EXPECT_TRUE(soon([&] { return HugePages::free() == free; })) << HugePages::free();
}

}  // namespace
}  // namespace sealane::test
