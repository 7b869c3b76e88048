/* Frames in memory that the switch and we share: a ring of bytes with one writer and one reader.
 *
 * A record is the frame's length, four bytes of nothing, the frame, and nothing up to the next
 * multiple of 8; the ring's bytes are mapped twice in a row, so that each frame is whole.  Indexes
 * are counts of bytes since the beginning.  What the other side writes is read once and held
 * against what it can be; our own indexes are kept here and only ever written there. */
#ifndef SEALANE_CLIENT_SHM_RING_H
#define SEALANE_CLIENT_SHM_RING_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SHM_RECORD_HEAD = 8, SHM_ALIGNMENT = 8, SHM_WRITER_FRAMES = 16384 };

/** As dataplane/wire/shared_ring.h has it: a cache line each, of 128 bytes at most. */
struct shm_control {
    alignas(128) _Atomic uint64_t produced;
    alignas(128) _Atomic uint64_t consumed;
    alignas(128) _Atomic uint32_t reader_waits; /* the next publication shall wake the reader */
    alignas(128) _Atomic uint32_t writer_waits; /* giving bytes back shall wake the writer */
};

static inline uint64_t shm_record(uint32_t length) {
    return ((uint64_t)SHM_RECORD_HEAD + length + SHM_ALIGNMENT - 1) &
           ~((uint64_t)SHM_ALIGNMENT - 1);
}

struct shm_writer {
    struct shm_control* control;
    unsigned char* bytes;
    uint64_t size; /* a power of two */
    uint64_t at, published, settled;
    uint32_t* lengths; /* of SHM_WRITER_FRAMES frames, from `first` to `last` */
    uint32_t first, last;
};

/** Sees which frames the reader has taken, and adds them.  False: an index that none writes. */
bool shm_settle(struct shm_writer* writer, uint64_t* frames, uint64_t* bytes);
/** Where `length` bytes can be put; null: no room, as far as shm_settle() has seen. */
unsigned char* shm_reserve(struct shm_writer* writer, uint32_t length);
/** What was put there last is a frame of `length`, no longer than was reserved. */
void shm_commit(struct shm_writer* writer, uint32_t length);
/** The reader may have all that was committed.  True: it is to be woken. */
bool shm_publish(struct shm_writer* writer);
/** Whoever gives bytes back wakes us from now on; settle once more after this. */
void shm_await_room(struct shm_writer* writer);
static inline uint32_t shm_waiting(const struct shm_writer* writer) {
    return writer->last - writer->first;
}

struct shm_reader {
    struct shm_control* control;
    const unsigned char* bytes;
    uint64_t size;
    uint64_t at, end, given; /* lent up to `at`, seen up to `end`, given back up to `given` */
};

enum shm_found { SHM_NONE, SHM_FRAME, SHM_NONSENSE };

/** Sees what has been written.  False: an index that no writer writes. */
bool shm_look(struct shm_reader* reader);
/** The frame at `*at`, of those that were seen; moves `*at` behind it. */
enum shm_found shm_next(const struct shm_reader* reader,
                        uint64_t* at,
                        const unsigned char** bytes,
                        uint32_t* length);
/** What is before `at` is the writer's again.  True: it is to be woken. */
bool shm_give_back(struct shm_reader* reader, uint64_t at);
/** The next publication wakes us; look once more after this. */
void shm_arm(struct shm_reader* reader);
void shm_disarm(struct shm_reader* reader);

#endif
