#include "client/port.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct transport* const transports[] = {
    &stream_transport, &dgram_transport, &shm_transport};

const char* sealane_port_version(void) { return SEALANE_VERSION; }

bool buffer_make(struct buffer* buffer, size_t room) {
    *buffer = (struct buffer){.bytes = malloc(room), .room = room};
    return buffer->bytes != NULL;
}

void buffer_shift(struct buffer* buffer) {
    if (buffer->begin == 0) return;
    memmove(buffer->bytes, buffer->bytes + buffer->begin, buffer->end - buffer->begin);
    buffer->end -= buffer->begin;
    buffer->begin = 0;
}

bool port_fits(size_t length) { return length >= LEAST_FRAME && length <= SEALANE_MAX_FRAME; }

void port_fail(sealane_port* port, const char* why, int fault) {
    snprintf(port->error, sizeof port->error, "%s: %s", why, strerror(fault));
}

void port_break(sealane_port* port, const char* why) {
    if (!port->broken && why != port->error) snprintf(port->error, sizeof port->error, "%s", why);
    port->broken = true;
}

bool port_set_path(sealane_port* port,
                   struct sockaddr_un* address,
                   const char* path,
                   size_t length) {
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (length == 0 || length >= sizeof address->sun_path) {
        snprintf(port->error,
                 sizeof port->error,
                 "a socket's path has 1 to %zu bytes, not %zu",
                 sizeof address->sun_path - 1,
                 length);
        return false;
    }
    memcpy(address->sun_path, path, length);
    return true;
}

static bool parse_url(sealane_port* port, const char* url) {
    if (url == NULL) {
        snprintf(port->error,
                 sizeof port->error,
                 "there is no URL; it is one of unix:PATH and dgram:MINE,THEIRS");
        return false;
    }
    for (size_t i = 0; i < sizeof transports / sizeof *transports; ++i) {
        const size_t length = strlen(transports[i]->scheme);
        if (strncmp(url, transports[i]->scheme, length) != 0) continue;
        port->transport = transports[i];
        return port->transport->parse(port, url + length);
    }
    snprintf(port->error,
             sizeof port->error,
             "'%.60s' is none of unix:PATH, dgram:MINE,THEIRS and shm:PATH",
             url);
    return false;
}

/* The caller's options by this library's measure. */
static bool read_options(sealane_port* port, const sealane_port_options* given) {
    sealane_port_options* const options = &port->options;
    if (given != NULL) {
        const size_t known = given->size < sizeof *options ? given->size : sizeof *options;
        bool is_known = known >= sizeof given->size;
        for (size_t i = known; is_known && i < given->size; ++i) {
            is_known = ((const char*)given)[i] == 0;
        }
        if (!is_known) {
            snprintf(port->error,
                     sizeof port->error,
                     "sealane_port_options of a size that this library, " SEALANE_VERSION
                     ", doesn't know; set `size` to sizeof(sealane_port_options)");
            return false;
        }
        memcpy(options, given, known);
    }
    if (options->queue_bytes == 0) options->queue_bytes = (size_t)1 << 20;
    if (options->retry_ns == 0) options->retry_ns = 100000000;
    if (options->retry_most_ns == 0) options->retry_most_ns = 500000000;
    if (options->queue_bytes >= (size_t)2 * SEALANE_MAX_FRAME) return true;
    snprintf(port->error,
             sizeof port->error,
             "queue_bytes is %zu; it has to be %d at least",
             options->queue_bytes,
             2 * SEALANE_MAX_FRAME);
    return false;
}

static bool make_parts(sealane_port* port) {
    port->wait_set = epoll_create1(EPOLL_CLOEXEC);
    port->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN};
    if (port->wait_set >= 0 && port->bell >= 0 &&
        epoll_ctl(port->wait_set, EPOLL_CTL_ADD, port->bell, &event) == 0 &&
        buffer_make(&port->in, (size_t)4 * (SEALANE_MAX_FRAME + 4)) &&
        buffer_make(&port->out, port->options.queue_bytes))
        return true;
    port_fail(port, "can't make a port", errno);
    return false;
}

sealane_port* sealane_port_open(const char* url,
                                const sealane_port_options* options,
                                char* error,
                                size_t error_size) {
    const char* why = "no memory";
    sealane_port* const port = calloc(1, sizeof *port);
    if (port != NULL) {
        port->wait_set = port->bell = port->socket = port->pending = -1;
        if (parse_url(port, url) && read_options(port, options) && make_parts(port)) {
            snprintf(port->error, sizeof port->error, "not connected yet");
            port->retry_delay = port->options.retry_ns;
            return port;
        }
        why = port->error;
    }
    if (error != NULL && error_size > 0) snprintf(error, error_size, "%s", why);
    sealane_port_close(port);
    return NULL;
}

void sealane_port_close(sealane_port* port) {
    if (port == NULL) return;
    if (port->socket >= 0) port->transport->close(port);
    if (port->transport != NULL && port->transport->free != NULL) port->transport->free(port);
    if (port->wait_set >= 0) close(port->wait_set);
    if (port->bell >= 0) close(port->bell);
    free(port->in.bytes);
    free(port->out.bytes);
    free(port);
}

/* The host's descriptor is readable while there is something that the kernel doesn't know of:
 * frames that have been read and not received yet, or an end that service() has to tell. */
