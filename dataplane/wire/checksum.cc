#include "dataplane/wire/checksum.h"

#include <array>
#include <cstring>

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace sealane::wire {
namespace {

// All kernels add words in the machine's order and swap once at the end (RFC 1071 2(B)).

std::uint64_t load(const std::uint8_t* at) {
    std::uint64_t raw = 0;
    std::memcpy(&raw, at, sizeof raw);
    return raw;
}

/// The halves apart, so that no carry is lost.
std::uint64_t add_halves(std::uint64_t sum, std::uint64_t raw) {
    return sum + (raw >> 32) + (raw & 0xffff'ffff);
}

std::uint64_t sum_rest(const std::uint8_t* bytes, std::size_t length) {
    std::uint64_t sum = 0;
    for (; length >= 8; bytes += 8, length -= 8) {
        sum = add_halves(sum, load(bytes));
    }
    std::uint64_t raw = 0;
    if (length > 0) std::memcpy(&raw, bytes, length);
    return add_halves(sum, raw);
}

std::uint16_t in_network_order(std::uint64_t sum) { return __builtin_bswap16(fold(sum)); }

std::uint16_t sum_portable(const std::uint8_t* bytes, std::size_t length) {
    std::array<std::uint64_t, 4> sums{};
    for (; length >= 32; bytes += 32, length -= 32) {
        for (std::size_t i = 0; i < sums.size(); ++i) {
            sums[i] = add_halves(sums[i], load(bytes + 8 * i));
        }
    }
    return in_network_order(sums[0] + sums[1] + sums[2] + sums[3] + sum_rest(bytes, length));
}

#ifdef __x86_64__

// Two sums of each 64-bit lane: of whole lanes, which overflows, and of their upper halves, which
// does not.  The first tells the sum of the lower halves once the second is known: three
// instructions a vector, where adding the halves apart takes four.
std::uint64_t of_lanes(const std::uint64_t* whole, const std::uint64_t* upper, std::size_t lanes) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < lanes; ++i) {
        sum += upper[i] + (whole[i] - (upper[i] << 32));
    }
    return sum;
}

__attribute__((target("avx2"))) std::uint16_t sum_avx2(const std::uint8_t* bytes,
                                                       std::size_t length) {
    // Two chains, as an addition waits for the one before.
    __m256i whole_a{}, upper_a{}, whole_b{}, upper_b{};
    for (; length >= 64; bytes += 64, length -= 64) {
        const __m256i a = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes));
        const __m256i b = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes + 32));
        whole_a = _mm256_add_epi64(whole_a, a);
        upper_a = _mm256_add_epi64(upper_a, _mm256_srli_epi64(a, 32));
        whole_b = _mm256_add_epi64(whole_b, b);
        upper_b = _mm256_add_epi64(upper_b, _mm256_srli_epi64(b, 32));
    }
    alignas(32) std::array<std::uint64_t, 4> whole;
    alignas(32) std::array<std::uint64_t, 4> upper;
    _mm256_store_si256(reinterpret_cast<__m256i*>(whole.data()),
                       _mm256_add_epi64(whole_a, whole_b));
    _mm256_store_si256(reinterpret_cast<__m256i*>(upper.data()),
                       _mm256_add_epi64(upper_a, upper_b));
    return in_network_order(of_lanes(whole.data(), upper.data(), whole.size()) +
                            sum_rest(bytes, length));
}

/// The plain intrinsic makes GCC 12 warn of its own header (its bug 105593).
__attribute__((target("avx512f,avx512bw"))) inline __m512i upper_halves(__m512i lanes) {
    return _mm512_maskz_srli_epi64(0xff, lanes, 32);
}

__attribute__((target("avx512f,avx512bw"))) std::uint16_t sum_avx512(const std::uint8_t* bytes,
                                                                     std::size_t length) {
    __m512i whole_a{}, upper_a{}, whole_b{}, upper_b{};
    for (; length >= 128; bytes += 128, length -= 128) {
        const __m512i a = _mm512_loadu_si512(bytes);
        const __m512i b = _mm512_loadu_si512(bytes + 64);
        whole_a = _mm512_add_epi64(whole_a, a);
        upper_a = _mm512_add_epi64(upper_a, upper_halves(a));
        whole_b = _mm512_add_epi64(whole_b, b);
        upper_b = _mm512_add_epi64(upper_b, upper_halves(b));
    }
    while (length > 0) {  // at most twice: a whole vector, and what is left
        const std::size_t here = length < 64 ? length : 64;
        const __mmask64 wanted = ~std::uint64_t{0} >> (64 - here);
        const __m512i a = _mm512_maskz_loadu_epi8(wanted, bytes);
        whole_a = _mm512_add_epi64(whole_a, a);
        upper_a = _mm512_add_epi64(upper_a, upper_halves(a));
        bytes += here;
        length -= here;
    }
    alignas(64) std::array<std::uint64_t, 8> whole;
    alignas(64) std::array<std::uint64_t, 8> upper;
    _mm512_store_si512(whole.data(), _mm512_add_epi64(whole_a, whole_b));
    _mm512_store_si512(upper.data(), _mm512_add_epi64(upper_a, upper_b));
    return in_network_order(of_lanes(whole.data(), upper.data(), whole.size()));
}

std::array<SumKernel, 3> find_kernels() {
    __builtin_cpu_init();
    const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
    return {{{"avx512", avx512, sum_avx512},
             {"avx2", __builtin_cpu_supports("avx2") != 0, sum_avx2},
             {"portable", true, sum_portable}}};
}

#else

std::array<SumKernel, 1> find_kernels() { return {{{"portable", true, sum_portable}}}; }

#endif

const auto kKernels = find_kernels();

const SumKernel& best() {
    for (const SumKernel& kernel : kKernels) {
        if (kernel.usable) return kernel;
    }
    return kKernels.back();
}

const SumKernel kBest = best();

}  // namespace

std::uint16_t sum_of(const std::uint8_t* bytes, std::size_t length) {
    constexpr std::size_t kWorthIt = 64;
    return length < kWorthIt ? in_network_order(sum_rest(bytes, length)) : kBest.sum(bytes, length);
}

std::span<const SumKernel> sum_kernels() { return kKernels; }

std::string_view sum_kernel_name() { return kBest.name; }

}  // namespace sealane::wire
