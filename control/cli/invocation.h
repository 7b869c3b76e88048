// What the user asked for, once the command line has been understood.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "control/cli/attach.h"
#include "control/cli/qemu_version.h"
#include "dataplane/base/ids.h"

namespace sealane::cli {

enum class Verb : std::uint8_t {
    // Without a daemon.
    Run,
    Check,
    ConfigDumpFile,
    Version,
    Doctor,
    Demo,
    Bench,
    // To the daemon.
    ConfigDump,
    Show,
    Stats,
    Drops,
    FdbShow,
    FdbAdd,
    FdbDel,
    FdbLoad,
    FdbFlush,
    Vlan,
    Sea,
    SeaShow,
    SeaSet,
    Events,
    Impair,
    Mtu,
    AdapterAdd,
    AdapterRemove,
    PortArgs,  ///< Of a file instead, if one is given.
};

inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitNoDaemon = 3;

/// What `bench` measures.
struct BenchRequest {
    std::string name;           ///< Of the case; empty: all.
    std::uint32_t size = 64;    ///< Bytes of a frame with its checksum.
    std::uint32_t macs = 1024;  ///< Addresses that frames go to.
    double seconds = 2;         ///< For each case.
};

/// What `impair` changes.
struct ImpairRequest {
    bool in = false, out = false;  ///< Neither: both.
    bool clear = false;
    std::string link;                ///< "up", "down", or empty: as it is.
    std::vector<std::string> words;  ///< KEY=TEXT.
};

/// Members that the verb does not use keep their defaults.
struct Invocation {
    Verb verb = Verb::Show;
    bool json = false;
    std::string control;         ///< Path of the control socket.
    bool control_given = false;  ///< By --control, not by default.
    double timeout_s = 5;

    std::string file;       ///< Of `port args`: empty: the daemon's configuration.
    std::string part;       ///< Of `run`: "hypervisor" or a VIOS; empty: all in one process.
    std::string directory;  ///< Of `run`: where the parts meet; empty: the usual place.
    std::vector<std::string> files;  ///< Of `check`.
    std::optional<double> watch_s;
    std::string mac;
    std::optional<VlanId> vlan;
    std::string adapter;
    std::string partition;    ///< Of `adapter add`.
    std::string description;  ///< Of `adapter add`: the adapter, as in a file.
    std::string vswitch;
    std::optional<std::uint32_t> limit;
    bool fixed_too = false;
    std::string sea;                     ///< Of `sea set`; of `sea show`, empty: all.
    std::string ha_mode;                 ///< Of `sea set`.
    std::uint32_t mtu = 0;               ///< Of `mtu`.
    std::uint64_t after = 0;             ///< Of `events`: only those numbered above it.
    bool follow = false;                 ///< Of `events`: go on.
    std::optional<AttachTarget> attach;  ///< Of `port args`; empty: all.
    std::optional<QemuVersion> qemu;     ///< Of `port args`; empty: the installed one.
    BenchRequest bench;
    ImpairRequest impair;
};

}  // namespace sealane::cli
