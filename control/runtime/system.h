// A running managed system: everything that a configuration describes, put together and running.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "control/config/model.h"
#include "control/hypercall/client.h"
#include "control/runtime/part.h"
#include "control/runtime/report.h"
#include "dataplane/base/result.h"
#include "dataplane/worker/eal.h"

struct rte_mempool;

namespace sealane::port {
class RingEnd;
}

namespace sealane::runtime {

/// One address for `fdb add` and `fdb load`.
struct AddressRequest {
    VlanId vlan;
    MacAddress mac;
    std::string adapter;  ///< Qualified; its vswitch is the table.
};

/// Which addresses `fdb flush` removes: learned ones that match everything that is set.
struct FlushRequest {
    std::string vswitch;
    std::string adapter;
    std::optional<VlanId> vlan;
    bool fixed_too = false;  ///< Static ones as well (never an adapter's own).
};

/// What DPDK's environment must offer for this configuration.
[[nodiscard]] worker::EalNeeds needs_of(const config::System& model, const Part& part = {});

/// How a system is started.
struct Start {
    std::string config_file;  ///< Only reported.
    std::uint64_t seed = 0;   ///< Keys hashes and jitter.
    /// Random numbers, not 0, that nobody can foretell; empty: made of the seed, which will do
    /// where no other process takes part.
    std::function<std::uint64_t()> draw;
    Part part;
    std::unique_ptr<hypercall::Client> hypervisor;  ///< Of a VIOS: connected.
    /// Set: no thread is started, and frames move and time passes in drive() alone; this is when it
    /// begins.  One worker then, whatever the model says, and all that happens follows from what is
    /// given to drive(), to ring clients, and the seed.
    std::optional<Instant> driven;
};

/// Composition root of the dataplane.  start() opens every port and starts the workers, or opens
/// nothing; the destructor stops the workers, closes the ports and checks nothing.
///
/// Threads: one thread (control) makes, uses and destroys it; reports are snapshots taken while the
/// workers run.  Changes run on a worker and are complete when the call returns.
class System {
  public:
    /// `environment` outlives the system and was started with needs_of(model, part) or more.
    [[nodiscard]] static Result<std::unique_ptr<System>> start(const config::System& model,
                                                               const worker::Eal& environment,
                                                               Start how);
    ~System();
    System(const System&) = delete;
    System& operator=(const System&) = delete;

    [[nodiscard]] const config::System& model() const;

    /// Of a driven system: turns at the instant `now`, not before the last one, until one finds
    /// nothing or `budget` frames have been taken (as large frames' bursts may end some beyond it).
    /// The frames taken.
    unsigned drive(Instant now, unsigned budget);
    /// After drive() took nothing: until when there is nothing to do, unless something comes; then
    /// `wait_descriptor` becomes readable.  In the past: something is there already.
    [[nodiscard]] Instant prepare_to_wait();
    [[nodiscard]] int wait_descriptor() const;

    /// Of a VIOS: its hypervisor has gone, and nothing here has a sense any more.
    [[nodiscard]] bool has_lost_hypervisor() const;

    [[nodiscard]] SystemReport system() const;
    [[nodiscard]] std::vector<AdapterReport> adapters()
        const;  ///< In the file's order; a SEA after its partition's adapters.
    [[nodiscard]] std::vector<SeaReport> seas() const;  ///< Of this process.
    /// Of a hypervisor: who has the others.
    [[nodiscard]] std::vector<PartReport> elsewhere() const;
    /// Of adapters with a stream or vhost-user port, in the file's order; cheap.
    [[nodiscard]] std::vector<PeerReport> peers() const;
    /// What happened to SEAs: the newest 1,024 events at most, those numbered above `after`.
    [[nodiscard]] std::vector<EventReport> events(std::uint64_t after) const;
    /// Changes ha_mode of a SEA that has one: "auto", "standby" or "sharing".  Takes effect at once
    /// and lasts until the end or the next change.
    [[nodiscard]] Status set_ha_mode(const std::string& sea, const std::string& mode);

    [[nodiscard]] std::vector<AddressTableReport> address_tables() const;
    /// At most `limit` addresses, sorted by vswitch, VLAN, MAC.  `vswitch` empty: of all.
    [[nodiscard]] std::vector<AddressReport> addresses(const std::string& vswitch,
                                                       std::size_t limit) const;
    /// All or none: a faulty request changes nothing, and the error names it ("entry 3: …").
    [[nodiscard]] Status add_addresses(const std::vector<AddressRequest>& requests);
    /// False: it was not there.  An adapter's own address can't be removed (error).
    [[nodiscard]] Result<bool> remove_address(const std::string& vswitch,
                                              VlanId vlan,
                                              MacAddress mac);
    /// How many went.
    [[nodiscard]] Result<std::size_t> flush_addresses(const FlushRequest& request);

    /// How long frames to the adapter's port may be from now on; frames on their way may still go
    /// by the old MTU.  Refused beyond what its port can carry, and the old one stays.
    [[nodiscard]] Status set_mtu(const std::string& adapter, std::uint32_t mtu);

    /// Of an adapter with `impair` in its configuration; others have no wire that could be impaired
    /// (error), as disabled real adapters have none.
    [[nodiscard]] Result<ImpairReport> impairments(const std::string& adapter) const;
    /// Takes effect within a millisecond or so.
    [[nodiscard]] Status impair(const std::string& adapter, const Impairments& impairments);

    /// One more client adapter, as a file would describe it in the `adapters` of `partition`, which
    /// becomes a new client if there is none; returns its qualified name.  Frames pass when this
    /// returns.  At an error, which has a line for each fault, all is as it was.
    [[nodiscard]] Result<std::string> add_adapter(const std::string& partition,
                                                  std::string_view text);
    /// A virtual adapter of a client, or of a VIOS if no SEA needs it.  What its peer has sent and
    /// nobody has read is lost with the port; what waits for it in the port is counted as
    /// port_down.  Its addresses go, also those that were added.  At an error all is as it was.
    [[nodiscard]] Status remove_adapter(const std::string& adapter);

    /// As adapters(), and behind them one that is called kRemoved with the totals of those that are
    /// no more, if there were any: with it the counters' laws hold.
    [[nodiscard]] std::vector<AdapterReport> tallies() const;
    static constexpr const char* kRemoved = "(removed)";

    /// The client's end of a `ring` port, or null if the adapter has none.  The caller is its one
    /// user, until return_ring_client(); so long the adapter can't be removed.
    [[nodiscard]] port::RingEnd* lend_ring_client(const std::string& adapter);
    void return_ring_client(const std::string& adapter);

    /// Where a ring client takes the buffers of its frames from.
    [[nodiscard]] rte_mempool* frame_pool() const;

    /// Waits until no frame moves: totals unchanged and rings empty, seen `polls` times.  For tests
    /// and the demo.  False: still moving after `deadline_s`.
    [[nodiscard]] bool settle(double deadline_s) const;

    struct Parts;  ///< Private to control/runtime: parts.h.

  private:
    explicit System(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace sealane::runtime
