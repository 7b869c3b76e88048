// Why a packet of a hypercall socket was not taken.  It costs its sender the connection.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sealane::hypercall {

enum class Reject : std::uint8_t {
    None,

    // No message of this protocol.
    TooShort,
    TooLong,
    Magic,
    Version,
    Type,

    // One, with something in it that can't be.
    Sea,        ///< No number of a SEA.
    Place,      ///< No place of a trunk adapter.
    Call,       ///< None that a hypervisor has.
    Partition,  ///< A name of no length, of too much, or with a zero byte.
    Key,        ///< Too short, too long, or without a number.
    Counters,   ///< More slots than adapters, or not the counters of a ProgressPage.
    Owner,      ///< Of a slot: unknown, or no word at all.
    Client,     ///< Its VLAN can't be used, or its address is a group's.
    Flag,       ///< Neither yes nor no.
    Padding,    ///< Bytes that mean nothing are zero: a meaning has one form.

    // One that does not belong here.
    Direction,    ///< What only the other end says.
    NotNow,       ///< A call before the Hello, or a second Hello.
    ForeignSea,   ///< A SEA of another partition.
    Descriptors,  ///< It came with descriptors, or without those that belong to it.
};
inline constexpr std::size_t kRejectCount = 20;

/// "too-short", as counters name it.
[[nodiscard]] const char* name_of(Reject why);

}  // namespace sealane::hypercall
