#include "control/cli/port_args.h"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <ostream>
#include <system_error>

#include "control/cli/attach.h"
#include "control/cli/check.h"
#include "control/cli/render.h"

namespace sealane::cli {

using nlohmann::json;

Result<json> port_args(const Invocation& asked,
                       const config::Loaded& loaded,
                       const std::string& directory) {
    if (!loaded.system) return Error{config::to_string(loaded.faults)};
    const bool is_of_qemu = !asked.attach || *asked.attach == AttachTarget::Qemu ||
                            *asked.attach == AttachTarget::Libvirt;
    QemuVersion version;
    if (asked.qemu) {
        version = *asked.qemu;
    } else if (is_of_qemu) {
        version = installed_qemu().value_or(QemuVersion{});
    }
    return attach_reply(*loaded.system,
                        {.adapter = asked.adapter,
                         .directory = directory,
                         .target = asked.attach,
                         .qemu = version});
}

int port_args_of_file(const Invocation& asked, std::ostream& out, std::ostream& err) {
    const config::Loaded loaded = config::load_file(asked.file);
    if (!loaded.system) return refuse_file(asked, loaded, out, err);
    std::error_code ignored;  // then it is empty, and a relative path is refused
    const auto reply = port_args(asked, loaded, std::filesystem::current_path(ignored).string());
    if (!reply) {
        err << "sealane: " << reply.error().text << '\n';
        if (asked.json) out << error_as_json(reply.error().text);
        return kExitFailed;
    }
    if (asked.json) {
        out << reply->dump(2, ' ', false, json::error_handler_t::replace) << '\n';
    } else {
        out << render_attach(*reply);
    }
    return kExitDone;
}

}  // namespace sealane::cli
