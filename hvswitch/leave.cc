#include "hvswitch/leave.h"

#include <optional>

#include "dataplane/port/frame.h"
#include "hvswitch/rules/admit.h"

namespace sealane::hvswitch {
namespace {

/// Gives frames their outer form: their tag beside them, if the adapter's peer shall see one.
class Leave {
  public:
    explicit Leave(const PortRules& port) : port_(port) {}

    /// True if all leave as they are, as most bursts do: then there is nothing to do.
    bool leaves_alone(std::span<const wire::Tci> tcis) {
        look_up(tcis.front().vid());
        if (way_ != Egress::Untagged || hopping_) return false;
        unsigned difference = 0;  // of all, at once: what ended early would cost more
        for (const wire::Tci tci : tcis) {
            difference |= static_cast<unsigned>(tci.value ^ tcis.front().value);
        }
        return wire::Tci{static_cast<std::uint16_t>(difference)}.vid().value == 0;
    }

    Drop operator()(rte_mbuf* frame, wire::Tci tci) {
        if (tci.vid() != vlan_) look_up(tci.vid());
        switch (way_) {
            case Egress::Tagged:
                port::set_tag_beside(frame, tci);
                return Drop::None;
            case Egress::Untagged:
                return hopping_ && port::ether_type_of(frame) == *hopping_ ? Drop::DoubleTag
                                                                           : Drop::None;
            case Egress::NotMember:
                break;  // route() sends nobody such a frame; if it ever did, it must not leak
        }
        return Drop::EgressVlan;
    }

  private:
    void look_up(VlanId vlan) {
        vlan_ = vlan;
        way_ = egress(port_, vlan);
        hopping_ = hopping_type(port_, vlan);
    }

    const PortRules& port_;
    VlanId vlan_{0};  // no frame's
    Egress way_ = Egress::NotMember;
    std::optional<std::uint16_t> hopping_;
};

}  // namespace

std::uint16_t leave_all(const PortRules& port,
                        std::span<rte_mbuf*> frames,
                        std::span<const wire::Tci> tcis,
                        port::Tally& counted) {
    Leave leave(port);
    if (leave.leaves_alone(tcis)) return static_cast<std::uint16_t>(frames.size());
    std::uint16_t leaving = 0;
    for (std::size_t i = 0; i < frames.size(); ++i) {
        rte_mbuf* const frame = frames[i];
        if (const Drop why = leave(frame, tcis[i]); why != Drop::None) [[unlikely]] {
            counted.offered(1);
            counted.drop(frame, Direction::Out, why);
        } else {
            frames[leaving++] = frame;
        }
    }
    return leaving;
}

}  // namespace sealane::hvswitch
