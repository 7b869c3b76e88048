#include "control/cli/attach.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "control/cli/attach_parts.h"
#include "control/rpc/method.h"

namespace sealane::cli {

using nlohmann::json;

namespace {

using Kind = Way::Kind;

struct Named {
    AttachTarget target;
    const char* name;
};
constexpr std::array kTargets{Named{AttachTarget::Qemu, "qemu"},
                              Named{AttachTarget::Libvirt, "libvirt"},
                              Named{AttachTarget::Vde, "vde"},
                              Named{AttachTarget::Testpmd, "testpmd"},
                              Named{AttachTarget::Library, "library"}};

constexpr std::size_t kMostPath = 107;  // sockaddr_un's 108 bytes with the final zero

bool speaks(AttachTarget target, Kind kind) {
    const bool is_vhost = kind == Kind::VhostToUs || kind == Kind::VhostToPeer;
    switch (target) {
        case AttachTarget::Vde:
            return kind == Kind::StreamToUs;
        case AttachTarget::Testpmd:
            return is_vhost;
        case AttachTarget::Library:
            return kind == Kind::StreamToUs || kind == Kind::Dgram || kind == Kind::Shm;
        case AttachTarget::Qemu:
        case AttachTarget::Libvirt:
            break;
    }
    return kind != Kind::Shm;
}

struct Found {
    const config::Partition* partition = nullptr;
    const config::Adapter* adapter = nullptr;
};

Result<Found> find_adapter(const config::System& system, const std::string& name) {
    for (const config::Partition& partition : system.partitions) {
        for (const config::Adapter& adapter : partition.adapters) {
            if (config::qualified(partition, adapter.name) == name) {
                return Found{&partition, &adapter};
            }
        }
        for (const config::Sea& sea : partition.seas) {
            if (config::qualified(partition, sea.name) == name) {
                return Error{name + " is a SEA and has no port; its real adapter is " +
                             config::qualified(partition, sea.real_adapter)};
            }
        }
    }
    return Error{"no adapter is called '" + name + "'"};
}

/// Letters, digits, '-', '.', '_', a letter first: QEMU takes no others.
std::string id_of(const std::string& name) {
    std::string id;
    for (const char c : name) {
        const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '.' || c == '_';
        id += fits ? c : '-';
    }
    const bool begins = (id[0] >= 'a' && id[0] <= 'z') || (id[0] >= 'A' && id[0] <= 'Z');
    return begins ? id : "n" + id;
}

std::string absolute(const std::string& directory, const std::string& path) {
    if (directory.empty() || path.starts_with('/')) return path;
    return directory + (directory == "/" ? "" : "/") + path;
}

/// Why nobody can attach to `port`.
std::string nature_of(const config::PortSpec& port) {
    if (const auto* const device = std::get_if<config::EthdevPort>(&port)) {
        return "is the DPDK device " + (device->pci.empty() ? device->devargs : device->pci) +
               ": its peer is what that device is connected to";
    }
    if (std::holds_alternative<config::RingPort>(port)) {
        return "is a ring within the switch's process: a program that embeds libsealane has its "
               "other end, by sealane_attach()";
    }
    return "has no port: a SEA or a control channel uses it, or `port` is still to be added to the "
           "configuration";
}

Result<Way> way_of(const config::System& system, const Found& found, const AttachQuestion& asked) {
    const config::PortSpec& port = found.adapter->port;
    Way way{.id = id_of(asked.adapter)};
    if (found.adapter->kind == config::AdapterKind::Virtual) {
        way.mac = to_string(found.adapter->mac.value_or(
            config::auto_mac(system, *found.partition, *found.adapter)));
    }
    if (const auto* const stream = std::get_if<config::QemuStreamPort>(&port)) {
        way.kind = stream->listen ? Kind::StreamToUs : Kind::StreamToPeer;
        way.path = absolute(asked.directory, stream->path);
    } else if (const auto* const dgram = std::get_if<config::QemuDgramPort>(&port)) {
        way.kind = Kind::Dgram;
        way.path = absolute(asked.directory, dgram->local);
        way.peer_path = absolute(asked.directory, dgram->remote);
    } else if (const auto* const vhost = std::get_if<config::VhostUserPort>(&port)) {
        way.kind = vhost->server ? Kind::VhostToUs : Kind::VhostToPeer;
        way.path = absolute(asked.directory, vhost->path);
        way.queues = vhost->queues;
    } else if (const auto* const shm = std::get_if<config::ShmPort>(&port)) {
        way.kind = Kind::Shm;
        way.path = absolute(asked.directory, shm->path);
    } else {
        return Error{asked.adapter + " " + nature_of(port)};
    }
    if (!way.path.starts_with('/') ||
        (way.kind == Kind::Dgram && !way.peer_path.starts_with('/'))) {
        return Error{asked.adapter + "'s sockets are in a working directory that has been removed"};
    }
    return way;
}

std::string summary_of(const Way& way) {
    switch (way.kind) {
        case Kind::StreamToUs:
            return "qemu-stream, listens at " + way.path;
        case Kind::StreamToPeer:
            return "qemu-stream, connects to " + way.path;
        case Kind::Dgram:
            return "qemu-dgram, at " + way.path + ", to " + way.peer_path;
        case Kind::Shm:
            return "shm, listens at " + way.path;
        case Kind::VhostToUs:
        case Kind::VhostToPeer:
            break;
    }
    return fmt::format("vhost-user, {} {}, {} queue pair{}",
                       way.kind == Kind::VhostToUs ? "listens at" : "connects to",
                       way.path,
                       way.queues,
                       way.queues == 1 ? "" : "s");
}

Result<AttachLines> lines_for(AttachTarget target, const Way& way, const QemuVersion& version) {
    switch (target) {
        case AttachTarget::Libvirt:
            return lines_for_libvirt(way, version);
        case AttachTarget::Vde:
            return lines_for_vde(way);
        case AttachTarget::Testpmd:
            return lines_for_testpmd(way);
        case AttachTarget::Library:
            return lines_for_library(way);
        case AttachTarget::Qemu:
            break;
    }
    return lines_for_qemu(way, version);
}

/// What a reader has to know beside the lines for `target`.
void add_notes(json& notes, AttachTarget target, const Way& way, const QemuVersion& version) {
    if (target == AttachTarget::Qemu && way.is_vhost()) {
        notes.push_back("512M stands for the guest's memory, twice");
        notes.push_back("without KVM QEMU 7.2 needs vectors=0 at the device");
    }
    if (target == AttachTarget::Qemu && way.kind == Kind::StreamToUs &&
        version < kQemuWithReconnect) {
        notes.push_back("QEMU " + to_string(version) +
                        " does not connect again when the switch has restarted; with `connect` in "
                        "the port's place of `listen` the switch does");
    }
    if (target == AttachTarget::Vde) {
        notes.push_back("VDE finds the module in /usr/lib/vdeplug or by VDEPLUGIN_PATH");
    }
}

void note_long_paths(json& notes, const Way& way) {
    for (const std::string& path : {way.path, way.peer_path}) {
        if (path.size() <= kMostPath) continue;
        notes.push_back(
            fmt::format("{} has {} bytes, and a socket's address holds {}: give the "
                        "port a shorter path",
                        path,
                        path.size(),
                        kMostPath));
    }
}

std::string names_of_those_who_speak(Kind kind) {
    std::string names;
    for (const auto& [target, name] : kTargets) {
        if (speaks(target, kind)) names += (names.empty() ? "" : ", ") + std::string(name);
    }
    return names;
}

}  // namespace

const char* name_of(AttachTarget target) {
    return std::ranges::find(kTargets, target, &Named::target)->name;
}

std::optional<AttachTarget> attach_target(const std::string& name) {
    const auto* const found = std::ranges::find(kTargets, name, &Named::name);
    if (found == kTargets.end()) return std::nullopt;
    return found->target;
}

Result<json> attach_reply(const config::System& system, const AttachQuestion& question) {
    const Result<Found> found = find_adapter(system, question.adapter);
    if (!found) return found.error();
    const Result<Way> way = way_of(system, *found, question);
    if (!way) return way.error();
    if (question.target && !speaks(*question.target, way->kind)) {
        return Error{fmt::format("{} is {}: {} can't attach to it; use {}",
                                 question.adapter,
                                 summary_of(*way),
                                 name_of(*question.target),
                                 names_of_those_who_speak(way->kind))};
    }
    json reply{{"schema_version", rpc::kSchemaVersion},
               {"adapter", question.adapter},
               {"mac", way->mac.empty() ? json() : json(way->mac)},
               {"port", summary_of(*way)},
               {"lines", json::array()},
               {"notes", json::array()}};
    for (const auto& [target, name] : kTargets) {
        if (question.target ? target != *question.target : !speaks(target, way->kind)) continue;
        const Result<AttachLines> lines = lines_for(target, *way, question.qemu);
        if (!lines && question.target) return lines.error();
        if (!lines) {
            reply["notes"].push_back(lines.error().text);
            continue;
        }
        for (const AttachLine& line : *lines) {
            json row{{"for", name}, {"what", line.what}, {"text", line.text}};
            if (!line.args.empty()) row["args"] = line.args;
            reply["lines"].push_back(std::move(row));
        }
        add_notes(reply["notes"], target, *way, question.qemu);
    }
    note_long_paths(reply["notes"], *way);
    return reply;
}

}  // namespace sealane::cli
