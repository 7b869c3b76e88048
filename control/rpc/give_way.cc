#include "control/rpc/give_way.h"

namespace sealane::rpc {

std::optional<std::size_t> who_gives_way(std::span<const Conduct> clients, Instant now) {
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < clients.size(); ++i) {
        const Conduct& client = clients[i];
        if (now - client.heard < kSilence && now - client.served < kPatience) continue;
        const bool first = !found || client.is_amid > clients[*found].is_amid;
        const bool older = found && client.is_amid == clients[*found].is_amid &&
                           client.served < clients[*found].served;
        if (first || older) found = i;
    }
    return found;
}

}  // namespace sealane::rpc
