/* What the parts of a port share. */
#ifndef SEALANE_CLIENT_PORT_H
#define SEALANE_CLIENT_PORT_H

#include <sealane/port.h>
#include <stdbool.h>
#include <sys/un.h>

enum { LEAST_FRAME = 14, ERROR_BYTES = 256 };

/** Bytes that wait, from `begin` to `end`. */
struct buffer {
    unsigned char* bytes;
    size_t begin, end, room;
};

bool buffer_make(struct buffer* buffer, size_t room);
/** Moves what waits to the front. */
void buffer_shift(struct buffer* buffer);

/** How frames travel.  Functions that find the connection gone call port_break(). */
struct transport {
    const char* scheme;
    /** Understands what follows the scheme; false: `port->error` says why not. */
    bool (*parse)(sealane_port* port, const char* rest);
    /** Makes `port->socket`; 0, or the errno of why not now.  EINPROGRESS: ask again when
     * `port->pending`, which is in the wait set, becomes readable. */
    int (*connect)(sealane_port* port);
    /** What service() does first; may be null. */
    void (*serve)(sealane_port* port);
    /** Sends of what waits what can be sent now. */
    void (*flush)(sealane_port* port);
    /** True: the frame is taken. */
    bool (*take)(sealane_port* port, const sealane_frame* frame);
    unsigned (*receive)(sealane_port* port, sealane_frame* frames, unsigned count);
    /** As the functions of port.h; null: frames are copied here. */
    unsigned char* (*reserve)(sealane_port* port, size_t length);
    bool (*commit)(sealane_port* port, size_t length);
    unsigned (*peek)(sealane_port* port, sealane_frame* frames, unsigned count);
    bool (*release)(sealane_port* port, unsigned count);
    /** There is something for receive() that the kernel doesn't know of. */
    bool (*has_more)(const sealane_port* port);
    /** Whether the switch is still there, now and then; null: the kernel tells.  0, or why not. */
    int (*check)(sealane_port* port);
    /** Of what waits: frames that will not be sent. */
    uint64_t (*waiting)(const sealane_port* port);
    /** Counts frames that came and nobody will receive any more, just before close(); null: there
     * can't be any.  It may use `port->out`, not `port->in`: frames of it are lent. */
    uint64_t (*unreceived)(sealane_port* port);
    void (*close)(sealane_port* port);
    /** What outlives connections; may be null. */
    void (*free)(sealane_port* port);
};

extern const struct transport stream_transport, dgram_transport, shm_transport;

struct sealane_port {
    const struct transport* transport;
    sealane_port_options options;
    sealane_port_stats stats;
    int wait_set; /* epoll: what the host waits for */
    int bell; /* eventfd in it: readable while something is to be done that the kernel doesn't know
                 of */
    bool rings;
    int socket;  /* -1: not connected */
    int pending; /* a socket whose connection isn't agreed on yet; -1: none */
    struct shm* shm;
    bool broken; /* the connection is of no use any more; service() tells and closes */
    bool waits_for_room;
    uint64_t retry_at, retry_delay;
    uint64_t check_at;
    struct buffer in, out;
    size_t left_of_frame, bytes_of_frame; /* of a stream's frame that has begun to go */
    bool broken_after_these;              /* a stream is, once the frames before were received */
    struct sockaddr_un mine, theirs;
    char error[ERROR_BYTES];
};

bool port_fits(size_t length);
/** Makes the host's descriptor readable, or not, by what there is for the host. */
void port_ring(sealane_port* port);
void port_break(sealane_port* port, const char* why);
/** Notes `why` with the errno's text. */
void port_fail(sealane_port* port, const char* why, int fault);
bool port_set_path(sealane_port* port,
                   struct sockaddr_un* address,
                   const char* path,
                   size_t length);

#endif
