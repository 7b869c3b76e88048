/* Frames that the host writes and reads where the switch does. */
#include <errno.h>
#include <stdio.h>

#include "client/port.h"
#include "client/shm.h"

static bool is_here(sealane_port* port, bool can) {
    if (!can) {
        snprintf(port->error,
                 sizeof port->error,
                 "a port of %s copies frames; use one of shm:",
                 port->transport->scheme);
    }
    return can;
}

void* sealane_port_reserve(sealane_port* port, size_t length) {
    if (!is_here(port, port->transport->reserve != NULL)) return NULL;
    if (port->socket < 0 || port->broken) return NULL;
    if (!port_fits(length) || length > port->shm->max_frame) {
        snprintf(port->error, sizeof port->error, "no frame has %zu bytes", length);
        return NULL;
    }
    unsigned char* const room = port->transport->reserve(port, length);
    port->shm->reserved = room != NULL ? length : 0;
    if (room == NULL && !port->broken) snprintf(port->error, sizeof port->error, "no room now");
    return room;
}

int sealane_port_commit(sealane_port* port, size_t length) {
    if (port->shm == NULL || port->socket < 0 || port->broken) return -ENOTCONN;
    if (!port_fits(length) || length > port->shm->reserved) {
        snprintf(port->error,
                 sizeof port->error,
                 "a frame of %zu bytes where %zu are reserved",
                 length,
                 port->shm->reserved);
        return -EINVAL;
    }
    port->shm->reserved = 0;
    port->transport->commit(port, length);
    return 0;
}

void sealane_port_flush(sealane_port* port) {
    if (port->socket >= 0 && !port->broken) port->transport->flush(port);
}

int sealane_port_peek(sealane_port* port, sealane_frame* frames, unsigned count) {
    if (!is_here(port, port->transport->peek != NULL)) return -ENOTSUP;
    if (port->socket < 0 || count == 0) return 0;
    const unsigned found = port->transport->peek(port, frames, count);
    port_ring(port);
    return (int)found;
}

int sealane_port_release(sealane_port* port, unsigned count) {
    if (!is_here(port, port->transport->release != NULL)) return -ENOTSUP;
    if (port->socket < 0) return -ENOTCONN;
    if (!port->transport->release(port, count)) return -EINVAL;
    port_ring(port);
    return 0;
}
