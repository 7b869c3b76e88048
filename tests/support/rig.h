// The switch and its SEAs on a table: ring ports on every adapter, stepped by hand, at a given
// time.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "dataplane/base/counters.h"
#include "dataplane/base/ids.h"
#include "dataplane/base/time.h"
#include "dataplane/port/outlet.h"
#include "dataplane/port/pools.h"
#include "dataplane/port/ring_port.h"
#include "dataplane/sea/bridge.h"
#include "hvswitch/forwarder.h"
#include "hvswitch/switch.h"
#include "tests/support/mbufs.h"

namespace sealane::test {

/// An adapter that carries `pvid` (0: none) untagged and `vids` tagged.
[[nodiscard]] hvswitch::PortRules member_of(std::uint16_t pvid,
                                            std::initializer_list<std::uint16_t> vids = {});
/// The same as a trunk adapter.
[[nodiscard]] hvswitch::PortRules trunk_of(std::uint16_t pvid,
                                           std::initializer_list<std::uint16_t> vids = {});

struct AdapterSpec {
    std::string name;
    hvswitch::PortRules rules;
    hvswitch::SlotId slot = hvswitch::kNoSlot;
    std::uint32_t mtu = 65394;
    std::uint32_t ring = 1024;  ///< A ring takes one frame less.
    std::uint32_t worker = 0;
    port::Offloads offloads{};  ///< What its client finishes itself.
    bool cut_large = false;
};

/// Takes the two AdapterIds after those of the adapters (or of the SEA before): real, then virtual.
struct SeaSpec {
    std::string name;
    std::vector<AdapterId> trunks;
    std::size_t default_trunk = 0;
    std::uint32_t mtu = 1500;
    bool large_receive = false;
    bool largesend = false;
    port::Offloads offloads{};  ///< What the wire finishes itself.
    bool knows_senders = true;  ///< As where switch and SEA are one process.
    bool hears = false;         ///< What is for itself comes out of its virtual side.
};

/// Every SEA's own.
inline constexpr MacAddress kSeaAddress{0x0200'0000'5ea0};

struct RigSpec {
    std::vector<AdapterSpec> adapters;
    std::vector<SeaSpec> seas;
    std::array<hvswitch::VswitchRules, kMaxVswitches> vswitches{};
    std::size_t slots = 0;  ///< Each is given to the first adapter that names it.
    std::vector<hvswitch::AddressTable::Limits> tables{{.capacity = 4096}};
    std::uint32_t workers = 1;
    std::uint32_t frames = 4096, heads = 8192;  ///< Buffers in the two pools.
};

/// Everything that came out of every adapter is kept until it is taken.
class Rig {
  public:
    explicit Rig(const RigSpec& spec);
    ~Rig();
    Rig(const Rig&) = delete;
    Rig& operator=(const Rig&) = delete;

    [[nodiscard]] std::size_t adapters() const { return stations_.size(); }
    [[nodiscard]] const std::string& name(AdapterId id) const { return stations_[id.index].name; }
    /// A SEA's AdapterIds, by its place in RigSpec::seas.
    [[nodiscard]] AdapterId real_of(std::size_t sea) const;
    [[nodiscard]] AdapterId virtual_of(std::size_t sea) const;

    /// The client of the adapter (or the wire of a real one) sends a frame.
    void inject(AdapterId from, const Bytes& frame, const Cuts& cuts = {});
    /// The same with an mbuf that the test made.
    void inject(AdapterId from, rte_mbuf* frame);

    /// Steps everything until nothing moves.
    void run();
    /// One turn of one adapter: a burst through the switch.  Returns the frames taken.
    unsigned forward(AdapterId from);
    /// Takes what waits at the clients into `taken`.
    void drain();
    /// The adapter's client stops (true) reading what is sent to it.
    void hold(AdapterId id, bool held) { stations_[id.index].held = held; }
    /// What came out of an adapter since the last call.
    [[nodiscard]] std::vector<Bytes> take(AdapterId id);

    [[nodiscard]] AdapterTotals totals(AdapterId id) const;
    /// The broken ones of the three equalities of design 3, in words; empty if they all hold.
    [[nodiscard]] std::string broken_laws() const;

    [[nodiscard]] hvswitch::Switch& shared() { return *shared_; }
    [[nodiscard]] hvswitch::Forwarder& forwarder(std::uint32_t worker) {
        return *forwarders_[worker];
    }
    [[nodiscard]] port::Pools& pools() { return pools_; }
    [[nodiscard]] port::RingEnd& client(AdapterId id) { return stations_[id.index].ring->far(); }
    /// The way to an adapter's port.
    [[nodiscard]] port::Outlet& outlet(AdapterId id) { return *outlets_[id.index]; }
    [[nodiscard]] sea::Bridge& bridge(std::size_t sea) { return *bridges_[sea]; }
    /// The word of its slot that the trunk adapter's SEA says it has done with.
    [[nodiscard]] std::uint64_t answer(AdapterId trunk) const { return answers_[trunk.index]; }

    /// A copy of the settings in use, to change and publish.
    [[nodiscard]] hvswitch::SwitchRules::Settings settings() const { return settings_; }
    void publish(hvswitch::SwitchRules::Settings settings);
    /// Forgets what was learned in all tables.
    void forget_learned();

    void set_time(Instant now) { now_ = now; }

  private:
    struct Station {
        std::string name;
        std::unique_ptr<port::RingPair> ring;
        std::unique_ptr<port::Outlet> outlet;
        std::unique_ptr<port::Outlet> sea_outlet;  // of a trunk with a SEA: the link's other end
        std::uint32_t worker = 0;
        bool held = false;
        std::vector<Bytes> taken;
    };

    void add_station(const std::string& name,
                     const AdapterSpec& spec,
                     bool tag_beside,
                     bool shared);
    void add_sea(const SeaSpec& spec, const std::vector<AdapterSpec>& adapters);
    std::uint64_t step();

    port::Pools pools_;
    std::size_t switch_adapters_;
    std::vector<Station> stations_;
    std::vector<port::Outlet*> outlets_;
    std::vector<std::unique_ptr<AdapterCounters[]>> counters_;  // by worker
    hvswitch::SwitchRules::Settings settings_;
    std::vector<std::atomic<std::uint64_t>> answers_;  // by AdapterId
    std::unique_ptr<hvswitch::Switch> shared_;
    std::vector<std::unique_ptr<hvswitch::Forwarder>> forwarders_;
    std::vector<std::unique_ptr<sea::Bridge>> bridges_;
    AdapterCounters clients_;  // of the rings' far ends: nobody looks at them
    Instant now_{std::chrono::hours{1}};
};

}  // namespace sealane::test
