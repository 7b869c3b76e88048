#include "embed/instance.h"

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "control/app/version.h"
#include "control/config/load.h"
#include "control/config/notices.h"
#include "control/rpc/methods.h"
#include "control/rpc/session.h"
#include "embed/environment.h"

namespace sealane::embed {
namespace {

constexpr std::uint32_t kLeastMemoryMb = 256;

Instant instant_of(std::uint64_t ns) { return Instant(Duration(static_cast<std::int64_t>(ns))); }
std::uint64_t ns_of(Instant instant) {
    return static_cast<std::uint64_t>(instant.time_since_epoch().count());
}

/// As sealane_create() tells them: there is no file.
std::string text_of(const std::vector<config::Fault>& faults) {
    std::string text;
    for (const config::Fault& fault : faults) {
        const config::Place at = fault.place;
        if (!text.empty()) text += '\n';
        if (at.line > 0) text += std::to_string(at.line) + ":" + std::to_string(at.column) + ": ";
        text += fault.what;
    }
    return text;
}

void log_line(const sealane_options& options, int level, const std::string& line) {
    if (options.log != nullptr) options.log(options.opaque, level, line.c_str());
}

worker::EalNeeds needs_of(const config::System& model, const sealane_options& options) {
    worker::EalNeeds needs = runtime::needs_of(model);
    needs.memory_mb =
        options.memory_mb != 0 ? options.memory_mb : std::max(needs.memory_mb, kLeastMemoryMb);
    return needs;
}

}  // namespace

Result<std::unique_ptr<Instance>> Instance::create(std::string_view yaml,
                                                   const sealane_options& options) {
    const config::Loaded loaded = config::load(yaml, "");
    if (!loaded.system) return Error{text_of(loaded.faults)};
    for (const config::Notice& notice : config::notices(*loaded.system)) {
        log_line(options,
                 SEALANE_LOG_WARNING,
                 std::to_string(notice.place.line) + ":" + std::to_string(notice.place.column) +
                     ": " + notice.what);
    }
    auto log = std::make_unique<LogOfDpdk>(options.log, options.opaque);
    const auto dpdk = environment(needs_of(*loaded.system, options), options.dpdk_is_up != 0);
    if (!dpdk) return dpdk.error();
    runtime::Start how{.config_file = "(embedded)", .seed = options.seed};
    if (options.driven != 0) how.driven = instant_of(options.start_ns);
    auto system = runtime::System::start(*loaded.system, **dpdk, std::move(how));
    if (!system) return system.error();
    return std::unique_ptr<Instance>(
        new Instance(options, std::move(log), std::move(system).value()));
}

Instance::Instance(const sealane_options& options,
                   std::unique_ptr<LogOfDpdk> log,
                   std::unique_ptr<runtime::System> system)
    : log_(std::move(log)),
      driven_(options.driven != 0),
      time_(instant_of(options.start_ns)),
      system_(std::move(system)),
      methods_(rpc::make_methods(*system_, app::version_facts())) {
    for (const runtime::AdapterReport& adapter : system_->adapters()) {
        if (port::RingEnd* const end = system_->lend_ring_client(adapter.name))
            end->set_open(false);
        system_->return_ring_client(adapter.name);
    }
}

int Instance::refuse(int fault, std::string why) {
    error_ = std::move(why);
    return -fault;
}

int Instance::poll(std::uint64_t now_ns, unsigned budget, std::uint64_t* next_ns) {
    if (!driven_)
        return refuse(EINVAL, "this instance has threads of its own; see sealane_options.driven");
    if (budget == 0) return refuse(EINVAL, "sealane_poll() needs a budget of 1 frame at least");
    const Instant now = instant_of(now_ns);
    if (now < time_) {
        return refuse(EINVAL,
                      "sealane_poll() at " + std::to_string(now_ns) + " ns, after " +
                          std::to_string(ns_of(time_)) + "; time may stand still, not go back");
    }
    time_ = now;
    constexpr unsigned kMostFrames = 1U << 30U;
    const unsigned frames = system_->drive(now, std::min(budget, kMostFrames));
    const Instant next = frames > 0 ? now : system_->prepare_to_wait();
    if (next_ns != nullptr) *next_ns = ns_of(std::max(next, now));
    return static_cast<int>(frames);
}

int Instance::descriptor() const { return driven_ ? system_->wait_descriptor() : -EINVAL; }

const std::string& Instance::control(std::string_view request) {
    rpc::Session session(methods_);
    session.handle_bytes(request);
    session.handle_end();
    answer_.clear();
    while (!session.output().empty()) {
        const std::string_view some = session.output();
        answer_ += some;
        session.take(some.size());
    }
    return answer_;
}

Client* Instance::attach(const std::string& adapter) {
    if (clients_.contains(adapter)) {
        error_ = adapter + " has a client; detach it first";
        return nullptr;
    }
    port::RingEnd* const end = system_->lend_ring_client(adapter);
    if (end == nullptr) {
        error_ = "no adapter '" + adapter + "' with `port: {type: ring}`";
        return nullptr;
    }
    auto& place = clients_[adapter];
    place = std::make_unique<Client>(*this, *end, system_->frame_pool());
    return place.get();
}

void Instance::detach(const Client& client) {
    const auto found = std::find_if(clients_.begin(), clients_.end(), [&](const auto& one) {
        return one.second.get() == &client;
    });
    if (found == clients_.end()) return;
    const std::string adapter = found->first;
    clients_.erase(found);
    system_->return_ring_client(adapter);
}

int Instance::add_adapter(const std::string& partition, std::string_view text) {
    const Result<std::string> added = system_->add_adapter(partition, text);
    return added ? 0 : refuse(EINVAL, added.error().text);
}

int Instance::remove_adapter(const std::string& adapter) {
    const Status removed = system_->remove_adapter(adapter);
    return removed ? 0 : refuse(EINVAL, removed.error().text);
}

}  // namespace sealane::embed
