#include "control/hypercall/message.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "control/hypercall/pages.h"
#include "dataplane/base/check.h"

namespace sealane::hypercall {
namespace {

constexpr std::uint32_t kMagic = 0x5ea1ca11;

struct Head {
    std::uint32_t magic = kMagic;
    std::uint16_t version = kVersion;
    std::uint16_t type = 0;  ///< Index of the alternative in Message.
};

// Bodies.  Without holes, so that a struct is its bytes; `zero` is what would be one.

struct HelloBody {
    Digest digest;
    std::uint8_t length;
    std::array<char, kMaxPartitionName> partition;
};

struct WishBody {
    std::uint16_t sea, trunks;
    std::uint8_t call;
    std::array<std::uint8_t, 3> zero;
};

struct ListingBody {
    std::uint16_t sea, trunks;
};

struct WelcomeBody {
    std::uint32_t slots, counters;
    std::uint8_t key, secret_length;
    std::array<std::uint8_t, ha::kMaxKeyLength> secret;
    std::array<std::uint8_t, 2> zero;
};

struct RefusedBody {
    std::uint8_t length;
    std::array<char, kMaxRefusal> text;
};

struct NewsBody {
    std::uint16_t sea;
    std::uint8_t place, owner;
    std::uint32_t epoch;
    std::uint8_t offered;
    std::array<std::uint8_t, 3> zero;
};

/// Before the clients: a word each, address << 16 | VLAN << 4 | place.
struct ClientsBody {
    std::uint16_t sea, count;
    std::uint8_t last;
    std::array<std::uint8_t, 3> zero;
};

constexpr unsigned kAddressShift = 16;
constexpr unsigned kVlanShift = 4;
constexpr std::uint64_t kVlanMask = 0xfff;
constexpr std::uint64_t kPlaceMask = ha::kMaxTrunks - 1;

static_assert(sizeof(Head) + sizeof(ClientsBody) + kMaxClients * sizeof(std::uint64_t) <=
              kMaxPacket);

template <typename Body>
void append(Packet& packet, const Body& body) {
    static_assert(std::has_unique_object_representations_v<Body>);
    const std::size_t before = packet.size();
    packet.resize(before + sizeof body);  // insert() makes GCC 12 warn of what it does itself
    std::memcpy(packet.data() + before, &body, sizeof body);
}

template <typename Body>
Body read(std::span<const std::uint8_t> bytes) {
    static_assert(std::has_unique_object_representations_v<Body>);
    Body body;
    std::memcpy(&body, bytes.data(), sizeof body);
    return body;
}

/// The text in a field of fixed size: its bytes are not zero, those after it are.
template <typename Field>
std::optional<std::string> text_of(const Field& field, std::size_t length) {
    const std::string_view all(field.data(), field.size());
    const bool is_text = all.substr(0, length).find('\0') == std::string_view::npos;
    const bool is_alone = all.find_first_not_of('\0', length) == std::string_view::npos;
    if (length == 0 || length > all.size() || !is_text || !is_alone) return std::nullopt;
    return std::string(all.substr(0, length));
}

template <typename Field>
bool is_zero(const Field& field) {
    return std::ranges::all_of(field, [](std::uint8_t byte) { return byte == 0; });
}

// Bodies to messages, one overload each; `rest` is what follows the body.

Decoded interpret(const HelloBody& body) {
    auto name = text_of(body.partition, body.length);
    if (!name) return {.why = Reject::Partition};
    return {.message = Hello{.digest = body.digest, .partition = std::move(*name)}};
}

Decoded interpret(const WishBody& body) {
    if (body.sea >= kMaxSeas) return {.why = Reject::Sea};
    if (body.call >= kCallCount) return {.why = Reject::Call};
    if (!is_zero(body.zero)) return {.why = Reject::Padding};
    return {.message = Wish{
                .sea = {body.sea}, .call = static_cast<Call>(body.call), .trunks = {body.trunks}}};
}

Decoded interpret(const ListingBody& body) {
    if (body.sea >= kMaxSeas) return {.why = Reject::Sea};
    return {.message = Listing{.sea = {body.sea}, .trunks = {body.trunks}}};
}

Decoded interpret(const WelcomeBody& body) {
    const std::size_t length = body.secret_length;
    if (body.key == 0 || length < ha::kMinKeyLength || length > ha::kMaxKeyLength) {
        return {.why = Reject::Key};
    }
    if (body.slots > kMaxSlots || body.counters != kCounters) return {.why = Reject::Counters};
    const std::span<const std::uint8_t> secret(body.secret);
    if (!is_zero(body.zero) || !is_zero(secret.subspan(length))) return {.why = Reject::Padding};
    return {.message =
                Welcome{.key = {.id = {body.key},
                                .secret = {secret.begin(), secret.begin() + body.secret_length}},
                        .slots = body.slots,
                        .counters = body.counters}};
}

Decoded interpret(const RefusedBody& body) {
    auto text = text_of(body.text, body.length);
    if (!text) return {.why = Reject::Padding};
    return {.message = Refused{std::move(*text)}};
}

Decoded interpret(const NewsBody& body) {
    if (body.sea >= kMaxSeas) return {.why = Reject::Sea};
    if (body.place >= ha::kMaxTrunks) return {.why = Reject::Place};
    const auto owner = static_cast<ha::Owner>(body.owner);
    if (owner == ha::Owner::Unknown || owner > ha::Owner::Partner) return {.why = Reject::Owner};
    if (body.offered > 1) return {.why = Reject::Flag};
    if (!is_zero(body.zero)) return {.why = Reject::Padding};
    return {.message = SlotNews{.sea = {body.sea},
                                .change = {.trunk = body.place,
                                           .owner = owner,
                                           .offered = body.offered != 0,
                                           .epoch = body.epoch}}};
}

template <typename Body>
Decoded interpret_whole(std::span<const std::uint8_t> bytes) {
    if (bytes.size() < sizeof(Body)) return {.why = Reject::TooShort};
    if (bytes.size() > sizeof(Body)) return {.why = Reject::TooLong};
    return interpret(read<Body>(bytes));
}

Decoded interpret_clients(std::span<const std::uint8_t> bytes) {
    if (bytes.size() < sizeof(ClientsBody)) return {.why = Reject::TooShort};
    const auto body = read<ClientsBody>(bytes);
    const std::size_t length = sizeof body + body.count * sizeof(std::uint64_t);
    if (body.count > kMaxClients || bytes.size() > length) return {.why = Reject::TooLong};
    if (bytes.size() < length) return {.why = Reject::TooShort};
    if (body.sea >= kMaxSeas) return {.why = Reject::Sea};
    if (body.last > 1) return {.why = Reject::Flag};
    if (!is_zero(body.zero)) return {.why = Reject::Padding};
    ClientList list{.sea = {body.sea}, .clients = {}, .last = body.last != 0};
    list.clients.reserve(body.count);
    for (auto rest = bytes.subspan(sizeof body); !rest.empty(); rest = rest.subspan(8)) {
        const auto word = read<std::uint64_t>(rest);
        const ClientAddress client{
            .vlan = {static_cast<std::uint16_t>(word >> kVlanShift & kVlanMask)},
            .mac = {word >> kAddressShift},
            .place = static_cast<std::uint8_t>(word & kPlaceMask)};
        if (!client.vlan.is_usable() || client.mac.is_multicast()) return {.why = Reject::Client};
        list.clients.push_back(client);
    }
    return {.message = std::move(list)};
}

// Messages to bodies.

void append_body(Packet& packet, const Hello& hello) {
    SEALANE_CHECK(!hello.partition.empty() && hello.partition.size() <= kMaxPartitionName,
                  "a partition's name does not fit into a Hello");
    HelloBody body{.digest = hello.digest,
                   .length = static_cast<std::uint8_t>(hello.partition.size()),
                   .partition = {}};
    std::ranges::copy(hello.partition, body.partition.begin());
    append(packet, body);
}

void append_body(Packet& packet, const Wish& wish) {
    append(packet,
           WishBody{.sea = static_cast<std::uint16_t>(wish.sea.value),
                    .trunks = wish.trunks.bits,
                    .call = static_cast<std::uint8_t>(wish.call),
                    .zero = {}});
}

void append_body(Packet& packet, const Listing& listing) {
    append(packet,
           ListingBody{.sea = static_cast<std::uint16_t>(listing.sea.value),
                       .trunks = listing.trunks.bits});
}

void append_body(Packet& packet, const Welcome& welcome) {
    SEALANE_CHECK(welcome.key.secret.size() <= ha::kMaxKeyLength, "a key that is too long");
    WelcomeBody body{.slots = static_cast<std::uint32_t>(welcome.slots),
                     .counters = static_cast<std::uint32_t>(welcome.counters),
                     .key = welcome.key.id.value,
                     .secret_length = static_cast<std::uint8_t>(welcome.key.secret.size()),
                     .secret = {},
                     .zero = {}};
    std::ranges::copy(welcome.key.secret, body.secret.begin());
    append(packet, body);
}

void append_body(Packet& packet, const Refused& refused) {
    const std::string text = refused.text.substr(0, kMaxRefusal);
    RefusedBody body{.length = static_cast<std::uint8_t>(text.size()), .text = {}};
    std::ranges::copy(text, body.text.begin());
    append(packet, body);
}

void append_body(Packet& packet, const SlotNews& news) {
    append(packet,
           NewsBody{.sea = static_cast<std::uint16_t>(news.sea.value),
                    .place = news.change.trunk,
                    .owner = static_cast<std::uint8_t>(news.change.owner),
                    .epoch = news.change.epoch,
                    .offered = static_cast<std::uint8_t>(news.change.offered ? 1 : 0),
                    .zero = {}});
}

void append_body(Packet& packet, const ClientList& list) {
    SEALANE_CHECK(list.clients.size() <= kMaxClients, "too many clients for a packet");
    append(packet,
           ClientsBody{.sea = static_cast<std::uint16_t>(list.sea.value),
                       .count = static_cast<std::uint16_t>(list.clients.size()),
                       .last = static_cast<std::uint8_t>(list.last ? 1 : 0),
                       .zero = {}});
    for (const ClientAddress& client : list.clients) {
        append(packet,
               client.mac.bits << kAddressShift | std::uint64_t{client.vlan.value} << kVlanShift |
                   (client.place & kPlaceMask));
    }
}

}  // namespace

Decoded decode(std::span<const std::uint8_t> packet) {
    if (packet.size() < sizeof(Head)) return {.why = Reject::TooShort};
    const auto head = read<Head>(packet);
    if (head.magic != kMagic) return {.why = Reject::Magic};
    if (head.version != kVersion) return {.why = Reject::Version};
    const auto bytes = packet.subspan(sizeof head);
    switch (head.type) {
        case 0:
            return interpret_whole<HelloBody>(bytes);
        case 1:
            return interpret_whole<WishBody>(bytes);
        case 2:
            return interpret_whole<ListingBody>(bytes);
        case 3:
            return interpret_whole<WelcomeBody>(bytes);
        case 4:
            return interpret_whole<RefusedBody>(bytes);
        case 5:
            return interpret_whole<NewsBody>(bytes);
        case 6:
            return interpret_clients(bytes);
        default:
            return {.why = Reject::Type};
    }
}

Packet encode(const Message& message) {
    Packet packet;
    append(packet, Head{.type = static_cast<std::uint16_t>(message.index())});
    std::visit([&](const auto& one) { append_body(packet, one); }, message);
    return packet;
}

}  // namespace sealane::hypercall
