#include "tests/component/port/census.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace sealane::test {
namespace {

constexpr std::size_t kHeapMappings = 16;

std::size_t entries_of(const char* folder) {
    const std::filesystem::directory_iterator all(folder);
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

}  // namespace

Census Census::take() {
    std::ifstream maps("/proc/self/maps");
    return {.descriptors = entries_of("/proc/self/fd"),
            .threads = entries_of("/proc/self/task"),
            .mappings = static_cast<std::size_t>(
                std::count(std::istreambuf_iterator<char>(maps), {}, '\n'))};
}

bool Census::is_like(const Census& before) const {
#if defined(__SANITIZE_THREAD__)
    constexpr bool kCountsMappings = false;  // its shadow grows by what is touched
#else
    constexpr bool kCountsMappings = true;
#endif
    return descriptors <= before.descriptors && threads <= before.threads &&
           (!kCountsMappings || mappings <= before.mappings + kHeapMappings);
}

std::ostream& operator<<(std::ostream& out, const Census& census) {
    return out << census.descriptors << " descriptors, " << census.threads << " threads, "
               << census.mappings << " mappings";
}

}  // namespace sealane::test
