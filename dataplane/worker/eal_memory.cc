#include "dataplane/worker/eal_memory.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <limits>
#include <linux/memfd.h>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <system_error>
#include <unistd.h>

namespace sealane::worker {
namespace {

constexpr const char* kHugepageFolder = "/sys/kernel/mm/hugepages";

std::uint64_t read_number(const std::filesystem::path& file) {
    std::uint64_t number = 0;
    std::ifstream(file) >> number;
    return number;
}

/// "hugepages-2048kB" -> 2048; anything else: 0.
std::uint64_t page_kb_of(std::string_view folder) {
    constexpr std::string_view kPrefix = "hugepages-";
    if (!folder.starts_with(kPrefix)) return 0;
    folder.remove_prefix(kPrefix.size());
    std::uint64_t page_kb = 0;
    const auto [rest, fault] =
        std::from_chars(folder.data(), folder.data() + folder.size(), page_kb);
    return fault == std::errc{} && std::string_view(rest) == "kB" ? page_kb : 0;
}

}  // namespace

std::vector<HugepageState> hugepage_state() {
    std::vector<HugepageState> sizes;
    std::error_code unreadable;
    for (const auto& folder : std::filesystem::directory_iterator(kHugepageFolder, unreadable)) {
        const std::uint64_t page_kb = page_kb_of(folder.path().filename().string());
        if (page_kb == 0) continue;
        sizes.push_back({.page_kb = page_kb,
                         .total = read_number(folder.path() / "nr_hugepages"),
                         .free = read_number(folder.path() / "free_hugepages")});
    }
    std::sort(sizes.begin(), sizes.end(), [](const HugepageState& a, const HugepageState& b) {
        return a.page_kb < b.page_kb;
    });
    return sizes;
}

bool can_take(const HugepageState& pages, std::uint64_t bytes) {
    const std::uint64_t page = pages.page_kb << 10;
    if (page == 0 || !std::has_single_bit(page)) return false;
    const std::uint64_t needed = (bytes + page - 1) / page;
    if (needed == 0 || needed > pages.free) return false;

    const unsigned size_code = static_cast<unsigned>(std::countr_zero(page)) << MFD_HUGE_SHIFT;
    const int memory = memfd_create("sealane", MFD_CLOEXEC | MFD_HUGETLB | size_code);
    if (memory < 0) return false;
    const bool taken = fallocate(memory, 0, 0, static_cast<off_t>(needed * page)) == 0;
    close(memory);
    return taken;
}

std::uint64_t available_memory_mb() {
    std::ifstream facts("/proc/meminfo");
    std::string name;
    std::uint64_t kilobytes = 0;
    while (facts >> name >> kilobytes) {
        if (name == "MemAvailable:") return kilobytes >> 10;
        facts.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
    }
    return 0;
}

}  // namespace sealane::worker
