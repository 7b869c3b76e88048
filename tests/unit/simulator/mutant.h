// Mistakes that the simulator has to find (reference reliability.md 3.5).  Each is made at a border
// of the product's code, in what goes in or comes out; the product has no hooks for them.
#pragma once

#include <cstdint>

namespace sealane::simulator {

enum class Mutant : std::uint8_t {
    None,
    NoEpochCheck,        ///< A SEA carries by what its agent heard last, not by the slot's word.
    AssertsItselfAgain,  ///< Who loses a slot takes it back; the last one to ask has it.
    HoldDownBlocksTakeOver,  ///< For a while after a change nobody gets a slot, a free one neither.
    ControlRenewsLease,      ///< A hung dataplane keeps its slot while its agent lives.
    EqualSequence,           ///< A message that was heard before is believed again.
    BothHalves,     ///< Who is asked for a half offers all, and who is offered one takes all.
    NoTieBreak,     ///< Nodes of equal priority are not told apart.
    VlansIgnored,   ///< VLAN lists that differ pass for equal.
    OpenSeal,       ///< A message with a flipped bit is believed.
    TurnsAtOnce,    ///< A hand-over does not wait until the old owner's frames are out.
    BringsInTwice,  ///< The switch forgets what the former owner brought in.
};

}  // namespace sealane::simulator
