/* A port of a switch in another process, for authors of emulators: no DPDK, no thread, no waiting.
 * The host has the loop and the clock.
 *
 *     sealane_port *port = sealane_port_open("unix:run/lpar1.sock", NULL, error, sizeof error);
 *     for (;;) {
 *         sealane_port_service(port, now(), &next);        connects, connects again, and flushes
 *         while ((count = sealane_port_receive(port, frames, 64)) > 0) ...
 *         sealane_port_send(port, frames, count);
 *         poll() for sealane_port_fd() and POLLIN, until `next` at most
 *     }
 *
 * Threads: a port belongs to one thread at a time; ports know nothing of each other.  Nothing here
 * exits, prints, waits, or installs a signal handler.  Functions that return int give a negative
 * errno for a failure; the sentence is sealane_port_error().
 */
#ifndef SEALANE_PORT_H
#define SEALANE_PORT_H

#include <sealane/frame.h>
#include <stddef.h>
#include <stdint.h>

#define SEALANE_PORT_VERSION_MAJOR 0
#define SEALANE_PORT_VERSION_MINOR 1
#define SEALANE_PORT_VERSION_PATCH 0

#ifdef __cplusplus
extern "C" {
#endif

/** Of the library that was loaded, "0.1.0"; the macros above are of the header. */
SEALANE_API const char* sealane_port_version(void);

typedef struct sealane_port sealane_port;

/** How a port behaves.  All zero but `size` is a good choice. */
typedef struct sealane_port_options {
    size_t size; /**< sizeof(sealane_port_options), by which the library knows what its caller
                    knows. */
    /** Frames and four bytes each that wait until the switch takes them, in bytes.  0: 1 MiB. Twice
     * SEALANE_MAX_FRAME at least. */
    size_t queue_bytes;
    uint64_t
        retry_ns; /**< From a failed connection to the next try, doubled each time.  0: 100 ms. */
    uint64_t retry_most_ns; /**< It grows to that.  0: 500 ms. */
    /** Told in sealane_port_service() when the switch is there (`up`) or gone, and why.  May be
     * null. */
    void (*link_changed)(void* opaque, int up, const char* why);
    void* opaque; /**< What `link_changed` gets. */
} sealane_port_options;

/** Makes a port of
 *     unix:PATH          a `qemu-stream` port that listens at PATH (a stream; length and frame)
 *     dgram:MINE,THEIRS  a `qemu-dgram` port: MINE is made here, THEIRS is the switch's
 *     shm:PATH           a `shm` port that listens at PATH: frames go through shared memory
 * Nothing is connected before sealane_port_service().  `options` may be null.  Null: it could not
 * be made, and `error`, if it isn't null, holds at most `error_size` bytes with the reason. */
SEALANE_API sealane_port* sealane_port_open(const char* url,
                                            const sealane_port_options* options,
                                            char* error,
                                            size_t error_size);

/** Disconnects and frees it.  What waits to be sent is lost.  Null is taken. */
SEALANE_API void sealane_port_close(sealane_port* port);

/** Connects if it is time to, sends what waits, and tells of the link.  `now_ns` is any clock that
 * does not go back.  `*next_ns`, unless it is null, is when to call next at the latest (UINT64_MAX:
 * there is no such time); sooner if sealane_port_fd() becomes readable.  1: the switch is there, 0:
 * it isn't. */
SEALANE_API int sealane_port_service(sealane_port* port, uint64_t now_ns, uint64_t* next_ns);

/** The same for the port's life, for poll(2) with POLLIN: readable when sealane_port_service() or
 * sealane_port_receive() has something to do. */
SEALANE_API int sealane_port_fd(const sealane_port* port);

/** Sends frames, whose bytes are copied, in their order.  Returns how many were taken; fewer than
 * `count` if the queue is full: send the others later.
 * -ENOTCONN: the switch isn't there.  -EMSGSIZE: the first is shorter than 14 bytes or longer than
 * SEALANE_MAX_FRAME, and none was taken; a later one such ends what is taken. */
SEALANE_API int sealane_port_send(sealane_port* port, const sealane_frame* frames, unsigned count);

/** Fills at most `count` of `frames` with frames that came, and returns how many, 0 if none.  Their
 * bytes are valid until the next sealane_port_receive() or sealane_port_close() of this port. */
SEALANE_API int sealane_port_receive(sealane_port* port, sealane_frame* frames, unsigned count);

/** Room for a frame of up to `length` bytes in the memory that the switch reads, so that nothing is
 * copied: `shm:` only.  It is yours until sealane_port_commit(), or any call that sends or serves.
 * Null: no room now, the switch isn't there, no frame has such a length, or the port is none of
 * shared memory; sealane_port_error() says which. */
SEALANE_API void* sealane_port_reserve(sealane_port* port, size_t length);

/** What was reserved last is a frame of `length` bytes now, no more than were reserved.  It goes
 * with the next sealane_port_flush(), _send() or _service(), many at the price of one.  -EINVAL:
 * nothing is reserved, or no frame of such a length; what was reserved is kept. */
SEALANE_API int sealane_port_commit(sealane_port* port, size_t length);

/** Sends what was committed. */
SEALANE_API void sealane_port_flush(sealane_port* port);

/** Fills `frames` with at most `count` frames that came and were not released, from the oldest on,
 * and returns how many: where the switch put them, until sealane_port_release(), _receive() or
 * _service().  -ENOTSUP: the port is none of shared memory. */
SEALANE_API int sealane_port_peek(sealane_port* port, sealane_frame* frames, unsigned count);

/** The oldest `count` frames are done with.  -EINVAL: there are fewer. */
SEALANE_API int sealane_port_release(sealane_port* port, unsigned count);

/** What became of frames, since the port was opened.  What was taken by sealane_port_send() is in
 * `sent`, in `unsent`, or waits. */
typedef struct sealane_port_stats {
    size_t size;                              /**< sizeof(sealane_port_stats), set by the caller. */
    uint64_t sent_frames, sent_bytes;         /**< Given to the kernel whole; by `shm:`
                                                 taken by the switch. */
    uint64_t received_frames, received_bytes; /**< Lent to the caller. */
    uint64_t unsent; /**< Taken, but the switch went before they were sent. */
    uint64_t
        malformed; /**< Came with a length that no frame has; on a stream it ends the connection. */
    uint64_t connected; /**< How often the switch came. */
    uint64_t
        unreceived; /**< Came, but the connection ended before sealane_port_receive() took them. */
} sealane_port_stats;

/** -EINVAL: `size` isn't known here. */
SEALANE_API int sealane_port_read_stats(const sealane_port* port, sealane_port_stats* stats);

/** Why the last call that failed did, or why the switch isn't there.  Valid until the next call. */
SEALANE_API const char* sealane_port_error(const sealane_port* port);

#ifdef __cplusplus
}
#endif

#endif
