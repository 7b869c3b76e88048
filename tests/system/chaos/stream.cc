#include "tests/system/chaos/stream.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cstdio>
#include <sstream>

namespace sealane::chaos {
namespace {

std::optional<Mac> read_mac(const std::string& text) {
    Mac mac{};
    int used = 0;
    const int read = std::sscanf(text.c_str(),
                                 "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n",
                                 &mac[0],
                                 &mac[1],
                                 &mac[2],
                                 &mac[3],
                                 &mac[4],
                                 &mac[5],
                                 &used);
    if (read != 6 || static_cast<std::size_t>(used) != text.size()) return {};
    return mac;
}

std::optional<unsigned> read_number(const std::string& text, unsigned most) {
    unsigned number = 0;
    int used = 0;
    const bool read = std::sscanf(text.c_str(), "%9u%n", &number, &used) == 1;
    if (!read || static_cast<std::size_t>(used) != text.size() || number > most) return {};
    return number;
}

std::optional<End> read_end(const std::string& text) {
    const std::size_t at = text.find('@');
    End end{.device = text.substr(0, at), .vlan = {}};
    if (end.device.empty()) return {};
    if (at != std::string::npos) {
        const auto vlan = read_number(text.substr(at + 1), 4094);
        if (!vlan) return {};
        end.vlan = static_cast<std::uint16_t>(*vlan);
    }
    return end;
}

bool read_ends(const std::string& text, std::vector<End>& ends) {
    std::istringstream parts(text);
    for (std::string part; std::getline(parts, part, ',');) {
        const auto end = read_end(part);
        if (!end) return false;
        ends.push_back(*end);
    }
    return !ends.empty();
}

std::optional<std::uint32_t> read_address(const std::string& text) {
    in_addr address{};
    if (inet_pton(AF_INET, text.c_str(), &address) != 1) return {};
    return ntohl(address.s_addr);
}

std::optional<Route> read_route(const std::string& text) {
    const std::size_t at = text.find('>');
    if (at == std::string::npos) return {};
    const auto source = read_address(text.substr(0, at));
    const auto destination = read_address(text.substr(at + 1));
    if (!source || !destination) return {};
    return Route{.source = *source, .destination = *destination};
}

template <typename T>
bool take(std::optional<T> read, T& into) {
    if (read) into = *read;
    return read.has_value();
}

bool read_key(const std::string& key, const std::string& value, Stream& stream) {
    if (key == "src") return take(read_mac(value), stream.source);
    if (key == "dst") return take(read_mac(value), stream.destination);
    if (key == "from") return take(read_end(value), stream.from);
    if (key == "to") return read_ends(value, stream.to);
    if (key == "ip") {
        stream.route = read_route(value);
        return stream.route.has_value();
    }
    if (key != "rate") return false;
    const auto rate = read_number(value, 1'000'000);
    if (!rate || *rate == 0) return false;
    stream.period = kSecond / *rate;
    return true;
}

/// What one end saw, frame by frame.
class Reader {
  public:
    Reader(const Log& log, Nanoseconds begin) : log_(log), begin_(begin), last_at_(begin) {}

    void take(const Arrival& arrival) {
        pass_time(arrival.at);
        last_at_ = std::max(last_at_, arrival.at);
        std::uint32_t& copies = copies_[arrival.number];
        if (++copies > 1) {
            ++found_.duplicated;
        } else {
            ++found_.received;
            if (arrival.number < next_) note_late(arrival);
        }
        found_.most_copies = std::max(found_.most_copies, copies);
        next_ = std::max(next_, arrival.number + 1);
    }

    Outcome finish(std::optional<Nanoseconds> passed_at, Nanoseconds end) {
        const bool has_last = next_ == log_.sent.size();
        found_.resumed = has_last || passed_at.has_value();
        if (!has_last) pass_time(passed_at.value_or(end));
        found_.lost = log_.sent.size() - found_.received;
        return found_;
    }

  private:
    void note_late(const Arrival& arrival) {
        if (found_.reordered++ == 0) found_.reordered_at = arrival.at - begin_;
        found_.latest = std::max(found_.latest, arrival.at - log_.sent[arrival.number]);
    }
    void pass_time(Nanoseconds until) {
        if (until - last_at_ > found_.longest_gap) {
            found_.longest_gap = until - last_at_;
            found_.gap_at = last_at_ - begin_;
        }
        if (next_ >= log_.sent.size()) return;  // a late copy of the last one: nothing was owed
        const Nanoseconds owed = std::max(last_at_, log_.sent[next_]);
        if (until - owed > found_.outage) {
            found_.outage = until - owed;
            found_.outage_at = owed - begin_;
        }
    }

    const Log& log_;
    Nanoseconds begin_;
    Nanoseconds last_at_;
    std::uint64_t next_ = 0;  ///< After the highest number that came.
    std::vector<std::uint32_t> copies_ = std::vector<std::uint32_t>(log_.sent.size());
    Outcome found_;
};

}  // namespace

std::optional<Stream> read_stream(const std::string& line) {
    std::istringstream words(line);
    Stream stream;
    words >> stream.name;
    for (std::string word; words >> word;) {
        const std::size_t equals = word.find('=');
        if (equals == std::string::npos) return {};
        if (!read_key(word.substr(0, equals), word.substr(equals + 1), stream)) return {};
    }
    const bool complete = !stream.from.device.empty() && !stream.to.empty() && stream.period > 0;
    if (!complete) return {};
    return stream;
}

bool Log::is_passed() const {
    return std::all_of(
        ends.begin(), ends.end(), [](const Arrivals& end) { return end.passed_at.has_value(); });
}

Outcome outcome_at(const Log& log, const Arrivals& arrivals, Nanoseconds begin, Nanoseconds end) {
    Reader reader(log, begin);
    for (const Arrival& arrival : arrivals.seen) {
        if (arrival.number < log.sent.size()) reader.take(arrival);
    }
    return reader.finish(arrivals.passed_at, end);
}

Outcome outcome_of(const Log& log, Nanoseconds begin, Nanoseconds end) {
    Outcome all;
    for (const Arrivals& arrivals : log.ends) {
        const Outcome one = outcome_at(log, arrivals, begin, end);
        all.received += one.received;
        all.lost += one.lost;
        all.duplicated += one.duplicated;
        if (all.reordered == 0) all.reordered_at = one.reordered_at;
        all.reordered += one.reordered;
        all.latest = std::max(all.latest, one.latest);
        all.most_copies = std::max(all.most_copies, one.most_copies);
        all.resumed = all.resumed && one.resumed;
        if (one.longest_gap > all.longest_gap) {
            all.longest_gap = one.longest_gap;
            all.gap_at = one.gap_at;
        }
        if (one.outage > all.outage) {
            all.outage = one.outage;
            all.outage_at = one.outage_at;
        }
    }
    return all;
}

Nanoseconds longest_pause(const Log& log) {
    Nanoseconds longest = 0;
    for (std::size_t i = 1; i < log.sent.size(); ++i) {
        longest = std::max(longest, log.sent[i] - log.sent[i - 1]);
    }
    return longest;
}

}  // namespace sealane::chaos
