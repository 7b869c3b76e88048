#include "control/ha/keys.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <fcntl.h>
#include <memory>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace sealane::ha {
namespace {

constexpr std::size_t kMaxFile = 4096;
constexpr std::size_t kMaxKeys = 2;
constexpr std::string_view kBlank = " \t\r";

using File = std::unique_ptr<std::FILE, decltype([](std::FILE* file) { std::fclose(file); })>;

/// Text that is wiped when it is no longer needed.
struct SecretText {
    std::array<char, kMaxFile + 1> bytes{};
    std::size_t size = 0;

    SecretText() = default;
    ~SecretText() { OPENSSL_cleanse(bytes.data(), bytes.size()); }
    SecretText(const SecretText&) = delete;
    SecretText& operator=(const SecretText&) = delete;

    [[nodiscard]] std::string_view text() const { return {bytes.data(), size}; }
};

/// Cuts the first word off `line`.
std::string_view take_word(std::string_view& line) {
    line.remove_prefix(std::min(line.find_first_not_of(kBlank), line.size()));
    const std::string_view word = line.substr(0, line.find_first_of(kBlank));
    line.remove_prefix(word.size());
    return word;
}

std::optional<std::uint8_t> read_byte(std::string_view text, int base) {
    std::uint8_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stopped, fault] = std::from_chars(text.data(), end, value, base);
    if (text.empty() || fault != std::errc{} || stopped != end) return std::nullopt;
    return value;
}

/// nullopt: not pairs of hexadecimal digits.
std::optional<std::vector<std::uint8_t>> read_secret(std::string_view hex) {
    if (hex.size() % 2 != 0) return std::nullopt;
    std::vector<std::uint8_t> secret;
    for (; !hex.empty(); hex.remove_prefix(2)) {
        const auto byte = read_byte(hex.substr(0, 2), 16);
        if (!byte) return std::nullopt;
        secret.push_back(*byte);
    }
    return secret;
}

/// One line that is not empty; `where` names it.
Result<Key> parse_key(std::string_view line, const std::string& where) {
    const auto id = read_byte(take_word(line), 10);
    const auto secret = read_secret(take_word(line));
    if (!take_word(line).empty()) return Error{where + ": more than `id hex-key`"};
    if (!id || *id == 0) return Error{where + ": a key's id is a number from 1 to 255"};
    if (!secret) return Error{where + ": a key is pairs of hexadecimal digits"};
    if (secret->size() < kMinKeyLength || secret->size() > kMaxKeyLength) {
        return Error{where + ": a key has " + std::to_string(kMinKeyLength) + " to " +
                     std::to_string(kMaxKeyLength) + " bytes, this one " +
                     std::to_string(secret->size())};
    }
    return Key{.id = {*id}, .secret = *secret};
}

/// Whether the open file is ours alone, as a sentence if it is not.
Status check_file(int file, const std::string& path) {
    struct stat found {};
    if (::fstat(file, &found) != 0 || !S_ISREG(found.st_mode)) {
        return Error{"key file " + path + " is no regular file"};
    }
    if (found.st_uid != ::geteuid() && found.st_uid != 0) {
        return Error{"key file " + path + " belongs to user " + std::to_string(found.st_uid) +
                     "; it must be ours, or root's"};
    }
    if ((found.st_mode & 0177) != 0) {
        std::array<char, 8> mode{};
        std::snprintf(mode.data(), mode.size(), "%04o", found.st_mode & 07777U);
        return Error{"key file " + path + " has mode " + mode.data() +
                     "; none but its owner may read it: chmod 600 " + path};
    }
    return done();
}

}  // namespace

Result<Keyring> parse_keys(std::string_view text, const std::string& name) {
    std::vector<Key> keys;
    for (int number = 1; !text.empty(); ++number) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        const std::size_t start = line.find_first_not_of(kBlank);
        if (start == std::string_view::npos || line[start] == '#') continue;

        const std::string where = name + ":" + std::to_string(number);
        Result<Key> key = parse_key(line, where);
        if (!key) return key.error();
        if (keys.size() == kMaxKeys) return Error{where + ": at most two keys live at a time"};
        if (!keys.empty() && keys.front().id == key->id) {
            return Error{where + ": the second key of id " + std::to_string(key->id.value)};
        }
        keys.push_back(std::move(*key));
    }
    if (keys.empty()) return Error{name + ": no key; make one: openssl rand -hex 32"};
    if (keys.size() == 1) return Keyring(std::move(keys[0]));
    return Keyring(std::move(keys[0]), std::move(keys[1]));
}

Result<Keyring> load_keys(const std::string& path) {
    // Not to wait if it is a FIFO; check_file() refuses that.
    const int number = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    const File file(number < 0 ? nullptr : ::fdopen(number, "r"));
    if (!file) {
        return Error{"key file " + path + ": " + std::generic_category().message(errno)};
    }
    if (const Status mine = check_file(number, path); !mine) return mine.error();

    std::setvbuf(file.get(), nullptr, _IONBF, 0);  // or libc would keep a copy
    SecretText read;
    read.size = std::fread(read.bytes.data(), 1, read.bytes.size(), file.get());
    if (std::ferror(file.get()) != 0) return Error{"key file " + path + " can't be read"};
    if (read.size > kMaxFile) {
        return Error{"key file " + path + " has more than " + std::to_string(kMaxFile) + " bytes"};
    }
    return parse_keys(read.text(), path);
}

Result<Keyring> choose_keys(const std::optional<std::string>& key_file, bool insecure) {
    if (key_file && insecure) return Error{"`key_file` and `insecure: true` contradict each other"};
    if (key_file) return load_keys(*key_file);
    if (insecure) return Keyring();
    return Error{
        "control messages need a key: give a `key_file`, or say `insecure: true` to do without"};
}

}  // namespace sealane::ha
