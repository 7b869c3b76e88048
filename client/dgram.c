/* QEMU's datagrams: a frame each, between two sockets that know each other's paths. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/port.h"

static bool parse(sealane_port* port, const char* rest) {
    const char* const comma = strchr(rest, ',');
    if (comma == NULL) {
        snprintf(port->error,
                 sizeof port->error,
                 "'dgram:%.60s' has one path; it has two, MINE,THEIRS",
                 rest);
        return false;
    }
    return port_set_path(port, &port->mine, rest, (size_t)(comma - rest)) &&
           port_set_path(port, &port->theirs, comma + 1, strlen(comma + 1));
}

/* A file that nobody is bound to any more was left by a process that was killed. */
static void remove_stale(const struct sockaddr_un* address) {
    const int probe = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (probe < 0) return;
    if (connect(probe, (const struct sockaddr*)address, sizeof *address) != 0 &&
        errno == ECONNREFUSED)
        unlink(address->sun_path);
    close(probe);
}

static int connect_to_switch(sealane_port* port) {
    const int made = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (made < 0) return errno;
    remove_stale(&port->mine);
    int fault = 0;
    if (bind(made, (const struct sockaddr*)&port->mine, sizeof port->mine) != 0) {
        fault = errno;
    } else if (connect(made, (const struct sockaddr*)&port->theirs, sizeof port->theirs) != 0) {
        fault = errno;
        unlink(port->mine.sun_path);
    }
    if (fault != 0) {
        close(made);
        return fault;
    }
    port->socket = made;
    return 0;
}

static bool take(sealane_port* port, const sealane_frame* frame) {
    while (!port->broken) {
        if (send(port->socket, frame->bytes, frame->length, MSG_NOSIGNAL) >= 0) {
            ++port->stats.sent_frames;
            port->stats.sent_bytes += frame->length;
            return true;
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS) return false;
        if (errno == EINTR) continue;
        port_fail(port, "the switch has gone", errno);
        port_break(port, port->error);
    }
    return false;
}

/* To the one who is there now, who may be another than before: a socket that only receives is told
 * by nobody. */
static int check(sealane_port* port) {
    const struct sockaddr* const theirs = (const struct sockaddr*)&port->theirs;
    return connect(port->socket, theirs, sizeof port->theirs) == 0 ? 0 : errno;
}

static bool has_more(const sealane_port* port) { return (void)port, false; }

/* Frames are given to the kernel at once or not taken. */
static void flush(sealane_port* port) { (void)port; }
static uint64_t waiting(const sealane_port* port) { return (void)port, 0; }

static unsigned receive(sealane_port* port, sealane_frame* frames, unsigned count) {
    unsigned received = 0;
    struct buffer* const in = &port->in;
    in->end = 0;
    while (received < count && in->room - in->end > SEALANE_MAX_FRAME) {
        unsigned char* const at = in->bytes + in->end;
        const ssize_t got = recv(port->socket, at, SEALANE_MAX_FRAME, MSG_TRUNC);
        if (got >= 0 && !port_fits((size_t)got)) {
            ++port->stats.malformed;
        } else if (got >= 0) {
            frames[received++] = (sealane_frame){at, (size_t)got};
            in->end += (size_t)got;
        } else if (errno == EINTR) {
            continue;
        } else if (errno == ECONNREFUSED || errno == ECONNRESET) {
            port_fail(port, "the switch has gone", errno);
            port_break(port, port->error);
            break;
        } else {
            break;
        }
    }
    return received;
}

/* What the kernel has; of a switch that is still there no more than it can have queued. */
static uint64_t unreceived(sealane_port* port) {
    enum { MOST = 4096 };
    uint64_t frames = 0;
    unsigned char first;
    for (int i = 0; i < MOST; ++i) {
        const ssize_t got = recv(port->socket, &first, sizeof first, MSG_DONTWAIT | MSG_TRUNC);
        if (got < 0) break;
        if (port_fits((size_t)got)) {
            ++frames;
        } else {
            ++port->stats.malformed;
        }
    }
    return frames;
}

static void close_connection(sealane_port* port) {
    close(port->socket);
    unlink(port->mine.sun_path);
}

const struct transport dgram_transport = {
    .scheme = "dgram:",
    .parse = parse,
    .connect = connect_to_switch,
    .flush = flush,
    .take = take,
    .receive = receive,
    .has_more = has_more,
    .check = check,
    .waiting = waiting,
    .unreceived = unreceived,
    .close = close_connection,
};
