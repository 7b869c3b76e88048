// An array of plain values that are zero at first and cost no memory until they are written.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <type_traits>

namespace sealane::hvswitch {

/// One allocation, aligned to a cache line.  calloc() takes large ones fresh from the kernel, whose
/// pages are zero already, so they stay untouched here.
template <typename T>
class ZeroedArray {
    static_assert(std::is_trivial_v<T>, "all bits zero must be a value");
    static constexpr std::size_t kLine = 64;
    static_assert(alignof(T) <= kLine);

  public:
    explicit ZeroedArray(std::size_t size)
        : bytes_(size * sizeof(T) + kLine), memory_(std::calloc(1, bytes_)) {
        if (memory_ == nullptr) throw std::bad_alloc();
        void* first = memory_;
        std::size_t space = bytes_;
        first_ = static_cast<T*>(std::align(kLine, size * sizeof(T), first, space));
    }
    ~ZeroedArray() { std::free(memory_); }
    ZeroedArray(const ZeroedArray&) = delete;
    ZeroedArray& operator=(const ZeroedArray&) = delete;

    [[nodiscard]] T& operator[](std::size_t index) const { return first_[index]; }
    /// What was allocated.
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

  private:
    std::size_t bytes_;
    void* memory_;
    T* first_ = nullptr;
};

}  // namespace sealane::hvswitch
