/* A module of libvdeplug: vde_open("sealane:///run/lpar1.sock") is a port of a running switch.
 *
 * Programs of VDE give no clock, so this reads one.  They wait for one descriptor and take one
 * frame at a time, while a port has deadlines and may give several: a timer beside the port's
 * descriptor is readable when it is time for either. */
#include <errno.h>
#include <libvdeplug_mod.h>
#include <sealane/port.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { AT_ONCE = 32 };

struct connection {
    void* handle; /* the first two are libvdeplug's */
    struct vdeplug_module* module;
    sealane_port* port;
    int wait_set; /* the port's descriptor and the timer */
    int timer;
    sealane_frame frames[AT_ONCE]; /* from `next` on they are still to be taken */
    unsigned next, count;
    uint64_t too_long;
};

static struct connection* of(VDECONN* conn) { return (struct connection*)conn; }

static uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* Whether the switch is there; from now on the timer says when to look again. */
static int serve(struct connection* conn) {
    uint64_t next = UINT64_MAX;
    const int is_up = sealane_port_service(conn->port, now_ns(), &next);
    struct itimerspec at = {.it_value = {0, 0}}; /* never */
    if (conn->next < conn->count) next = 1;      /* in the past: at once */
    if (next != UINT64_MAX) {
        at.it_value.tv_sec = (time_t)(next / 1000000000);
        at.it_value.tv_nsec = (long)(next % 1000000000);
    }
    timerfd_settime(conn->timer, TFD_TIMER_ABSTIME, &at, NULL);
    return is_up;
}

static int close_connection(VDECONN* vde) {
    struct connection* const conn = of(vde);
    sealane_port_close(conn->port);
    if (conn->wait_set >= 0) close(conn->wait_set);
    if (conn->timer >= 0) close(conn->timer);
    free(conn);
    return 0;
}

static int watch(int wait_set, int descriptor) {
    struct epoll_event event = {.events = EPOLLIN};
    return epoll_ctl(wait_set, EPOLL_CTL_ADD, descriptor, &event);
}

static int make_parts(struct connection* conn, const char* path) {
    static const char scheme[] = "unix:";
    char url[sizeof scheme + 256];
    conn->wait_set = conn->timer = -1;
    if (strlen(path) > sizeof url - sizeof scheme) return errno = ENAMETOOLONG, -1;
    strcat(strcpy(url, scheme), path);
    conn->wait_set = epoll_create1(EPOLL_CLOEXEC);
    conn->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    conn->port = sealane_port_open(url, NULL, NULL, 0);
    if (conn->port == NULL) return errno = EINVAL, -1;
    if (watch(conn->wait_set, sealane_port_fd(conn->port)) != 0) return -1;
    return watch(conn->wait_set, conn->timer);
}

/* `path` is what stands behind "sealane://".  A program wants to be told now if nobody is there;
 * later the port comes back by itself. */
static VDECONN* open_connection(char* path,
                                char* description,
                                int interface_version,
                                struct vde_open_args* arguments) {
    (void)description, (void)interface_version, (void)arguments;
    struct connection* const conn = calloc(1, sizeof *conn);
    if (conn == NULL) return NULL;
    int fault = 0;
    if (make_parts(conn, path) != 0) {
        fault = errno;
    } else if (serve(conn) != 1) {
        fault = access(path, F_OK) != 0 ? errno : ECONNREFUSED;
    }
    if (fault == 0) return (VDECONN*)conn;
    close_connection((VDECONN*)conn);
    return errno = fault, NULL;
}

/* So many as there are, so that the timer says whether a frame is left. */
static void fill(struct connection* conn) {
    if (conn->next < conn->count) return;
    const int count = sealane_port_receive(conn->port, conn->frames, AT_ONCE);
    conn->next = 0;
    conn->count = count > 0 ? (unsigned)count : 0;
}

static ssize_t receive(VDECONN* vde, void* bytes, size_t room, int flags) {
    (void)flags;
    struct connection* const conn = of(vde);
    ssize_t length = -1;
    int fault = EAGAIN; /* the link, or room to send: no frame after all */
    fill(conn);
    if (conn->next < conn->count) {
        const sealane_frame* const frame = &conn->frames[conn->next++];
        if (frame->length <= room) {
            memcpy(bytes, frame->bytes, frame->length);
            length = (ssize_t)frame->length;
        } else {
            ++conn->too_long;
            fault = EMSGSIZE;
        }
        fill(conn);
    }
    serve(conn);
    if (length < 0) errno = fault;
    return length;
}

/* Frames that were longer than what vde_recv() was given, for who wants to know; VDE has no call
 * that would tell.  Found by dlsym(3). */
__attribute__((visibility("default"))) uint64_t sealane_vde_too_long(VDECONN* conn);
uint64_t sealane_vde_too_long(VDECONN* conn) { return of(conn)->too_long; }

static ssize_t transmit(VDECONN* vde, const void* bytes, size_t length, int flags) {
    (void)flags;
    const sealane_frame frame = {bytes, length};
    const int taken = sealane_port_send(of(vde)->port, &frame, 1);
    if (taken == 1) return (ssize_t)length;
    errno = taken < 0 ? -taken : EAGAIN;
    return -1;
}

static int data_descriptor(VDECONN* vde) { return of(vde)->wait_set; }

/* There is none: the end of a connection is no end of the port, which comes back. */
static int control_descriptor(VDECONN* vde) { return (void)vde, -1; }

__attribute__((visibility("default"))) struct vdeplug_module vdeplug_ops = {
    .vde_open_real = open_connection,
    .vde_recv = receive,
    .vde_send = transmit,
    .vde_datafd = data_descriptor,
    .vde_ctlfd = control_descriptor,
    .vde_close = close_connection,
};
