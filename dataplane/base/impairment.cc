#include "dataplane/base/impairment.h"

#include <charconv>
#include <cmath>
#include <optional>
#include <variant>

namespace sealane {
namespace {

using Member = std::variant<double Impairment::*,
                            Duration Impairment::*,
                            std::uint64_t Impairment::*,
                            bool Impairment::*>;

// By kImpairmentKeys.
constexpr std::array<Member, kImpairmentKeys.size()> kMembers{&Impairment::loss,
                                                              &Impairment::burst_begin,
                                                              &Impairment::burst_end,
                                                              &Impairment::duplicate,
                                                              &Impairment::corrupt,
                                                              &Impairment::reorder,
                                                              &Impairment::reorder_by,
                                                              &Impairment::delay,
                                                              &Impairment::jitter,
                                                              &Impairment::rate,
                                                              &Impairment::queue,
                                                              &Impairment::black_hole};

struct Unit {
    std::string_view name;
    std::uint64_t size;
};
// The largest first.
constexpr std::array<Unit, 4> kTimes{
    {{"s", 1'000'000'000}, {"ms", 1'000'000}, {"us", 1'000}, {"ns", 1}}};
constexpr std::array<Unit, 4> kRates{
    {{"Gbit", 1'000'000'000}, {"Mbit", 1'000'000}, {"kbit", 1'000}, {"bit", 1}}};
constexpr std::uint64_t kLongest = 60'000'000'000;     // ns
constexpr std::uint64_t kFastest = 1'000'000'000'000;  // bits a second

constexpr std::uint64_t kPartsOfPercent = 1'000'000;

std::optional<std::size_t> index_of(std::string_view key) {
    for (std::size_t i = 0; i < kImpairmentKeys.size(); ++i) {
        if (kImpairmentKeys[i] == key) return i;
    }
    return std::nullopt;
}

/// Plain decimal digits at the start of `text`, which they leave.
std::optional<std::uint64_t> take_number(std::string_view& text) {
    std::uint64_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

std::optional<double> percentage(std::string_view text) {
    const auto whole = take_number(text);
    if (!whole || *whole > 100) return std::nullopt;
    std::uint64_t parts = *whole * kPartsOfPercent;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        const std::size_t digits = text.find_first_not_of("0123456789");
        if (digits == 0 || digits > 6) return std::nullopt;
        const auto decimals = take_number(text);
        std::uint64_t scale = kPartsOfPercent;
        for (std::size_t i = 0; i < digits; ++i) {
            scale /= 10;
        }
        parts += decimals.value_or(0) * scale;
    }
    if (text != "%" || parts > 100 * kPartsOfPercent) return std::nullopt;
    return static_cast<double>(parts) / static_cast<double>(100 * kPartsOfPercent);
}

std::string percentage_text(double probability) {
    auto parts = static_cast<std::uint64_t>(
        std::llround(probability * static_cast<double>(100 * kPartsOfPercent)));
    std::string text = std::to_string(parts / kPartsOfPercent);
    parts %= kPartsOfPercent;
    if (parts != 0) {
        std::string decimals = std::to_string(parts + kPartsOfPercent).substr(1);
        decimals.erase(decimals.find_last_not_of('0') + 1);
        text += "." + decimals;
    }
    return text + "%";
}

std::optional<std::uint64_t> amount(std::string_view text,
                                    const std::array<Unit, 4>& units,
                                    std::uint64_t most) {
    const auto number = take_number(text);
    if (!number) return std::nullopt;
    for (const Unit& unit : units) {
        if (text == unit.name && *number <= most / unit.size) return *number * unit.size;
    }
    return std::nullopt;
}

std::string amount_text(std::uint64_t amount, const std::array<Unit, 4>& units) {
    for (const Unit& unit : units) {
        if (amount != 0 && amount % unit.size == 0) {
            return std::to_string(amount / unit.size) + std::string(unit.name);
        }
    }
    return "0" + std::string(units.back().name);
}

struct Reader {
    Impairment& into;
    std::string_view text;

