// The C interface: handles to objects, and no exception beyond it.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>

#include "embed/include/sealane/sealane.h"
#include "embed/instance.h"

using sealane::embed::Client;
using sealane::embed::Instance;

namespace {

// Handles are names for C; what they point to is ours.
Instance& of_handle(sealane_instance* handle) { return *reinterpret_cast<Instance*>(handle); }
const Instance& of_handle(const sealane_instance* handle) {
    return *reinterpret_cast<const Instance*>(handle);
}
Client& of_handle(sealane_client* handle) { return *reinterpret_cast<Client*>(handle); }
const Client& of_handle(const sealane_client* handle) {
    return *reinterpret_cast<const Client*>(handle);
}

void tell(char* error, std::size_t size, const std::string& text) {
    if (error != nullptr && size > 0) std::snprintf(error, size, "%s", text.c_str());
}

/// The caller's options by this library's measure; false: it asks for what we don't know.
bool read_options(const sealane_options* given, sealane_options& options) {
    if (given == nullptr) return true;
    const std::size_t known = std::min(given->size, sizeof options);
    if (known < sizeof given->size) return false;
    std::memcpy(&options, given, known);
    const char* const rest = reinterpret_cast<const char*>(given) + known;
    return std::all_of(rest, rest + (given->size - known), [](char byte) { return byte == 0; });
}

}  // namespace

const char* sealane_version() { return SEALANE_VERSION; }

sealane_instance* sealane_create(
    const char* yaml, size_t length, const sealane_options* given, char* error, size_t error_size) {
    try {
        sealane_options options{};
        if (!read_options(given, options)) {
            tell(error,
                 error_size,
                 "sealane_options of a size that this library, " SEALANE_VERSION
                 ", doesn't know; set `size` to sizeof(sealane_options)");
            return nullptr;
        }
        auto made = Instance::create({yaml, length}, options);
        if (made) return reinterpret_cast<sealane_instance*>(std::move(made).value().release());
        tell(error, error_size, made.error().text);
    } catch (const std::exception& fault) {
        tell(error, error_size, fault.what());
    }
    return nullptr;
}

void sealane_destroy(sealane_instance* of) { delete reinterpret_cast<Instance*>(of); }

const char* sealane_error(const sealane_instance* of) { return of_handle(of).error().c_str(); }

int sealane_poll(sealane_instance* of, uint64_t now_ns, unsigned budget, uint64_t* next_ns) {
    return of_handle(of).poll(now_ns, budget, next_ns);
}

int sealane_fd(const sealane_instance* of) { return of_handle(of).descriptor(); }

const char* sealane_control(sealane_instance* of,
                            const char* request,
                            size_t length,
                            size_t* answer_length) {
    const std::string& answer = of_handle(of).control({request, length});
    if (answer_length != nullptr) *answer_length = answer.size();
    return answer.c_str();
}

int sealane_add_adapter(sealane_instance* of,
                        const char* partition,
                        const char* yaml,
                        size_t length) {
    return of_handle(of).add_adapter(partition, {yaml, length});
}

int sealane_remove_adapter(sealane_instance* of, const char* adapter) {
    return of_handle(of).remove_adapter(adapter);
}

sealane_client* sealane_attach(sealane_instance* of, const char* adapter) {
    return reinterpret_cast<sealane_client*>(of_handle(of).attach(adapter));
}

void sealane_detach(sealane_client* client) {
    if (client != nullptr) of_handle(client).instance().detach(of_handle(client));
}

int sealane_send(sealane_client* client, const sealane_frame* frames, unsigned count) {
    return of_handle(client).send(frames, count);
}

int sealane_receive(sealane_client* client, sealane_frame* frames, unsigned count) {
    return of_handle(client).receive(frames, count);
}

int sealane_client_fd(const sealane_client* client) { return of_handle(client).descriptor(); }
