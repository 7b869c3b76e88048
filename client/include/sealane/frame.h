/* A frame, as libsealane and libsealane-port take and give it. */
#ifndef SEALANE_FRAME_H
#define SEALANE_FRAME_H

#include <stddef.h>

/** An Ethernet frame from its destination address to the end of its payload, without FCS.  A tag is
 * in its bytes. */
typedef struct sealane_frame {
    const void* bytes;
    size_t length;
} sealane_frame;

/** Longest frame that a port carries, tag included. */
#define SEALANE_MAX_FRAME 65408

#define SEALANE_API __attribute__((visibility("default")))

#endif
