// An array of plain values that are zero at first and cost no memory until they are written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
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
        : memory_(std::calloc(1, bytes_for(size))), bytes_(bytes_for(size)) {
        if (memory_ == nullptr) throw std::bad_alloc();
        const auto address = reinterpret_cast<std::uintptr_t>(memory_);
        first_ = reinterpret_cast<T*>((address + kLine - 1) / kLine * kLine);
    }
    ~ZeroedArray() { std::free(memory_); }
    ZeroedArray(const ZeroedArray&) = delete;
    ZeroedArray& operator=(const ZeroedArray&) = delete;

    [[nodiscard]] T& operator[](std::size_t index) const { return first_[index]; }
    /// What was allocated.
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

  private:
    static constexpr std::size_t bytes_for(std::size_t size) { return size * sizeof(T) + kLine; }

    void* memory_;
    std::size_t bytes_;
    T* first_ = nullptr;
};

}  // namespace sealane::hvswitch
