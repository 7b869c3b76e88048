// Memory that the hypervisor and a VIOS share: words of 64 bits that one of them writes and the
// other reads, without a call.
//
// The hypervisor makes all of it, and seals it: neither end can change a page's size, so no end can
// make the other fault (SIGBUS), and nobody but the hypervisor can write the slots.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "dataplane/base/descriptor.h"
#include "dataplane/base/ids.h"
#include "dataplane/base/result.h"

namespace sealane::hypercall {

using Word = std::atomic<std::uint64_t>;
static_assert(Word::is_always_lock_free, "a lock of one process means nothing to another");

/// A worker's progress each, by its index in its process.
inline constexpr std::size_t kCounters = 64;
/// Behind them, by AdapterId: the word of its slot that a trunk adapter's SEA has done with
/// (sea::Permit::answer).
inline constexpr std::size_t kAnswers = kMaxAdapters;
/// Behind them: the word that its process holds while it lives (LifeLine).
inline constexpr std::size_t kLife = kCounters + kAnswers;
inline constexpr std::size_t kProgressWords = kLife + 1;

/// Owns a mapping of words.
class Mapping {
  public:
    enum class Access : bool { Read, ReadWrite };

    Mapping() = default;
    [[nodiscard]] static Result<Mapping> of(const Descriptor& page,
                                            std::size_t words,
                                            Access access);
    Mapping(Mapping&& other) noexcept;
    Mapping& operator=(Mapping&& other) noexcept;
    ~Mapping();

    /// Empty if nothing is mapped.  Not to be written if mapped for reading.
    [[nodiscard]] std::span<Word> words() const { return words_; }

  private:
    std::span<Word> words_;
};

/// The words of hvswitch::SlotTable at the hypervisor's, all zero at first.  Written through this
/// mapping alone: whoever is given the descriptor can only map it for reading.
class SlotPage {
  public:
    [[nodiscard]] static Result<SlotPage> make(std::size_t slots);

    [[nodiscard]] std::span<Word> words() const { return mapping_.words(); }
    [[nodiscard]] int descriptor() const { return page_.get(); }

  private:
    SlotPage(Descriptor page, Mapping mapping)
        : page_(std::move(page)), mapping_(std::move(mapping)) {}

    Descriptor page_;
    Mapping mapping_;
};

/// kCounters words that one VIOS's workers raise, kAnswers that its SEAs write, and its life, at
/// the hypervisor's, which reads them.
class ProgressPage {
  public:
    [[nodiscard]] static Result<ProgressPage> make();

    [[nodiscard]] std::uint64_t read(std::size_t worker) const {
        return mapping_.words()[worker].load(std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t answer(AdapterId trunk) const {
        return mapping_.words()[kCounters + trunk.index].load(std::memory_order_acquire);
    }
    [[nodiscard]] const Word& life() const { return mapping_.words()[kLife]; }
    [[nodiscard]] int descriptor() const { return page_.get(); }

  private:
    ProgressPage(Descriptor page, Mapping mapping)
        : page_(std::move(page)), mapping_(std::move(mapping)) {}

    Descriptor page_;
    Mapping mapping_;
};

/// The VIOS's side: maps what it was given, if its size and its seals are what they must be.
[[nodiscard]] Result<Mapping> map_slots(const Descriptor& page, std::size_t slots);
[[nodiscard]] Result<Mapping> map_progress(const Descriptor& page);

}  // namespace sealane::hypercall
