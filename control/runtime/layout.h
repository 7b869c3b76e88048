// Which number has which adapter: the configuration's names turned into AdapterIds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/config/model.h"
#include "control/runtime/part.h"
#include "control/runtime/report.h"
#include "dataplane/base/ids.h"

namespace sealane::runtime {

/// One adapter or SEA, or a place for an adapter to come.  Points into the model, which outlives
/// it.
struct Seat {
    AdapterId id;
    std::string name;  ///< Qualified.
    AdapterRole role = AdapterRole::Client;
    const config::Partition* partition = nullptr;
    const config::Adapter* adapter = nullptr;  ///< Null for a SEA.
    const config::Sea* sea = nullptr;  ///< Of a SEA itself, its real adapter or one of its trunks.
    const config::Sea* speaks_for = nullptr;  ///< Of a control channel: whose, if it is of a pair.
    std::uint32_t worker = 0;
    Attachment attachment = Attachment::Absent;

    [[nodiscard]] bool is_here() const { return attachment != Attachment::Absent; }
    /// Nobody's: it has a number, and a client may come (Seat::role is that already).
    [[nodiscard]] bool is_free() const { return name.empty(); }
};

/// All seats in the file's order; a SEA comes after its partition's adapters, and after it the
/// adapter that the hypervisor gives to a SEA of a pair that has no ctl_chan: on VLAN 4095, which
/// no file can name (reference powervm-network.md 3.7).  Behind them, free ones for adapters that
/// are added while it runs.  seats[i].id is i, in each part of a frame the same.
///
/// Threads: control's, but for `role`, which never changes, and `worker` of SEAs and their
/// adapters.
struct Layout {
    std::vector<Seat> seats;
    std::vector<std::unique_ptr<const config::Adapter>> own;  ///< Those that are in no file.

    [[nodiscard]] std::optional<AdapterId> find(std::string_view name) const;
    [[nodiscard]] const Seat& seat(AdapterId id) const { return seats[id.index]; }
    /// The adapter `name` of the partition that `sea` is in.
    [[nodiscard]] const Seat& sibling(const Seat& of, const std::string& name) const;
    /// The control channel of a SEA of a pair.
    [[nodiscard]] const Seat& control_channel(const Seat& sea) const;

    /// Points into `model` from now on, which has all that the seats are of.
    void follow(const config::System& model);
    /// A free seat becomes that of a client's adapter, whose worker it has already; and free again.
    static void take(Seat& seat,
                     const config::Partition& partition,
                     const config::Adapter& adapter);
    static void leave(Seat& seat);
    /// For one more client: who has the fewest.
    [[nodiscard]] std::uint32_t least_worker(std::uint32_t workers) const;
};

/// Pure.  Workers: what the file says; else a SEA with its adapters goes to one worker, and clients
/// to the workers in turn.
[[nodiscard]] Layout make_layout(const config::System& model, const Part& part = {});

/// The SEA takes part in high availability, whether or not its partner is in this file.
[[nodiscard]] bool is_paired(const config::Sea& sea);

/// The sockets that this part of the frame makes.
[[nodiscard]] std::vector<std::string> sockets_of(const config::System& model, const Part& part);

[[nodiscard]] std::optional<VswitchId> find_vswitch(const config::System& model,
                                                    std::string_view name);

}  // namespace sealane::runtime
