#include <fmt/format.h>

#include "control/cli/attach_parts.h"

namespace sealane::cli {

namespace {

using Words = std::vector<std::string>;

std::string c_text(const std::string& text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '"' || c == '\\') escaped += '\\';
        escaped += c;
    }
    return '"' + escaped + '"';
}

std::string library_url(const Way& way) {
    if (way.kind == Way::Kind::Dgram) return "dgram:" + way.peer_path + "," + way.path;
    return (way.kind == Way::Kind::Shm ? "shm:" : "unix:") + way.path;
}

std::string quoted_for_shell(const std::string& word) {
    constexpr std::string_view kPlain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
    if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
    std::string quoted = "'";
    for (const char c : word) {
        quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return quoted + "'";
}

}  // namespace

std::string shell_text(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) {
        text += (text.empty() ? "" : " ") + quoted_for_shell(word);
    }
    return text;
}

Result<AttachLines> lines_for_vde(const Way& way) {
    const std::string url = "sealane://" + way.path;
    const Words qemu{"-netdev", fmt::format("vde,id={},sock={}", way.id, qemu_value(url))};
    return AttachLines{
        {"a program of VDE", fmt::format("vde_open({}, \"\", NULL)", c_text(url)), {}},
        {"QEMU by VDE, with -device as for QEMU", shell_text(qemu), qemu}};
}

Result<AttachLines> lines_for_testpmd(const Way& way) {
    if (way.path.find_first_of(",[]") != std::string::npos) {
        return Error{"DPDK's --vdev can't name " + way.path + ", for its commas and brackets"};
    }
    std::string device = "--vdev=net_virtio_user0,path=" + way.path + ",queue_size=256";
    if (way.kind == Way::Kind::VhostToPeer) device += ",server=1";
    if (way.queues > 1) device += fmt::format(",queues={}", way.queues);
    if (!way.mac.empty()) device += ",mac=" + way.mac;
    Words words{"dpdk-testpmd", "--no-huge", "--no-shconf", "--no-pci", "-m", "256", device, "--"};
    words.insert(words.end(), {"-i", "--total-num-mbufs=8192"});
    if (way.queues > 1) {
        words.push_back(fmt::format("--rxq={}", way.queues));
        words.push_back(fmt::format("--txq={}", way.queues));
    }
    return AttachLines{{"DPDK's testpmd", shell_text(words), words}};
}

Result<AttachLines> lines_for_library(const Way& way) {
    if (way.kind == Way::Kind::Dgram && way.peer_path.find(',') != std::string::npos) {
        return Error{"dgram:MINE,THEIRS can't name " + way.peer_path + ", for its comma"};
    }
    return AttachLines{
        {"C, by libsealane-port",
         fmt::format("sealane_port_open({}, NULL, error, sizeof error)", c_text(library_url(way))),
         {}}};
}

}  // namespace sealane::cli
