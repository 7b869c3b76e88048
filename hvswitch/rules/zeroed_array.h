// An array of plain values that are zero at first and cost no memory until they are written.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <sys/mman.h>
#include <type_traits>

namespace sealane::hvswitch {

/// One allocation.  calloc() takes large ones fresh from the kernel, whose pages are zero already,
/// so they stay untouched here.  From 2 MiB on it asks for huge pages: read at random, small ones
/// would cost a walk of the page table at each look.
template <typename T>
class ZeroedArray {
    static_assert(std::is_trivial_v<T>, "all bits zero must be a value");
    static constexpr std::size_t kLine = 64;
    static constexpr std::size_t kHugePage = std::size_t{2} << 20;
    static_assert(alignof(T) <= kLine);

  public:
    explicit ZeroedArray(std::size_t size)
        : ZeroedArray(size * sizeof(T), size * sizeof(T) < kHugePage ? kLine : kHugePage) {}
    ~ZeroedArray() { std::free(memory_); }
    ZeroedArray(const ZeroedArray&) = delete;
    ZeroedArray& operator=(const ZeroedArray&) = delete;

    [[nodiscard]] T& operator[](std::size_t index) const { return first_[index]; }
    /// What was allocated.
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

  private:
    ZeroedArray(std::size_t wanted, std::size_t alignment)
        : bytes_(wanted + alignment), memory_(std::calloc(1, bytes_)) {
        if (memory_ == nullptr) throw std::bad_alloc();
        void* first = memory_;
        std::size_t space = bytes_;
        first_ = static_cast<T*>(std::align(alignment, wanted, first, space));
        if (alignment < kHugePage) return;
        // Refused where huge pages are switched off: then it is slower, and as right as before.
        [[maybe_unused]] const int refused =
            madvise(first_, wanted / kHugePage * kHugePage, MADV_HUGEPAGE);
    }

    std::size_t bytes_;
    void* memory_;
    T* first_ = nullptr;
};

}  // namespace sealane::hvswitch
