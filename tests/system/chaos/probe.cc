// probe STREAM...: sends numbered frames between network devices that exist, and tells on demand
// what became of them.  A STREAM is "NAME rate=10000 src=MAC dst=MAC from=DEVICE to=DEVICE@VLAN",
// see read_stream().
//
// Reads commands from standard input: `begin` a window; `end` it, which prints a line of JSON. Ends
// with its input.
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <nlohmann/json.hpp>

#include "tests/system/chaos/traffic.h"

namespace {

using nlohmann::json;
using sealane::chaos::Log;
using sealane::chaos::Nanoseconds;
using sealane::chaos::Outcome;
using sealane::chaos::Stream;
using sealane::chaos::Traffic;
using sealane::chaos::Window;
using sealane::chaos::Wire;

double milliseconds(Nanoseconds time) { return static_cast<double>(time) / 1e6; }

json tell_stream(const Log& log, const Window& window) {
    const Outcome found = outcome_of(log, window.begin, window.end);
    std::uint32_t most_strays = 0;
    for (const auto& [_, copies] : log.strays)
        most_strays = std::max(most_strays, copies);
    return {
        {"sent", log.sent.size()},
        {"received", found.received},
        {"lost", found.lost},
        {"duplicated", found.duplicated},
        {"reordered", found.reordered},
        {"reordered_at_ms", milliseconds(found.reordered_at)},
        {"latest_ms", milliseconds(found.latest)},
        {"most_copies", found.most_copies},
        {"strays", log.strays.size()},
        {"most_strays", most_strays},
        {"longest_gap_ms", milliseconds(found.longest_gap)},
        {"gap_at_ms", milliseconds(found.gap_at)},
        {"outage_ms", milliseconds(found.outage)},
        {"outage_at_ms", milliseconds(found.outage_at)},
        {"resumed", found.resumed},
        {"sender_gap_ms", milliseconds(longest_pause(log))},
    };
}

json tell(const Traffic& traffic, const Window& window) {
    json streams = json::object();
    for (std::size_t i = 0; i < window.logs.size(); ++i) {
        streams[traffic.streams()[i].name] = tell_stream(window.logs[i], window);
    }
    return {{"begin_s", milliseconds(window.begin) / 1e3},
            {"took_ms", milliseconds(window.end - window.begin)},
            {"refused", window.refused},
            {"overflowed", window.overflowed},
            {"streams", std::move(streams)}};
}

bool open_wire(std::map<std::string, std::unique_ptr<Wire>>& wires, const std::string& device) {
    std::unique_ptr<Wire>& wire = wires[device];
    if (!wire) wire = Wire::open(device);
    if (!wire) std::fprintf(stderr, "probe: %s: %s\n", device.c_str(), std::strerror(errno));
    return wire != nullptr;
}

int follow_commands(Traffic& traffic) {
    bool is_open = false;
    for (std::string command; std::getline(std::cin, command);) {
        if (command == "begin" && !is_open) {
            traffic.begin();
            std::cout << "{}" << std::endl;
        } else if (command == "end" && is_open) {
            std::cout << tell(traffic, traffic.end()).dump() << std::endl;
        } else {
            std::fprintf(stderr, "probe: \"%s\" is no command now\n", command.c_str());
            return 2;
        }
        is_open = !is_open;
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<Stream> streams;
    std::map<std::string, std::unique_ptr<Wire>> wires;
    for (int i = 1; i < argc; ++i) {
        const auto stream = sealane::chaos::read_stream(argv[i]);
        if (!stream) {
            std::fprintf(stderr, "probe: not a stream: %s\n", argv[i]);
            return 2;
        }
        bool opened = open_wire(wires, stream->from.device);
        for (const auto& end : stream->to)
            opened = open_wire(wires, end.device) && opened;
        if (!opened) return 1;
        streams.push_back(*stream);
    }
    Traffic traffic(std::move(streams), std::move(wires));
    return follow_commands(traffic);
}
