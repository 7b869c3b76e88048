/* What a port of shared memory keeps, and what it and the switch say to each other first. */
#ifndef SEALANE_CLIENT_SHM_H
#define SEALANE_CLIENT_SHM_H

#include "client/shm_ring.h"

#define SHM_MAGIC "sealshm\n"
enum { SHM_VERSION = 1 };
enum shm_status { SHM_WELCOME, SHM_BUSY, SHM_OTHER_VERSION, SHM_NO_MEMORY };

/** Ours.  Both as dataplane/wire/shared_ring.h has them. */
struct shm_hello {
    char magic[8];
    uint32_t version, size;
    uint64_t features;
};

/** The switch's answer, with the memory's descriptor if `status` is SHM_WELCOME. */
struct shm_welcome {
    char magic[8];
    uint32_t version, size;
    uint64_t features;
    uint32_t status, max_frame;
    uint64_t control_bytes, ring_bytes;
};

struct shm_memory {
    unsigned char* base;
    size_t length;
    bool lent; /* the host holds frames of it */
};

struct shm {
    struct shm_memory memory;
    struct shm_memory
        retired; /* of a connection that has gone, while the host holds frames of it */
    struct shm_writer out;
    struct shm_reader in;
    uint64_t lent_end;  /* behind the frames that receive() has lent */
    uint32_t max_frame; /* that the switch takes */
    size_t reserved;    /* by the host, and not committed; 0: nothing */
    bool armed;         /* the switch wakes us; otherwise the host's descriptor is readable */
    bool moved;         /* frames came since serve() */
    unsigned empty;     /* looks in a row that found nothing */
    unsigned unread;    /* times in a row that serve() didn't ask the kernel */
    bool gone;          /* the switch; its last frames are still to be received */
};

#endif