void port_ring(sealane_port* port) {
    const bool rings = port->socket >= 0 && (port->broken || port->transport->has_more(port));
    if (rings == port->rings) return;
    uint64_t count = 1;
    const ssize_t done =
        rings ? write(port->bell, &count, sizeof count) : read(port->bell, &count, sizeof count);
    if (done == (ssize_t)sizeof count) port->rings = rings;
}

static void tell_link(const sealane_port* port, bool up) {
    if (port->options.link_changed == NULL) return;
    port->options.link_changed(port->options.opaque, up, up ? "connected" : port->error);
}

/* Waits for room only while something waits to be sent: a socket nearly always has some. */
static void watch(sealane_port* port, int operation, bool for_room) {
    struct epoll_event event = {.events = for_room ? EPOLLIN | EPOLLOUT : EPOLLIN};
    if (epoll_ctl(port->wait_set, operation, port->socket, &event) != 0) {
        port_fail(port, "can't wait for the switch", errno);
        port_break(port, port->error);
    }
    port->waits_for_room = for_room;
}

static void disconnect(sealane_port* port, uint64_t now_ns) {
    port->stats.unsent += port->transport->waiting(port);
    if (port->transport->unreceived != NULL)
        port->stats.unreceived += port->transport->unreceived(port);
    port->transport->close(port); /* which takes it out of the wait set, too */
    port->socket = -1;
    port->broken = false;
    port->in.begin = port->in.end = port->out.begin = port->out.end = 0;
    port->retry_at = now_ns + port->retry_delay;
    tell_link(port, false);
}

static void try_to_connect(sealane_port* port, uint64_t now_ns) {
    const int fault = port->transport->connect(port);
    if (fault == 0) {
        port->retry_delay = port->options.retry_ns;
        port->check_at = now_ns + port->options.retry_ns;
        ++port->stats.connected;
        watch(port, EPOLL_CTL_ADD, false);
        tell_link(port, true);
        return;
    }
    if (fault == EINPROGRESS) {
        port->retry_at = now_ns + port->retry_delay;
        return;
    }
    port_fail(port, port->theirs.sun_path, fault);
    port->retry_at = now_ns + port->retry_delay;
    port->retry_delay *= 2;
    if (port->retry_delay > port->options.retry_most_ns)
        port->retry_delay = port->options.retry_most_ns;
}

static void check(sealane_port* port, uint64_t now_ns) {
    if (port->transport->check == NULL || now_ns < port->check_at) return;
    port->check_at = now_ns + port->options.retry_ns;
    const int fault = port->transport->check(port);
    if (fault == 0) return;
    port_fail(port, "the switch has gone", fault);
    port_break(port, port->error);
}

static uint64_t next_deadline(const sealane_port* port, uint64_t now_ns) {
    if (port->socket < 0) return port->retry_at;
    if (port->broken) return now_ns;
    return port->transport->check != NULL ? port->check_at : UINT64_MAX;
}

int sealane_port_service(sealane_port* port, uint64_t now_ns, uint64_t* next_ns) {
    if (port->socket >= 0 && !port->broken && port->transport->serve != NULL)
        port->transport->serve(port);
    if (port->socket >= 0 && !port->broken) port->transport->flush(port);
    if (port->socket >= 0 && !port->broken) check(port, now_ns);
    if (port->socket >= 0 && port->broken) disconnect(port, now_ns);
    if (port->socket < 0 && (port->pending >= 0 || now_ns >= port->retry_at))
        try_to_connect(port, now_ns);
    if (port->socket >= 0) {
        const bool waits = port->out.begin < port->out.end;
        if (waits != port->waits_for_room) watch(port, EPOLL_CTL_MOD, waits);
    }
    port_ring(port);
    if (next_ns != NULL) *next_ns = next_deadline(port, now_ns);
    return port->socket >= 0 && !port->broken;
}

int sealane_port_fd(const sealane_port* port) { return port->wait_set; }

int sealane_port_send(sealane_port* port, const sealane_frame* frames, unsigned count) {
    if (port->socket < 0 || port->broken) return -ENOTCONN;
    unsigned taken = 0;
    for (; taken < count; ++taken) {
        if (frames[taken].bytes == NULL || !port_fits(frames[taken].length)) {
            if (taken > 0) break;
            snprintf(port->error,
                     sizeof port->error,
                     "a frame of %zu bytes; it has %d to %d",
                     frames[taken].length,
                     LEAST_FRAME,
                     SEALANE_MAX_FRAME);
            return -EMSGSIZE;
        }
        if (!port->transport->take(port, &frames[taken])) break;
    }
    port->transport->flush(port);
    const bool waits = port->out.begin < port->out.end;
    if (waits && !port->waits_for_room) watch(port, EPOLL_CTL_MOD, true);
    port_ring(port);
    return (int)taken;
}

int sealane_port_receive(sealane_port* port, sealane_frame* frames, unsigned count) {
    if (port->socket < 0 || count == 0) return 0;
    const unsigned received = port->transport->receive(port, frames, count);
    for (unsigned i = 0; i < received; ++i) {
        port->stats.received_bytes += frames[i].length;
    }
    port->stats.received_frames += received;
    port_ring(port);
    return (int)received;
}

int sealane_port_read_stats(const sealane_port* port, sealane_port_stats* stats) {
    const size_t size = stats->size;
    if (size < sizeof size || size > sizeof port->stats) return -EINVAL;
    memcpy(stats, &port->stats, size);
    stats->size = size;
    return 0;
}

const char* sealane_port_error(const sealane_port* port) { return port->error; }
