/* The Sealane switch inside another program: created from the text of a configuration file, with
 * clients in the same process, run by threads of its own or by the host's loop and clock.
 *
 * Threads: an instance and all its clients belong to one thread at a time, but for what says
 * otherwise; different instances are independent, and there may be several one after another, or at
 * once.  Nothing here exits, prints, installs a signal handler or changes the caller's affinity;
 * nothing waits, but for creating and destroying.
 *
 * Failures: functions that return int give a negative errno.  What was wrong and what would be
 * right says a sentence: in `error` where there is no instance yet, else sealane_error().
 */
#ifndef SEALANE_SEALANE_H
#define SEALANE_SEALANE_H

#include <sealane/frame.h>
#include <stddef.h>
#include <stdint.h>

#define SEALANE_VERSION_MAJOR 0
#define SEALANE_VERSION_MINOR 1
#define SEALANE_VERSION_PATCH 0

#ifdef __cplusplus
extern "C" {
#endif

/** Of the library that was loaded, "0.1.0"; the macros above are of the header. */
SEALANE_API const char* sealane_version(void);

typedef struct sealane_instance sealane_instance;
typedef struct sealane_client sealane_client;

/** How serious a line of the log is. */
enum sealane_log_level { SEALANE_LOG_ERROR = 0, SEALANE_LOG_WARNING = 1, SEALANE_LOG_INFO = 2 };

/** Gets the log, a line without line end at a time, until its instance has been destroyed.  On any
 * thread, and several at once.  DPDK's own lines go to the newest instance that has a log. */
typedef void (*sealane_log)(void* opaque, int level, const char* line);

/** How an instance is made.  All zero but `size` is a good choice. */
typedef struct sealane_options {
    size_t size; /**< sizeof(sealane_options), by which the library knows what its caller knows. */
    /** Not 0: the instance has no thread of its own.  Frames move, and time passes, in
     * sealane_poll() alone, and what is done and said follows from what was given to it, from the
     * text, and from `seed`: the same in, the same out, byte for byte.  The configuration's workers
     * and cores don't count then. */
    int driven;
    uint64_t start_ns; /**< Driven: the host's time now, from any beginning. */
    uint64_t seed;     /**< Of hashes and jitter. */
    /** Memory for frames in MiB, of all instances that are there at once.  DPDK takes it once, for
     * the first instance, and keeps it until the process ends.  0: what that one needs, but 256 at
     * least. Ordinary memory costs nothing until it is used. */
    uint32_t memory_mb;
    /** Not 0: the host has called rte_eal_init() itself.  Same for all instances of a process. */
    int dpdk_is_up;
    sealane_log log; /**< Null: nothing is logged. */
    void* opaque;    /**< What `log` gets. */
} sealane_options;

/** Makes an instance of the configuration `yaml`, of `length` bytes, as a file for `sealane run`
 * would hold it, and starts its workers unless it is driven.  `options` may be null.  Null: it
 * could not be made, nothing is left of it, and `error`, if it isn't null, holds at most
 * `error_size` bytes with the reason, a line for each fault of the text, as "LINE:COLUMN: what;
 * what would be right". */
SEALANE_API sealane_instance* sealane_create(const char* yaml,
                                             size_t length,
                                             const sealane_options* options,
                                             char* error,
                                             size_t error_size);

/** Ends its threads, closes its ports, and frees it and its clients.  Null is taken. */
SEALANE_API void sealane_destroy(sealane_instance* of);

/** What was wrong with the call before that failed; valid until the next call. */
SEALANE_API const char* sealane_error(const sealane_instance* of);

/** Of a driven instance: moves frames at the host's time `now_ns`, which is never before that of
 * the call before, until nothing is left to move or about `budget` frames were.  Returns how many
 * were. Then `*next_ns`, unless it is null, is when to call next at the latest: at once (`now_ns`)
 * if it returned more than 0; otherwise sooner only if sealane_fd() becomes readable. -EINVAL: not
 * driven, no budget, or a time before the last. */
SEALANE_API int sealane_poll(sealane_instance* of,
                             uint64_t now_ns,
                             unsigned budget,
                             uint64_t* next_ns);

/** Of a driven instance, the same for its life, for poll(2) with POLLIN: readable when something
 * has come since a sealane_poll() that returned 0.  -EINVAL: not driven. */
SEALANE_API int sealane_fd(const sealane_instance* of);

/** Carries out one request of JSON-RPC 2.0, or a batch of them, of `length` bytes, the same as on
 * the control socket of `sealane run` ("rpc.methods" lists them).  The answer ends in a newline and
 * a zero byte, is valid until the next call, and `*answer_length`, unless it is null, is its length
 * without that zero.  Never null; an empty answer is that of a notification. */
SEALANE_API const char* sealane_control(sealane_instance* of,
                                        const char* request,
                                        size_t length,
                                        size_t* answer_length);

/** One more adapter, as `yaml`, of `length` bytes, describes it: a map as a file has them in
 * `adapters`, in YAML or JSON.  It is of `partition`, which becomes a new client if there is none
 * of that name.  Clients' virtual adapters only, and as many as `runtime: {spare_adapters: N}` of
 * the configuration (4), beside those that have been removed.  A driven instance is to be polled
 * next. 0, or -EINVAL with a line in sealane_error() for each fault; then all is as it was. */
SEALANE_API int sealane_add_adapter(sealane_instance* of,
                                    const char* partition,
                                    const char* yaml,
                                    size_t length);

/** Removes a virtual adapter, "lpar1/ent0", that no SEA needs and no client of this process is
 * attached to, with its port and its addresses.  What waits for its peer is counted as port_down.
 * 0, or -EINVAL with the reason in sealane_error(); then all is as it was. */
SEALANE_API int sealane_remove_adapter(sealane_instance* of, const char* adapter);

/** Attaches to `adapter`, "lpar1/ent0", whose port has `type: ring`.  One client an adapter at a
 * time. Null: see sealane_error(). */
SEALANE_API sealane_client* sealane_attach(sealane_instance* of, const char* adapter);

/** From now on what the switch sends to the adapter is dropped as port_down, as before
 * sealane_attach().  Null is taken. */
SEALANE_API void sealane_detach(sealane_client* client);

/** Sends frames, whose bytes are copied, in their order.  Returns how many were taken; fewer than
 * `count` if the switch has no room now: send the others later.  -EMSGSIZE: the first is empty or
 * longer than SEALANE_MAX_FRAME, and none was taken; a later one such ends what is taken. With
 * workers a client may be used by another thread than its instance, one at a time. */
SEALANE_API int sealane_send(sealane_client* client, const sealane_frame* frames, unsigned count);

/** Fills at most `count` of `frames` with frames that came, and returns how many.  Their bytes are
 * valid until the next sealane_receive() or sealane_detach() of this client.  0: none there, and
 * sealane_client_fd() becomes readable when one comes. */
SEALANE_API int sealane_receive(sealane_client* client, sealane_frame* frames, unsigned count);

/** The same for the client's life, for poll(2) with POLLIN.  A driven instance's clients get frames
 * in sealane_poll() only. */
SEALANE_API int sealane_client_fd(const sealane_client* client);

#ifdef __cplusplus
}
#endif

#endif
