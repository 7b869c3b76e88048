/* Shared memory: a unix socket hands it over and tells when a side has gone; frames go through two
 * rings in it, and a byte on the socket wakes a side that has said that it waits. */
#include "client/shm.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/port.h"

static bool parse(sealane_port* port, const char* rest) {
    return port_set_path(port, &port->theirs, rest, strlen(rest));
}

static void unmap(struct shm_memory* memory) {
    if (memory->base != NULL) munmap(memory->base, memory->length);
    *memory = (struct shm_memory){0};
}

static bool map_at(unsigned char* where, size_t length, int file, size_t offset) {
    return mmap(where,
                length,
                PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_FIXED,
                file,
                (off_t)offset) != MAP_FAILED;
}

/* The indexes, and each ring's bytes twice in a row. */
static bool map(struct shm_memory* memory, const struct shm_welcome* welcome, int file) {
    const size_t control = welcome->control_bytes, ring = welcome->ring_bytes;
    struct stat is;
    if (fstat(file, &is) != 0) return false;
    if (is.st_size < 0 || (uint64_t)is.st_size < control + 2 * ring) return errno = EPROTO, false;
    const size_t length = control + 4 * ring;
    void* const space = mmap(NULL, length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (space == MAP_FAILED) return false;
    *memory = (struct shm_memory){.base = space, .length = length};
    bool mapped = map_at(memory->base, control, file, 0);
    for (size_t i = 0; i < 4; ++i) {
        mapped =
            mapped && map_at(memory->base + control + i * ring, ring, file, control + i / 2 * ring);
    }
    return mapped;
}

static bool is_sound(const struct shm_welcome* welcome) {
    enum { LONGEST_RING = 1 << 28 };
    const uint64_t control = welcome->control_bytes, ring = welcome->ring_bytes;
    return control >= 2 * sizeof(struct shm_control) && control <= LONGEST_RING &&
           control % (uint64_t)sysconf(_SC_PAGESIZE) == 0 && ring <= LONGEST_RING &&
           (ring & (ring - 1)) == 0 && ring >= (uint64_t)2 * SEALANE_MAX_FRAME &&
           ring % (uint64_t)sysconf(_SC_PAGESIZE) == 0;
}

/* 0, or why frames can't go through the memory of `file`. */
static int adopt(sealane_port* port, const struct shm_welcome* welcome, int file) {
    struct shm* const shm = port->shm;
    if (!is_sound(welcome)) return EPROTO;
    if (shm->memory.lent) {
        shm->retired = shm->memory; /* frames of it are lent yet */
        shm->memory = (struct shm_memory){0};
    } else {
        unmap(&shm->memory);
    }
    if (!map(&shm->memory, welcome, file)) {
        const int fault = errno;
        unmap(&shm->memory);
        return fault;
    }
    struct shm_control* const control = (struct shm_control*)(void*)shm->memory.base;
    unsigned char* const bytes = shm->memory.base + welcome->control_bytes;
    uint32_t* const lengths = shm->out.lengths;
    shm->out = (struct shm_writer){
        .control = control, .bytes = bytes, .size = welcome->ring_bytes, .lengths = lengths};
    shm->in = (struct shm_reader){.control = control + 1,
                                  .bytes = bytes + 2 * welcome->ring_bytes,
                                  .size = welcome->ring_bytes};
    shm->max_frame =
        welcome->max_frame < SEALANE_MAX_FRAME ? welcome->max_frame : (uint32_t)SEALANE_MAX_FRAME;
    shm->lent_end = 0;
    shm->gone = false;
    shm->reserved = 0;
    shm_arm(&shm->in);
    shm->armed = true;
    return 0;
}

static int fault_of(uint32_t status) {
    switch (status) {
        case SHM_WELCOME:
            return 0;
        case SHM_BUSY:
            return EBUSY;
        case SHM_OTHER_VERSION:
            return EPROTONOSUPPORT;
        case SHM_NO_MEMORY:
            return ENOMEM;
        default:
            return EPROTO;
    }
}

/* The answer to our hello: 0, EINPROGRESS while there is none, or why there will be no frames. */
static int hear(sealane_port* port) {
    struct shm_welcome welcome;
    struct iovec piece = {&welcome, sizeof welcome};
    alignas(struct cmsghdr) char room[CMSG_SPACE(4 * sizeof(int))];
    struct msghdr message = {
        .msg_iov = &piece, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    const ssize_t got = recvmsg(port->pending, &message, MSG_CMSG_CLOEXEC);
    if (got < 0) return errno == EAGAIN || errno == EINTR ? EINPROGRESS : errno;
    int file = -1;
    for (struct cmsghdr* one = CMSG_FIRSTHDR(&message); one != NULL;
         one = CMSG_NXTHDR(&message, one)) {
        if (one->cmsg_level != SOL_SOCKET || one->cmsg_type != SCM_RIGHTS) continue;
        const size_t count = (one->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < count; ++i) {
            if (file >= 0) close(file);
            memcpy(&file, CMSG_DATA(one) + i * sizeof file, sizeof file);
        }
    }
    int fault = EPROTO;
    if (got == 0) {
        fault = ECONNRESET;
    } else if (got == (ssize_t)sizeof welcome &&
               memcmp(welcome.magic, SHM_MAGIC, sizeof welcome.magic) == 0) {
        fault = fault_of(welcome.status);
        if (fault == 0) fault = file < 0 ? EPROTO : adopt(port, &welcome, file);
    }
    if (file >= 0) close(file);
    return fault;
}

/* Says hello to the switch; 0, or why not. */
static int say_hello(sealane_port* port) {
    const int made = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (made < 0) return errno;
    struct shm_hello hello = {.version = SHM_VERSION, .size = sizeof hello};
    memcpy(hello.magic, SHM_MAGIC, sizeof hello.magic);
    struct epoll_event event = {.events = EPOLLIN};
    if (connect(made, (const struct sockaddr*)&port->theirs, sizeof port->theirs) != 0 ||
        /* One who refuses us may have answered and gone already. */
        (send(made, &hello, sizeof hello, MSG_NOSIGNAL) != (ssize_t)sizeof hello &&
         errno != EPIPE) ||
        epoll_ctl(port->wait_set, EPOLL_CTL_ADD, made, &event) != 0) {
        const int fault = errno;
        close(made);
        return fault;
    }
    port->pending = made;
    return 0;
}

static int connect_to_switch(sealane_port* port) {
    if (port->shm == NULL) {
        port->shm = calloc(1, sizeof *port->shm);
        if (port->shm == NULL) return ENOMEM;
    }
    if (port->shm->out.lengths == NULL) {
        port->shm->out.lengths = calloc(SHM_WRITER_FRAMES, sizeof *port->shm->out.lengths);
        if (port->shm->out.lengths == NULL) return ENOMEM;
    }
    if (port->pending < 0) {
        const int fault = say_hello(port);
        if (fault != 0) return fault;
    }
    const int fault = hear(port);
    if (fault == EINPROGRESS) return fault;
    /* A connection is put into the wait set by whoever called; this one was, to hear of it. */
    epoll_ctl(port->wait_set, EPOLL_CTL_DEL, port->pending, NULL);
    if (fault == 0) {
        port->socket = port->pending;
    } else {
        close(port->pending);
    }
    port->pending = -1;
    return fault;
}

static void wake(sealane_port* port) {
    const char byte = 0;
    /* No room for it: there are many already.  One who has gone is noticed by serve(). */
    (void)!send(port->socket, &byte, sizeof byte, MSG_NOSIGNAL);
}

static void settle(sealane_port* port) {
    sealane_port_stats* const stats = &port->stats;
    if (!shm_settle(&port->shm->out, &stats->sent_frames, &stats->sent_bytes))
        port_break(port, "the switch wrote an index that can't be into shared memory");
}

static void flush(sealane_port* port) {
    if (shm_publish(&port->shm->out)) wake(port);
}

static bool has_more(const sealane_port* port) {
    const struct shm* const shm = port->shm;
    return !shm->armed ||
           atomic_load_explicit(&shm->in.control->produced, memory_order_acquire) != shm->lent_end;
}

/* Takes the bytes that wake us, and notices when the switch has gone; what it had written before is
 * received first.  While frames move, the kernel is asked now and then only. */
static void serve(sealane_port* port) {
    enum { MOST_UNREAD = 64 };
    struct shm* const shm = port->shm;
    const uint64_t before = port->stats.sent_frames;
    settle(port);
    const bool moved = shm->moved || port->stats.sent_frames != before;
    shm->moved = false;
    if (moved && ++shm->unread < MOST_UNREAD) return;
    shm->unread = 0;
    char wakes[256];
    const ssize_t got = shm->gone ? 0 : recv(port->socket, wakes, sizeof wakes, 0);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
        if (!shm->gone) epoll_ctl(port->wait_set, EPOLL_CTL_DEL, port->socket, NULL);
        shm->gone = true;
    }
    settle(port);
    if (shm->gone && atomic_load(&shm->in.control->produced) == shm->lent_end)
        port_break(port, "the switch has closed the connection");
}

static unsigned char* reserve(sealane_port* port, size_t length) {
    struct shm* const shm = port->shm;
    if (length > shm->max_frame) return NULL;
    unsigned char* at = shm_reserve(&shm->out, (uint32_t)length);
    if (at != NULL || shm->gone || port->broken) return at;
    flush(port);
    settle(port);
    at = shm_reserve(&shm->out, (uint32_t)length);
    if (at != NULL || port->broken) return at;
    shm_await_room(&shm->out);
    settle(port); /* the switch may have given bytes back just before it could know */
    return shm_reserve(&shm->out, (uint32_t)length);
}

static bool commit(sealane_port* port, size_t length) {
    shm_commit(&port->shm->out, (uint32_t)length);
    return true;
}

static bool take(sealane_port* port, const sealane_frame* frame) {
    port->shm->reserved = 0; /* this goes where the host's would have been */
    unsigned char* const at = reserve(port, frame->length);
    if (at == NULL || port->broken) return false;
    memcpy(at, frame->bytes, frame->length);
    return commit(port, frame->length);
}

static void give_back(sealane_port* port, uint64_t end) {
    struct shm* const shm = port->shm;
    if (shm_give_back(&shm->in, end)) wake(port);
    shm->memory.lent = false;
    unmap(&shm->retired);
}

/* Up to `count` frames from `*at` on. */
static unsigned walk(sealane_port* port, sealane_frame* frames, unsigned count, uint64_t* at) {
    struct shm_reader* const in = &port->shm->in;
    unsigned found = 0;
    while (found < count) {
        const unsigned char* bytes = NULL;
        uint32_t length = 0;
        const enum shm_found what = shm_next(in, at, &bytes, &length);
        if (what == SHM_NONE) break;
        if (what == SHM_NONSENSE || !port_fits(length)) {
            ++port->stats.malformed;
            port_break(port, "the switch wrote a length that can't be into shared memory");
            break;
        }
        frames[found++] = (sealane_frame){bytes, length};
    }
    return found;
}

/* Sees what there is.  A host that finds nothing is told to wait (the switch wakes it, and until
 * then its descriptor isn't readable) only after a few looks: while frames move, that would cost
 * both sides system calls. */
static bool look(sealane_port* port) {
    enum { LOOKS = 4 };
    struct shm* const shm = port->shm;
    bool sound = shm_look(&shm->in);
    bool any = shm->in.end != shm->lent_end;
    if (sound && !any && !shm->armed && ++shm->empty >= LOOKS) {
        shm_arm(&shm->in);
        shm->armed = true;
        sound = shm_look(&shm->in);
        any = shm->in.end != shm->lent_end;
    }
    if (!sound) {
        ++port->stats.malformed;
        port_break(port, "the switch wrote an index that can't be into shared memory");
    } else if (any) {
        if (shm->armed) shm_disarm(&shm->in);
        shm->armed = false;
        shm->moved = true;
        shm->empty = 0;
    } else {
        serve(port);
    }
    return sound;
}

static unsigned receive(sealane_port* port, sealane_frame* frames, unsigned count) {
    struct shm* const shm = port->shm;
    if (port->broken) return 0;
    give_back(port, shm->lent_end);
    if (!look(port)) return 0;
    uint64_t at = shm->lent_end;
    const unsigned found = walk(port, frames, count, &at);
    shm->lent_end = at;
    shm->memory.lent = found > 0;
    return found;
}

static unsigned peek(sealane_port* port, sealane_frame* frames, unsigned count) {
    struct shm* const shm = port->shm;
    if (port->broken || !look(port)) return 0;
    uint64_t at = shm->in.given;
    return walk(port, frames, count, &at);
}

static bool release(sealane_port* port, unsigned count) {
    struct shm* const shm = port->shm;
    uint64_t at = shm->in.given, frames = 0, bytes = 0;
    for (unsigned i = 0; i < count; ++i) {
        const bool counted = at != shm->lent_end && shm->lent_end - at <= shm->in.size;
        sealane_frame frame;
        if (walk(port, &frame, 1, &at) != 1) return false;
        if (counted) continue; /* receive() had lent it */
        ++frames;
        bytes += frame.length;
    }
    port->stats.received_frames += frames;
    port->stats.received_bytes += bytes;
    if (frames > 0) shm->lent_end = at;
    give_back(port, at);
    return true;
}

static uint64_t waiting(const sealane_port* port) { return shm_waiting(&port->shm->out); }

static void close_connection(sealane_port* port) {
    close(port->socket);
    if (!port->shm->memory.lent) unmap(&port->shm->memory);
}

static void free_all(sealane_port* port) {
    if (port->pending >= 0) close(port->pending);
    if (port->shm == NULL) return;
    unmap(&port->shm->memory);
    unmap(&port->shm->retired);
    free(port->shm->out.lengths);
    free(port->shm);
}

const struct transport shm_transport = {
    .scheme = "shm:",
    .parse = parse,
    .connect = connect_to_switch,
    .serve = serve,
    .flush = flush,
    .take = take,
    .receive = receive,
    .has_more = has_more,
    .reserve = reserve,
    .commit = commit,
    .peek = peek,
    .release = release,
    .waiting = waiting,
    .close = close_connection,
    .free = free_all,
};
