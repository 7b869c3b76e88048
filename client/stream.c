/* QEMU's stream framing: each frame behind its length, four bytes, the highest first. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/port.h"

enum { LENGTH_BYTES = 4 };

static size_t length_at(const unsigned char* bytes) {
    return (size_t)bytes[0] << 24 | (size_t)bytes[1] << 16 | (size_t)bytes[2] << 8 | bytes[3];
}

static bool parse(sealane_port* port, const char* rest) {
    return port_set_path(port, &port->theirs, rest, strlen(rest));
}

static int connect_to_switch(sealane_port* port) {
    const int made = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (made < 0) return errno;
    if (connect(made, (const struct sockaddr*)&port->theirs, sizeof port->theirs) != 0) {
        const int fault = errno; /* EAGAIN: its backlog is full */
        close(made);
        return fault;
    }
    port->socket = made;
    return 0;
}

/* Counts the frames whose last byte was among the next `sent`, which have gone.  The front of what
 * waits is the rest of a frame that has begun to go; its length was kept. */
static void note_sent(sealane_port* port, size_t sent) {
    struct buffer* const out = &port->out;
    while (sent > 0) {
        if (port->left_of_frame == 0)
            port->left_of_frame = LENGTH_BYTES + length_at(out->bytes + out->begin);
        const size_t step = sent < port->left_of_frame ? sent : port->left_of_frame;
        port->left_of_frame -= step;
        out->begin += step;
        sent -= step;
        port->bytes_of_frame += step;
        if (port->left_of_frame > 0) continue;
        ++port->stats.sent_frames;
        port->stats.sent_bytes += port->bytes_of_frame - LENGTH_BYTES;
        port->bytes_of_frame = 0;
    }
}

static void flush(sealane_port* port) {
    struct buffer* const out = &port->out;
    while (out->begin < out->end && !port->broken) {
        const ssize_t sent =
            send(port->socket, out->bytes + out->begin, out->end - out->begin, MSG_NOSIGNAL);
        if (sent >= 0) {
            note_sent(port, (size_t)sent);
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return;
        } else if (errno != EINTR) {
            port_fail(port, "the switch has gone", errno);
            port_break(port, port->error);
        }
    }
    if (out->begin == out->end) out->begin = out->end = 0;
}

static bool take(sealane_port* port, const sealane_frame* frame) {
    struct buffer* const out = &port->out;
    const size_t needed = LENGTH_BYTES + frame->length;
    if (out->end - out->begin + needed > out->room) {
        flush(port);
        if (out->end - out->begin + needed > out->room) return false;
    }
    if (out->end + needed > out->room) buffer_shift(out);
    unsigned char* const at = out->bytes + out->end;
    at[0] = (unsigned char)(frame->length >> 24);
    at[1] = (unsigned char)(frame->length >> 16);
    at[2] = (unsigned char)(frame->length >> 8);
    at[3] = (unsigned char)frame->length;
    memcpy(at + LENGTH_BYTES, frame->bytes, frame->length);
    out->end += needed;
    return true;
}

/* Lends the next complete frame; false: there is none. */
static bool next_frame(sealane_port* port, sealane_frame* frame) {
    struct buffer* const in = &port->in;
    const size_t there = in->end - in->begin;
    if (port->broken_after_these || there < LENGTH_BYTES) return false;
    const size_t length = length_at(in->bytes + in->begin);
    if (!port_fits(length)) {
        ++port->stats.malformed;
        snprintf(port->error,
                 sizeof port->error,
                 "the switch sent a frame of %zu bytes; it has %d to %d",
                 length,
                 LEAST_FRAME,
                 SEALANE_MAX_FRAME);
        port->broken_after_these = true;
        return false;
    }
    if (there < LENGTH_BYTES + length) return false;
    *frame = (sealane_frame){in->bytes + in->begin + LENGTH_BYTES, length};
    in->begin += LENGTH_BYTES + length;
    return true;
}

/* What the kernel has, once.  The frames lent before are not valid any more. */
static void fill(sealane_port* port) {
    struct buffer* const in = &port->in;
    buffer_shift(in);
    const ssize_t got = recv(port->socket, in->bytes + in->end, in->room - in->end, 0);
    if (got > 0) {
        in->end += (size_t)got;
    } else if (got == 0) {
        port_break(port, "the switch has closed the connection");
    } else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
        port_fail(port, "the switch has gone", errno);
        port_break(port, port->error);
    }
}

static unsigned receive(sealane_port* port, sealane_frame* frames, unsigned count) {
    unsigned received = 0;
    while (received < count && next_frame(port, &frames[received])) {
        ++received;
    }
    if (received == 0 && !port->broken && !port->broken_after_these) {
        fill(port);
        while (received < count && next_frame(port, &frames[received])) {
            ++received;
        }
    }
    if (received == 0 && port->broken_after_these) port_break(port, port->error);
    return received;
}

static bool has_more(const sealane_port* port) {
    const struct buffer* const in = &port->in;
    const size_t there = in->end - in->begin;
    if (port->broken_after_these) return true;
    if (there < LENGTH_BYTES) return false;
    const size_t length = length_at(in->bytes + in->begin);
    return !port_fits(length) || there >= LENGTH_BYTES + length;
}

static uint64_t waiting(const sealane_port* port) {
    const struct buffer* const out = &port->out;
    size_t at = out->begin + port->left_of_frame;
    uint64_t frames = port->left_of_frame > 0;
    for (; at < out->end; at += LENGTH_BYTES + length_at(out->bytes + at)) {
        ++frames;
    }
    return frames;
}

/* Frames of a stream that is read in pieces, none of which is kept. */
struct counter {
    size_t left; /* of the frame that has begun, without its length */
    unsigned char length[LENGTH_BYTES];
    size_t of_length;
    uint64_t frames;
    bool is_lost; /* a length that no frame has came */
};

static void count_frames(struct counter* counter, const unsigned char* bytes, size_t count) {
    while (count > 0 && !counter->is_lost) {
        if (counter->left == 0) {
            counter->length[counter->of_length++] = *bytes++;
            --count;
            if (counter->of_length < LENGTH_BYTES) continue;
            counter->of_length = 0;
            counter->left = length_at(counter->length);
            counter->is_lost = !port_fits(counter->left);
            continue;
        }
        const size_t step = count < counter->left ? count : counter->left;
        counter->left -= step;
        bytes += step;
        count -= step;
        counter->frames += counter->left == 0;
    }
}

/* What has been read already, and then what the kernel has, which becomes no more. */
static uint64_t unreceived(sealane_port* port) {
    struct counter counter = {.left = 0};
    count_frames(&counter, port->in.bytes + port->in.begin, port->in.end - port->in.begin);
    shutdown(port->socket, SHUT_RDWR);
    for (ssize_t got = 1; got > 0 && !counter.is_lost;) {
        got = recv(port->socket, port->out.bytes, port->out.room, MSG_DONTWAIT);
        if (got > 0) count_frames(&counter, port->out.bytes, (size_t)got);
    }
    if (counter.is_lost && !port->broken_after_these) ++port->stats.malformed;
    return counter.frames;
}

static void close_connection(sealane_port* port) {
    close(port->socket);
    port->left_of_frame = port->bytes_of_frame = 0;
    port->broken_after_these = false;
}

const struct transport stream_transport = {
    .scheme = "unix:",
    .parse = parse,
    .connect = connect_to_switch,
    .flush = flush,
    .take = take,
    .receive = receive,
    .has_more = has_more,
    .waiting = waiting,
    .unreceived = unreceived,
    .close = close_connection,
};
