/* A client that sends back every frame that it gets, to whoever sent it.
 *
 *     cc echo.c $(pkg-config --cflags --libs libsealane-port) -o echo && ./echo unix:run/lpar1.sock
 */
#include <poll.h>
#include <sealane/port.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void echo(sealane_port* port, const sealane_frame* got) {
    static unsigned char frame[SEALANE_MAX_FRAME];
    memcpy(frame, got->bytes, got->length);
    memcpy(frame, (const char*)got->bytes + 6, 6);
    memcpy(frame + 6, got->bytes, 6);
    const sealane_frame back = {frame, got->length};
    sealane_port_send(port, &back, 1); /* no room, or nobody there: as on any wire */
}

int main(int count, char** words) {
    char error[256];
    sealane_port* port = sealane_port_open(count > 1 ? words[1] : "", NULL, error, sizeof error);
    if (port == NULL) return fprintf(stderr, "%s\n", error), 1;
    for (;;) {
        uint64_t next = 0;
        sealane_frame got[64];
        sealane_port_service(port, now_ns(), &next);
        for (int frames; (frames = sealane_port_receive(port, got, 64)) > 0;)
            for (int i = 0; i < frames; ++i)
                echo(port, &got[i]);
        struct pollfd wait = {.fd = sealane_port_fd(port), .events = POLLIN};
        const uint64_t now = now_ns();
        poll(&wait,
             1,
             next == UINT64_MAX ? -1
             : next > now       ? (int)((next - now) / 1000000) + 1
                                : 0);
    }
}
