#include "control/ha/message.h"

#include <algorithm>

#include "dataplane/wire/bytes.h"

namespace sealane::ha {
namespace {

using wire::load_be16, wire::load_be32, wire::load_be64, wire::load_mac;
using wire::store_be16, wire::store_be32, wire::store_be64, wire::store_mac;

constexpr std::uint64_t kBroadcast = 0xffff'ffff'ffff;
constexpr std::uint16_t kProtocol = 0x5ea1;
constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kWorstPriority = 15;

// Where what is needed to know the length ends.
constexpr std::size_t kVersionEnd = 17;

// The bytes are the enumerators' values; tests hold them fast.
static_assert(static_cast<std::size_t>(MessageType::Response) + 1 == kMessageTypeCount);
constexpr Role kLastRole = Role::Unhealthy;
constexpr Mode kLastMode = Mode::Sharing;
constexpr Refusal kLastRefusal = Refusal::NotReady;

/// Whether the frame is of this protocol and of a version and length that we know.
Reject judge_envelope(std::span<const std::uint8_t> frame) {
    if (frame.size() < kVersionEnd) return Reject::Length;
    const std::uint8_t* at = frame.data();
    if (load_be16(at + 12) != kEtherType) return Reject::EtherType;
    if (load_be16(at + 14) != kProtocol) return Reject::Protocol;
    if (at[16] != kVersion) return Reject::Version;
    if (frame.size() != kFrameLength) return Reject::Length;
    if (!load_mac(at).is_broadcast()) return Reject::Destination;
    return Reject::None;
}

/// Whether each byte that becomes an enumerator has one.
Reject judge_words(const std::uint8_t* at) {
    if (at[17] >= kMessageTypeCount) return Reject::Type;
    if (at[28] > static_cast<std::uint8_t>(kLastRole)) return Reject::Role;
    if (at[29] > static_cast<std::uint8_t>(kLastMode)) return Reject::Mode;
    if (at[31] > static_cast<std::uint8_t>(kLastRefusal)) return Reject::Refusal;
    if (at[104] > 1) return Reject::Uplink;
    return Reject::None;
}

Message read(const std::uint8_t* at) {
    return {.source = load_mac(at + 6),
            .type = static_cast<MessageType>(at[17]),
            .key = {at[18]},
            .other_key = {at[19]},
            .pair = {.vswitch = load_be32(at + 20), .pvid = {load_be16(at + 24)}},
            .trunks = {load_be16(at + 26)},
            .role = static_cast<Role>(at[28]),
            .mode = static_cast<Mode>(at[29]),
            .priority = at[30],
            .refusal = static_cast<Refusal>(at[31]),
            .node = {load_be64(at + 32)},
            .boot = {load_be64(at + 40)},
            .sequence = load_be64(at + 48),
            .echo = {.boot = {load_be64(at + 56)}, .sequence = load_be64(at + 64)},
            .progress = load_be64(at + 72),
            .vlan_digest = load_be64(at + 80),
            .nonce = load_be64(at + 88),
            .epoch = load_be32(at + 96),
            .transaction = load_be32(at + 100),
            .uplink = at[104] != 0};
}

/// Whether what it says makes sense.
Reject judge_meaning(const Message& message) {
    const bool refuses = message.type == MessageType::ShareRefusal;
    const bool proves =
        message.type == MessageType::Challenge || message.type == MessageType::Response;
    if (message.source.is_multicast() || message.source.is_zero()) return Reject::Source;
    if (message.priority < 1 || message.priority > kWorstPriority) return Reject::Priority;
    if (refuses != (message.refusal != Refusal::None)) return Reject::Refusal;
    if (message.node.value == 0) return Reject::Node;
    if (message.boot.value == 0) return Reject::Boot;
    if (message.sequence == 0) return Reject::Sequence;
    if ((message.echo.boot.value == 0) != (message.echo.sequence == 0)) return Reject::Echo;
    if (proves != (message.nonce != 0)) return Reject::Nonce;
    if (message.key == message.other_key && message.key.value != 0) return Reject::Keys;
    return Reject::None;
}

/// Without a key there is neither another one nor a seal.
Reject judge_unsealed(const Message& message, std::span<const std::uint8_t> seal) {
    const bool zero = std::ranges::all_of(seal, [](std::uint8_t byte) { return byte == 0; });
    return zero && message.other_key.value == 0 ? Reject::None : Reject::Keys;
}

}  // namespace

const char* name_of(MessageType type) {
    switch (type) {
        case MessageType::KeepAlive:
            return "keep-alive";
        case MessageType::Recovery:
            return "recovery";
        case MessageType::Notify:
            return "notify";
        case MessageType::Limbo:
            return "limbo";
        case MessageType::ShareRequest:
            return "share-request";
        case MessageType::ShareGrant:
            return "share-grant";
        case MessageType::ShareRefusal:
            return "share-refusal";
        case MessageType::Goodbye:
            return "goodbye";
        case MessageType::Hello:
            return "hello";
        case MessageType::Live:
            return "live";
        case MessageType::Challenge:
            return "challenge";
        case MessageType::Response:
            return "response";
    }
    return "?";
}

Decoded decode(std::span<const std::uint8_t> frame) {
    if (const Reject why = judge_envelope(frame); why != Reject::None) return {.why = why};
    if (const Reject why = judge_words(frame.data()); why != Reject::None) return {.why = why};
    const Message message = read(frame.data());
    if (const Reject why = judge_meaning(message); why != Reject::None) return {.why = why};
    if (message.key.value == 0) {
        const Reject why = judge_unsealed(message, frame.subspan(kSealOffset));
        if (why != Reject::None) return {.why = why};
    }
    return {.message = message};
}

Frame encode(const Message& message) {
    Frame frame{};
    std::uint8_t* at = frame.data();
    store_mac(at, {kBroadcast});
    store_mac(at + 6, message.source);
    store_be16(at + 12, kEtherType);
    store_be16(at + 14, kProtocol);
    at[16] = kVersion;
    at[17] = static_cast<std::uint8_t>(message.type);
    at[18] = message.key.value;
    at[19] = message.other_key.value;
    store_be32(at + 20, message.pair.vswitch);
    store_be16(at + 24, message.pair.pvid.value);
    store_be16(at + 26, message.trunks.bits);
    at[28] = static_cast<std::uint8_t>(message.role);
    at[29] = static_cast<std::uint8_t>(message.mode);
    at[30] = message.priority;
    at[31] = static_cast<std::uint8_t>(message.refusal);
    store_be64(at + 32, message.node.value);
    store_be64(at + 40, message.boot.value);
    store_be64(at + 48, message.sequence);
    store_be64(at + 56, message.echo.boot.value);
    store_be64(at + 64, message.echo.sequence);
    store_be64(at + 72, message.progress);
    store_be64(at + 80, message.vlan_digest);
    store_be64(at + 88, message.nonce);
    store_be32(at + 96, message.epoch);
    store_be32(at + 100, message.transaction);
    at[104] = message.uplink ? 1 : 0;
    return frame;
}

}  // namespace sealane::ha
