// Topology T-SW of the reference (reliability.md 1.2), and the pure rules put together as plainly
// as can be: one frame in, who gets which bytes out.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "hvswitch/rules/admit.h"
#include "hvswitch/rules/route.h"
#include "tests/unit/wire/frame_bytes.h"

namespace sealane::hvswitch {

using wire::Bytes;
using wire::c_tag;
using wire::frame_bytes;
using wire::head_of;
using wire::kDst;
using wire::kSrc;
using wire::s_tag;
using wire::Tag;

inline constexpr SlotId kSlot{0};  ///< The only one.

[[nodiscard]] inline PortRules access_port(std::uint16_t pvid) {
    return {.present = true, .pvid = {pvid}};
}

[[nodiscard]] inline PortRules vlan_port(std::uint16_t pvid,
                                         const std::vector<std::uint16_t>& vids) {
    PortRules port = access_port(pvid);
    for (const std::uint16_t vid : vids) {
        port.vids.set(vid);
    }
    return port;
}

[[nodiscard]] inline PortRules trunk_port(std::uint16_t pvid,
                                          const std::vector<std::uint16_t>& vids) {
    PortRules port = vlan_port(pvid, vids);
    port.is_trunk = true;
    return port;
}

/// What became of one frame: who got which bytes, or why nobody.
struct Outcome {
    Drop drop = Drop::None;
    std::map<AdapterId, Bytes> out{};

    bool operator==(const Outcome&) const = default;
};

/// The switch without batches, ports, counters and learning.
class ReferenceSwitch {
  public:
    explicit ReferenceSwitch(SwitchRules::Settings settings, std::size_t slots = 4)
        : rules(std::move(settings)), held(slots) {}

    /// Sends `bytes` from the port of `from`; `found` is what the address table knows of its
    /// destination.
    [[nodiscard]] Outcome send(AdapterId from,
                               Bytes bytes,
                               const std::optional<AddressEntry>& found = std::nullopt) const {
        const wire::FrameHead head = head_of(bytes);
        const Admission in = admit(rules.port(from), head);
        if (in.drop != Drop::None) return {.drop = in.drop};
        if (in.pop) bytes = wire::popped(std::move(bytes));

        const VlanId vlan = in.tci.vid();
        const Route way = route(rules, held, from, vlan, head.dst, FoundEntry(found));
        if (way.kind == Route::Kind::Dropped) return {.drop = way.why};

        Outcome outcome;
        const auto emit = [&](AdapterId to) {
            const PortRules& port = rules.port(to);
            switch (egress(port, vlan)) {
                case Egress::Untagged:
                    outcome.out[to] = bytes;
                    break;
                case Egress::Tagged:
                    outcome.out[to] = wire::pushed(bytes, {port.tpid, in.tci});
                    break;
                case Egress::NotMember:
                    outcome.drop = Drop::EgressVlan;
                    break;
            }
        };
        if (way.kind == Route::Kind::One) {
            emit(way.to);
        } else {
            for_each_receiver(rules, held, from, vlan, emit);
        }
        return outcome;
    }

    const SwitchRules rules;
    SlotTable held;
};

}  // namespace sealane::hvswitch
