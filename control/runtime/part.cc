#include "control/runtime/part.h"

#include <algorithm>

#include "control/config/dump.h"
#include "control/ha/digest.h"

namespace sealane::runtime {
namespace {

constexpr const char* kHypervisor = "hypervisor";

Attachment in_hypervisor(const Standing& adapter) {
    switch (adapter.role) {
        case AdapterRole::Trunk:
            return adapter.of_sea ? Attachment::LinkToVios : Attachment::Port;
        case AdapterRole::Client:
            return adapter.is_control_channel ? Attachment::LinkToVios : Attachment::Port;
        case AdapterRole::Physical:
        case AdapterRole::Sea:
            return Attachment::Absent;
    }
    return Attachment::Absent;
}

Attachment in_vios(const Standing& adapter) {
    switch (adapter.role) {
        case AdapterRole::Trunk:
            return adapter.of_sea ? Attachment::LinkToSwitch : Attachment::Absent;
        case AdapterRole::Client:
            return adapter.is_control_channel ? Attachment::LinkToSwitch : Attachment::Absent;
        case AdapterRole::Physical:
            return adapter.of_sea ? Attachment::Port : Attachment::Absent;
        case AdapterRole::Sea:
            return Attachment::Bridge;
    }
    return Attachment::Absent;
}

Attachment in_one_process(const Standing& adapter) {
    switch (adapter.role) {
        case AdapterRole::Trunk:
            return adapter.of_sea ? Attachment::Link : Attachment::Port;
        case AdapterRole::Client:
            return adapter.is_control_channel ? Attachment::Agent : Attachment::Port;
        case AdapterRole::Physical:
            return Attachment::Port;
        case AdapterRole::Sea:
            return Attachment::Bridge;
    }
    return Attachment::Absent;
}

}  // namespace

Result<Part> find_part(const config::System& model,
                       const std::string& name,
                       std::string directory) {
    std::string known = kHypervisor;
    for (const config::Partition& partition : model.partitions) {
        if (partition.type != config::PartitionType::Vios) continue;
        if (partition.name == kHypervisor) {
            return Error{
                "a VIOS that is called hypervisor can't run apart from it; give it another "
                "name"};
        }
        if (partition.name == name) return Part{PartKind::Vios, name, std::move(directory)};
        known += ", " + partition.name;
    }
    if (name == kHypervisor) return Part{PartKind::Hypervisor, {}, std::move(directory)};
    return Error{"no part of " + model.name + " is called '" + name + "'; it can run as: " + known};
}

config::System model_for(const config::System& model, const Part& part) {
    config::System own = model;
    if (part.kind != PartKind::Vios) return own;
    own.runtime.workers = 1;
    own.runtime.cores.clear();
    for (config::Partition& partition : own.partitions) {
        for (config::Adapter& adapter : partition.adapters) {
            adapter.worker.reset();
        }
    }
    return own;
}

std::string name_of(const Part& part) {
    switch (part.kind) {
        case PartKind::Whole:
            return {};
        case PartKind::Hypervisor:
            return kHypervisor;
        case PartKind::Vios:
            return part.vios;
    }
    return {};
}

Attachment attachment_of(const Part& part, const Standing& adapter) {
    switch (part.kind) {
        case PartKind::Whole:
            return in_one_process(adapter);
        case PartKind::Hypervisor:
            return in_hypervisor(adapter);
        case PartKind::Vios:
            return adapter.partition->name == part.vios ? in_vios(adapter) : Attachment::Absent;
    }
    return Attachment::Absent;
}

std::string hypercall_path(const Part& part) { return part.directory + "/hypervisor.calls"; }

std::string link_path(const Part& part, const std::string& adapter) {
    std::string name = adapter;
    std::ranges::replace(name, '/', '-');
    return part.directory + "/" + name + ".link";
}

std::string control_path(const Part& part) {
    return part.directory + "/" + name_of(part) + ".control";
}

Status has_switch(const Part& part, const std::string& things) {
    if (part.kind != PartKind::Vios) return done();
    return Error{things + " are the hypervisor's: ask it, at " +
                 control_path({PartKind::Hypervisor, {}, part.directory})};
}

hypercall::Digest digest_of(const config::System& model) {
    config::System lasting = model;
    for (config::Partition& partition : lasting.partitions) {
        for (config::Sea& sea : partition.seas) {
            if (sea.ha_mode != config::HaMode::Disabled) sea.ha_mode = config::HaMode::Auto;
        }
        for (config::Adapter& adapter : partition.adapters) {
            if (adapter.impair) adapter.impair->impairments = {};
        }
    }
    return ha::content_digest(config::dump(lasting));
}

}  // namespace sealane::runtime
