// A load between two ports of DPDK: frames at a given rate, each with its number and the time that
// it was sent, so that losses are counted and latency is measured frame by frame.
//
//   sealane_load EAL... -- [--size N] [--ip 4|6] [--vlan N] [--mss N] [--to MAC]
//
// Says "ready" once its ports are up.  Then each line of standard input, "MPPS SECONDS [both]" (0:
// as many as the ports take), is a trial, answered by a line of JSON.
#include <cstdio>
#include <getopt.h>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_ethdev.h>

#include "bench/load/guest.h"
#include "bench/load/trial.h"

namespace sealane::load {
namespace {

constexpr int kUpWithinMs = 60'000;

struct Options {
    Shape shape;
    MacAddress to{0x0200'0000'00fe};  ///< Where frames go if there is no second port.
};

/// Nothing: the line was wrong.
std::optional<Options> read_options(int argc, char** argv) {
    static constexpr option kKnown[] = {{"size", required_argument, nullptr, 's'},
                                        {"ip", required_argument, nullptr, 'i'},
                                        {"vlan", required_argument, nullptr, 'v'},
                                        {"mss", required_argument, nullptr, 'm'},
                                        {"to", required_argument, nullptr, 't'},
                                        {}};
    Options options;
    for (int which; (which = getopt_long(argc, argv, "", kKnown, nullptr)) >= 0;) {
        if (which == '?') return std::nullopt;
        const std::string text = optarg;
        const auto number = static_cast<std::uint32_t>(std::strtoul(optarg, nullptr, 10));
        switch (which) {
            case 's':
                options.shape.size = number;
                break;
            case 'i':
                options.shape.ip = static_cast<int>(number);
                break;
            case 'v':
                options.shape.vlan = VlanId{static_cast<std::uint16_t>(number)};
                break;
            case 'm':
                options.shape.mss = static_cast<std::uint16_t>(number);
                break;
            default:
                options.to = parse_mac(text).value_or(MacAddress{});
        }
    }
    const bool right = optind == argc && is_possible(options.shape) && !options.to.is_zero();
    return right ? std::optional(options) : std::nullopt;
}

std::string told(const Asked& asked, const Outcome& outcome, double ticks_a_second) {
    const auto us = [&](std::uint64_t ticks) {
        return static_cast<double>(ticks) / ticks_a_second * 1e6;
    };
    const nlohmann::json line{{"mpps", asked.mpps},
                              {"seconds", asked.seconds},
                              {"tried", outcome.tried},
                              {"sent", outcome.sent},
                              {"skipped", outcome.skipped},
                              {"received", outcome.received},
                              {"reordered", outcome.reordered},
                              {"strangers", outcome.strangers},
                              {"p50", us(outcome.latency.percentile(0.5))},
                              {"p99", us(outcome.latency.percentile(0.99))},
                              {"p999", us(outcome.latency.percentile(0.999))},
                              {"max", us(outcome.latency.most())}};
    return line.dump();
}

int serve(const std::vector<std::unique_ptr<Guest>>& guests) {
    const auto ticks_a_second = static_cast<double>(rte_get_tsc_hz());
    std::uint16_t trial = 0;
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream words(line);
        Asked asked;
        std::string way;
        if (!(words >> asked.mpps >> asked.seconds) || (words >> way && way != "both")) {
            std::cout << R"({"error": "a trial is: MPPS SECONDS [both]"})" << std::endl;
            continue;
        }
        asked.both_ways = !way.empty();
        trial = trial == 0xfffe ? std::uint16_t{1} : static_cast<std::uint16_t>(trial + 1);
        const auto outcome = run_trial(guests, asked, trial, ticks_a_second);
        std::cout << told(asked, *outcome, ticks_a_second) << std::endl;
    }
    return 0;
}

int fail(const std::string& why) {
    std::cerr << "sealane_load: error: " << why << '\n';
    return 1;
}

bool come_up(const std::vector<std::unique_ptr<Guest>>& guests) {
    for (const auto& guest : guests) {
        for (int waited = 0; !guest->is_up(); waited += 10) {
            if (waited > kUpWithinMs) return false;
            rte_delay_us_sleep(10'000);
        }
    }
    return true;
}

int run(const Options& options) {
    const std::uint16_t ports = rte_eth_dev_count_avail();
    if (ports < 1 || ports > 2) return fail("it takes one port or two (--vdev)");
    std::vector<std::unique_ptr<Guest>> guests;
    for (std::uint16_t id = 0; id < ports; ++id) {
        const MacAddress to =
            ports == 1 ? options.to : Guest::address_of(static_cast<std::uint16_t>(1 - id));
        auto guest = Guest::open(id, options.shape, to);
        if (!guest) return fail(guest.error().text);
        guests.push_back(std::move(guest).value());
    }
    if (!come_up(guests)) return fail("its ports did not come up");
    std::cout << "ready" << std::endl;
    return serve(guests);
}

}  // namespace
}  // namespace sealane::load

int main(int argc, char** argv) {
    const int taken = rte_eal_init(argc, argv);
    if (taken < 0) return sealane::load::fail("DPDK's environment did not start");
    const auto options = sealane::load::read_options(argc - taken, argv + taken);
    const int code = options ? sealane::load::run(*options)
                             : sealane::load::fail(
                                   "usage: sealane_load EAL... -- [--size N] "
                                   "[--ip 4|6] [--vlan N] [--mss N] [--to MAC]");
    rte_eal_cleanup();
    return code;
}
