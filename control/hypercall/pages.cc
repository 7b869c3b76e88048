#include "control/hypercall/pages.h"

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <system_error>
#include <utility>

namespace sealane::hypercall {
namespace {

constexpr int kSizeIsFixed = F_SEAL_SHRINK | F_SEAL_GROW;

Error fault(const std::string& what) {
    return Error{"shared page: " + what + ": " + std::generic_category().message(errno)};
}

Result<Descriptor> make_page(const char* name, std::size_t words) {
    Descriptor page(::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!page.is_open()) return fault("make a memory file");
    if (::ftruncate(page.get(), static_cast<off_t>(words * sizeof(Word))) != 0) {
        return fault("give it its size");
    }
    return page;
}

Status seal(const Descriptor& page, int seals) {
    if (::fcntl(page.get(), F_ADD_SEALS, seals | F_SEAL_SEAL) != 0) return fault("seal it");
    return done();
}

Status check(const Descriptor& page, std::size_t words, int seals) {
    struct stat found {};
    if (::fstat(page.get(), &found) != 0) return fault("look at it");
    if (found.st_size != static_cast<off_t>(words * sizeof(Word))) {
        return Error{"shared page: it has " + std::to_string(found.st_size) + " bytes instead of " +
                     std::to_string(words * sizeof(Word))};
    }
    const int has = ::fcntl(page.get(), F_GET_SEALS);
    if (has < 0 || (has & seals) != seals) {
        return Error{"shared page: it is not sealed, so the other end could change it"};
    }
    return done();
}

}  // namespace

Result<Mapping> Mapping::of(const Descriptor& page, std::size_t words, Access access) {
    Mapping made;
    if (words == 0) return made;
    const int allowed = access == Access::Read ? PROT_READ : PROT_READ | PROT_WRITE;
    void* const at = ::mmap(nullptr, words * sizeof(Word), allowed, MAP_SHARED, page.get(), 0);
    if (at == MAP_FAILED) return fault("map it");
    // Zeroed memory is atomics of zero: they are lock-free, and as large as their numbers.
    made.words_ = {static_cast<Word*>(at), words};
    return made;
}

Mapping::Mapping(Mapping&& other) noexcept : words_(std::exchange(other.words_, {})) {}

Mapping& Mapping::operator=(Mapping&& other) noexcept {
    std::swap(words_, other.words_);
    return *this;
}

Mapping::~Mapping() {
    if (!words_.empty()) ::munmap(words_.data(), words_.size_bytes());
}

Result<SlotPage> SlotPage::make(std::size_t slots) {
    Result<Descriptor> page = make_page("sealane-slots", slots);
    if (!page) return page.error();
    Result<Mapping> mapping = Mapping::of(*page, slots, Mapping::Access::ReadWrite);
    if (!mapping) return mapping.error();
    // The mapping that is there may go on writing; there will be no second one.
    if (const Status sealed = seal(*page, kSizeIsFixed | F_SEAL_FUTURE_WRITE); !sealed) {
        return sealed.error();
    }
    return SlotPage(std::move(*page), std::move(*mapping));
}

Result<ProgressPage> ProgressPage::make() {
    Result<Descriptor> page = make_page("sealane-progress", kProgressWords);
    if (!page) return page.error();
    if (const Status sealed = seal(*page, kSizeIsFixed); !sealed) return sealed.error();
    Result<Mapping> mapping = Mapping::of(*page, kProgressWords, Mapping::Access::Read);
    if (!mapping) return mapping.error();
    return ProgressPage(std::move(*page), std::move(*mapping));
}

Result<Mapping> map_slots(const Descriptor& page, std::size_t slots) {
    if (const Status good = check(page, slots, kSizeIsFixed | F_SEAL_FUTURE_WRITE); !good) {
        return good.error();
    }
    return Mapping::of(page, slots, Mapping::Access::Read);
}

Result<Mapping> map_progress(const Descriptor& page) {
    if (const Status good = check(page, kProgressWords, kSizeIsFixed); !good) return good.error();
    return Mapping::of(page, kProgressWords, Mapping::Access::ReadWrite);
}

}  // namespace sealane::hypercall
