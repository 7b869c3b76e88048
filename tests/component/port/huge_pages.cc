#include "tests/component/port/huge_pages.h"

#include <fstream>
#include <string>

namespace sealane::test {
namespace {

const std::string kFolder = "/sys/kernel/mm/hugepages/hugepages-2048kB/";

/// 0 where the kernel has no such pages.
std::size_t number_in(const char* file) {
    std::size_t number = 0;
    std::ifstream(kFolder + file) >> number;
    return number;
}

}  // namespace

HugePages::HugePages(std::size_t count) : count_(count) {
    if (are_there()) return;
    const std::size_t before = number_in("nr_hugepages");
    std::ofstream(kFolder + "nr_hugepages") << before + count - free();
    reserved_ = number_in("nr_hugepages") - before;
}

HugePages::~HugePages() {
    if (reserved_ > 0) {
        std::ofstream(kFolder + "nr_hugepages") << number_in("nr_hugepages") - reserved_;
    }
}

std::size_t HugePages::free() { return number_in("free_hugepages") - number_in("resv_hugepages"); }

}  // namespace sealane::test
