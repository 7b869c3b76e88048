// The corpus as a plain test, for every build and compiler: replay FOLDER
#include <algorithm>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <vector>

#include "tests/fuzz/entry.h"

namespace sealane::test {
namespace {

std::vector<std::uint8_t> bytes_of(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

/// In memory of its own that ends where the input ends, so that a sanitizer sees who reads on.
void feed(const std::vector<std::uint8_t>& bytes) {
    const auto own = std::make_unique<std::uint8_t[]>(bytes.size());
    std::ranges::copy(bytes, own.get());
    (void)LLVMFuzzerTestOneInput(own.get(), bytes.size());
}

int replay(const char* folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        files.push_back(entry.path());
    }
    std::ranges::sort(files);
    for (const std::filesystem::path& file : files) {
        std::cout << file.filename().string() << std::endl;  // before it may abort
        const std::vector<std::uint8_t> whole = bytes_of(file);
        std::vector<std::uint8_t> begun = whole;
        begun.resize(whole.size() / 2);
        feed(whole);
        feed(begun);
    }
    std::cout << files.size() << " inputs\n";
    return files.empty() ? 1 : 0;
}

}  // namespace
}  // namespace sealane::test

int main(int count, char** words) try {
    return count == 2 ? sealane::test::replay(words[1]) : 2;
} catch (const std::exception& failure) {
    std::cerr << failure.what() << '\n';
    return 1;
}
