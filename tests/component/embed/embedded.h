// An instance of libsealane and its clients, as C++ for tests; nothing but the public header.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <sealane/sealane.h>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace sealane::test {

using Bytes = std::vector<std::uint8_t>;

inline constexpr std::uint64_t kMillisecond = 1'000'000;
inline constexpr std::uint64_t kSecond = 1000 * kMillisecond;

/// Two clients in VLAN 1 and one in VLAN 10; the second has VLAN 10 tagged, too.
inline const std::string kThreeClients = R"(system: host
vswitches:
  - {name: ETHERNET0, mode: veb}
partitions:
  - name: lpar1
    type: client
    adapters:
      - {name: ent0, type: virtual, vswitch: ETHERNET0, pvid: 1, mac: "02:00:00:00:00:01", port: {type: ring, size: 256}}
  - name: lpar2
    type: client
    adapters:
      - {name: ent0, type: virtual, vswitch: ETHERNET0, pvid: 1, vids: [10], mac: "02:00:00:00:00:02", port: {type: ring, size: 256}}
  - name: lpar3
    type: client
    adapters:
      - {name: ent0, type: virtual, vswitch: ETHERNET0, pvid: 10, mac: "02:00:00:00:00:03", port: {type: ring, size: 256}}
)";

/// The station that an adapter has an address for by the configuration: 02:00:00:00:00:`number`.
inline Bytes mac(std::uint8_t number) { return {2, 0, 0, 0, 0, number}; }
inline const Bytes kBroadcast(6, 0xff);

inline Bytes frame(const Bytes& to,
                   const Bytes& from,
                   const std::string& text,
                   std::size_t length = 60) {
    Bytes made = to;
    made.insert(made.end(), from.begin(), from.end());
    made.insert(made.end(), {0x88, 0xb5});
    made.insert(made.end(), text.begin(), text.end());
    if (made.size() < length) made.resize(length);
    return made;
}

struct Destroy {
    void operator()(sealane_instance* of) const { sealane_destroy(of); }
};
using Instance = std::unique_ptr<sealane_instance, Destroy>;

inline sealane_options driven(std::uint64_t start_ns = 0, std::uint64_t seed = 1) {
    sealane_options options{};
    options.size = sizeof options;
    options.driven = 1;
    options.start_ns = start_ns;
    options.seed = seed;
    return options;
}

/// Null and `error` filled, or an instance.
inline Instance create(const std::string& yaml,
                       const sealane_options& options,
                       std::string* error = nullptr) {
    char text[4096] = "";
    Instance made(sealane_create(yaml.data(), yaml.size(), &options, text, sizeof text));
    if (error != nullptr) *error = text;
    EXPECT_TRUE(made != nullptr || error != nullptr) << text;
    return made;
}

inline int send(sealane_client* from, const Bytes& bytes) {
    const sealane_frame one{bytes.data(), bytes.size()};
    return sealane_send(from, &one, 1);
}

inline std::vector<Bytes> receive_all(sealane_client* at) {
    std::vector<Bytes> all;
    sealane_frame frames[64];
    for (int count = 0; (count = sealane_receive(at, frames, 64)) > 0;) {
        for (int i = 0; i < count; ++i) {
            const auto* const bytes = static_cast<const std::uint8_t*>(frames[i].bytes);
            all.emplace_back(bytes, bytes + frames[i].length);
        }
    }
    return all;
}

inline std::string ask(sealane_instance* of, const std::string& request) {
    std::size_t length = 0;
    const char* const answer = sealane_control(of, request.data(), request.size(), &length);
    EXPECT_EQ(std::strlen(answer), length);
    return answer;
}
inline std::string call(sealane_instance* of,
                        const std::string& method,
                        const std::string& params = "{}") {
    return ask(of,
               R"({"jsonrpc":"2.0","id":1,"method":")" + method + R"(","params":)" + params + "}");
}

/// Polls at one time until nothing moves.
inline void run_dry(sealane_instance* of, std::uint64_t now_ns) {
    while (sealane_poll(of, now_ns, 256, nullptr) > 0) {
    }
}

}  // namespace sealane::test
