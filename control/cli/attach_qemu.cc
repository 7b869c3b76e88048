#include <fmt/format.h>

#include "control/cli/attach_parts.h"

namespace sealane::cli {

namespace {

using Kind = Way::Kind;
using Words = std::vector<std::string>;

/// To be replaced by what the guest has, in both places; README says so, and so does a note.
constexpr const char* kMemory = "512M";

/// How often QEMU tries again to connect.  Empty: it can't.
std::string retry_of_stream(const QemuVersion& version) {
    if (version >= kQemuWithReconnectMs) return ",reconnect-ms=100";
    if (version >= kQemuWithReconnect) return ",reconnect=1";
    return "";
}

std::string retry_of_chardev(const QemuVersion& version) {
    return version >= kQemuWithReconnectMs ? ",reconnect-ms=100" : ",reconnect=1";
}

std::string netdev_of(const Way& way, const QemuVersion& version) {
    switch (way.kind) {
        case Kind::StreamToUs:
            return fmt::format("stream,id={},server=off,addr.type=unix,addr.path={}{}",
                               way.id,
                               qemu_value(way.path),
                               retry_of_stream(version));
        case Kind::StreamToPeer:
            return fmt::format(
                "stream,id={},server=on,addr.type=unix,addr.path={}", way.id, qemu_value(way.path));
        case Kind::Dgram:
            return fmt::format(
                "dgram,id={},local.type=unix,local.path={},remote.type=unix,remote.path={}",
                way.id,
                qemu_value(way.peer_path),
                qemu_value(way.path));
        case Kind::VhostToUs:
        case Kind::VhostToPeer:
        case Kind::Shm:
            break;
    }
    return fmt::format("vhost-user,id={0},chardev={0}-socket{1}",
                       way.id,
                       way.queues > 1 ? fmt::format(",queues={}", way.queues) : "");
}

/// The guest's device; several queues have an interrupt each way and two for the device itself.
std::string device_of(const Way& way, const char* model) {
    std::string device = fmt::format("{},netdev={}", model, way.id);
    if (!way.mac.empty()) device += ",mac=" + way.mac;
    if (way.queues > 1) device += fmt::format(",mq=on,vectors={}", 2 * way.queues + 2);
    return device;
}

/// What a vhost-user device stands on: memory that the switch can map, and the socket.
Words foundation_of(const Way& way, const QemuVersion& version) {
    const std::string end =
        way.kind == Kind::VhostToPeer ? ",server=on,wait=off" : retry_of_chardev(version);
    return {"-m",
            kMemory,
            "-object",
            fmt::format("memory-backend-memfd,id=mem0,size={},share=on", kMemory),
            "-machine",
            "memory-backend=mem0",
            "-chardev",
            fmt::format("socket,id={}-socket,path={}{}", way.id, qemu_value(way.path), end)};
}

AttachLine qemu_line(const Way& way,
                     const QemuVersion& version,
                     const char* machine,
                     const char* model) {
    Words words = way.is_vhost() ? foundation_of(way, version) : Words{};
    for (const std::string& word :
         Words{"-netdev", netdev_of(way, version), "-device", device_of(way, model)}) {
        words.push_back(word);
    }
    return {fmt::format("QEMU {}, {}", to_string(version), machine), shell_text(words), words};
}

std::string xml_value(const std::string& text) {
    std::string escaped;
    for (const char c : text) {
        switch (c) {
            case '&':
                escaped += "&amp;";
                break;
            case '<':
                escaped += "&lt;";
                break;
            case '\'':
                escaped += "&apos;";
                break;
            default:
                escaped += c;
        }
    }
    return escaped;
}

std::string vhost_interface(const Way& way) {
    std::string text = "<interface type='vhostuser'>\n";
    if (!way.mac.empty()) text += fmt::format("  <mac address='{}'/>\n", way.mac);
    if (way.kind == Kind::VhostToPeer) {
        text +=
            fmt::format("  <source type='unix' path='{}' mode='server'/>\n", xml_value(way.path));
    } else {
        text += fmt::format(
            "  <source type='unix' path='{}' mode='client'>\n"
            "    <reconnect enabled='yes' timeout='1'/>\n"
            "  </source>\n",
            xml_value(way.path));
    }
    text += "  <model type='virtio'/>\n";
    if (way.queues > 1) text += fmt::format("  <driver queues='{}'/>\n", way.queues);
    return text + "</interface>";
}

constexpr const char* kSharedMemory =
    "<memoryBacking>\n"
    "  <source type='memfd'/>\n"
    "  <access mode='shared'/>\n"
    "</memoryBacking>";

}  // namespace

Result<AttachLines> lines_for_qemu(const Way& way, const QemuVersion& version) {
    if (way.is_vhost()) return AttachLines{qemu_line(way, version, "x86", "virtio-net-pci")};
    if (version < kQemuWithStream) {
        return Error{fmt::format("QEMU {} has no -netdev {}; {} is the first that has",
                                 to_string(version),
                                 way.kind == Kind::Dgram ? "dgram" : "stream",
                                 to_string(kQemuWithStream))};
    }
    return AttachLines{qemu_line(way, version, "x86", "virtio-net-pci"),
                       qemu_line(way, version, "pseries", "spapr-vlan")};
}

Result<AttachLines> lines_for_libvirt(const Way& way, const QemuVersion& version) {
    if (way.is_vhost()) {
        return AttachLines{{"libvirt, in <domain>", kSharedMemory, {}},
                           {"libvirt, in <devices>", vhost_interface(way), {}}};
    }
    const Result<AttachLines> as_qemu = lines_for_qemu(way, version);
    if (!as_qemu) return as_qemu.error();
    AttachLines lines;
    for (const AttachLine& line : *as_qemu) {
        std::string text =
            "<qemu:commandline xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>\n";
        for (const std::string& word : line.args) {
            text += fmt::format("  <qemu:arg value='{}'/>\n", xml_value(word));
        }
        lines.push_back(
            {"libvirt, in <domain>, with " + line.what, text + "</qemu:commandline>", {}});
    }
    return lines;
}

std::string qemu_value(const std::string& path) {
    std::string value;
    for (const char c : path) {
        value += c;
        if (c == ',') value += c;
    }
    return value;
}

}  // namespace sealane::cli