    bool operator()(double Impairment::*member) const { return take(member, percentage(text)); }
    bool operator()(Duration Impairment::*member) const {
        const auto length = amount(text, kTimes, kLongest);
        if (length) into.*member = Duration(static_cast<Duration::rep>(*length));
        return length.has_value();
    }
    bool operator()(std::uint64_t Impairment::*member) const {
        if (text == "none") return take(member, std::optional<std::uint64_t>(0));
        const auto rate = amount(text, kRates, kFastest);
        return rate != 0U && take(member, rate);
    }
    bool operator()(bool Impairment::*member) const {
        if (text != "true" && text != "false") return false;
        into.*member = text == "true";
        return true;
    }

    template <typename T>
    bool take(T Impairment::*member, const std::optional<T>& value) const {
        if (value) into.*member = *value;
        return value.has_value();
    }
};

struct Writer {
    const Impairment& from;

    std::string operator()(double Impairment::*member) const {
        return percentage_text(from.*member);
    }
    std::string operator()(Duration Impairment::*member) const {
        return amount_text(static_cast<std::uint64_t>((from.*member).count()), kTimes);
    }
    std::string operator()(std::uint64_t Impairment::*member) const {
        return from.*member == 0 ? "none" : amount_text(from.*member, kRates);
    }
    std::string operator()(bool Impairment::*member) const {
        return from.*member ? "true" : "false";
    }
};

}  // namespace

std::string_view impairment_form(std::string_view key) {
    const auto index = index_of(key);
    if (!index) return {};
    constexpr std::array<std::string_view, std::variant_size_v<Member>> kForms{
        "use a percentage with at most 6 decimals, such as 30% or 0.1%",
        "use a time of at most 60 s, such as 5ms or 100us",
        "use bits a second, such as 10Mbit or 500kbit, or none",
        "use true or false"};
    return kForms[kMembers[*index].index()];
}

std::string_view impairment_meaning(std::string_view key) {
    // By kImpairmentKeys.
    constexpr std::array<std::string_view, kImpairmentKeys.size()> kMeanings{
        "of all frames, lost: 30%",
        "after so many frames of a good stretch it ends, and all are lost: 0.1%",
        "after so many frames of a bad stretch it ends: 10%",
        "come twice",
        "come with one bit flipped",
        "come later than those behind them, by --reorder-by",
        "so much later: 1ms",
        "all are so late: 5ms, 100us",
        "and at random up to this later, in order",
        "bits a second: 10Mbit, 500kbit, none",
        "what would wait longer for its turn at that rate is lost: 100ms",
        "true: loses everything, and looks well"};
    const auto index = index_of(key);
    return index ? kMeanings[*index] : std::string_view{};
}

Status set_impairment(Impairment& into, std::string_view key, std::string_view text) {
    const auto index = index_of(key);
    if (!index) {
        std::string known;
        for (const std::string_view one : kImpairmentKeys) {
            known += (known.empty() ? "" : ", ") + std::string(one);
        }
        return Error{"no wire has '" + std::string(key) + "'; it has " + known};
    }
    if (std::visit(Reader{into, text}, kMembers[*index])) return done();
    return Error{std::string(key) + " '" + std::string(text) + "' can't be read; " +
                 std::string(impairment_form(key))};
}

std::vector<std::pair<std::string_view, std::string>> impairment_words(
    const Impairment& impairment) {
    std::vector<std::pair<std::string_view, std::string>> words;
    const Impairment good;
    for (std::size_t i = 0; i < kMembers.size(); ++i) {
        std::string text = std::visit(Writer{impairment}, kMembers[i]);
        if (text != std::visit(Writer{good}, kMembers[i])) {
            words.emplace_back(kImpairmentKeys[i], std::move(text));
        }
    }
    return words;
}

}  // namespace sealane
