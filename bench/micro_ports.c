/* Frames a second from one port of libsealane-port to another, through a running switch, by `unix:`
 * and by `shm:` in turn.  One thread is both hosts; the switch has a processor of its own.
 *
 *     build/release/control/app/sealane run bench/micro_ports.yaml &
 *     build/release/bench/micro_ports [ROUNDS [BURST]]    BURST frames a call, 64 at most
 */
#include <poll.h>
#include <sealane/port.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_BURST = 64, UNDER_WAY = 512, SIZES = 2, WAYS = 2, MOST_ROUNDS = 99 };
#define ROUND_NS UINT64_C(1000000000)

struct pair {
    const char* name;
    sealane_port *from, *to;
    unsigned char number; /* of the adapter that frames go to */
    double rates[SIZES][MOST_ROUNDS];
};

static uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

static sealane_port* open_port(const char* url) {
    char error[256];
    sealane_port* const port = sealane_port_open(url, NULL, error, sizeof error);
    if (port == NULL) fprintf(stderr, "%s\n", error);
    if (port == NULL) exit(1);
    return port;
}

static void wait_for_switch(const struct pair* pair) {
    const uint64_t end = now_ns() + 5 * ROUND_NS;
    while (now_ns() < end) {
        const bool one = sealane_port_service(pair->from, now_ns(), NULL) == 1;
        const bool two = sealane_port_service(pair->to, now_ns(), NULL) == 1;
        if (one && two) return;
    }
    fprintf(stderr, "%s: no switch: %s\n", pair->name, sealane_port_error(pair->to));
    exit(1);
}

/* As a host does that has nothing to do. */
static void wait_for_frames(const struct pair* pair) {
    struct pollfd both[] = {{sealane_port_fd(pair->from), POLLIN, 0},
                            {sealane_port_fd(pair->to), POLLIN, 0}};
    poll(both, 2, 1);
}

/* Frames a second. */
static double measure(const struct pair* pair, size_t length, unsigned burst) {
    unsigned char bytes[1518] = {0x02, [5] = pair->number, [6] = 0x02, [10] = 0x01};
    bytes[11] = (unsigned char)(pair->number - 1);
    bytes[12] = 0x88, bytes[13] = 0xb5;
    sealane_frame out[MOST_BURST], in[MOST_BURST];
    for (unsigned i = 0; i < burst; ++i) {
        out[i] = (sealane_frame){bytes, length};
    }
    uint64_t sent = 0, came = 0, lost = 0, last = now_ns(), now = last;
    const uint64_t begin = now;
    while (now - begin < ROUND_NS) {
        sealane_port_service(pair->from, now, NULL);
        sealane_port_service(pair->to, now, NULL);
        if (sent - came - lost <= UNDER_WAY - burst) {
            const int taken = sealane_port_send(pair->from, out, burst);
            if (taken > 0) sent += (uint64_t)taken;
        }
        const uint64_t before = came;
        for (int got; (got = sealane_port_receive(pair->to, in, burst)) > 0;) {
            came += (uint64_t)got;
            last = now;
        }
        if (came == before && sent - came - lost > UNDER_WAY - burst) wait_for_frames(pair);
        now = now_ns();
        if (now - last > ROUND_NS / 2) lost = sent - came; /* they will not come */
    }
    return (double)came * 1e9 / (double)(now - begin);
}

/* Until nothing has come for a while. */
static void drain(const struct pair* pair) {
    sealane_frame in[MOST_BURST];
    for (uint64_t last = now_ns(); now_ns() - last < ROUND_NS / 10;) {
        sealane_port_service(pair->from, now_ns(), NULL);
        sealane_port_service(pair->to, now_ns(), NULL);
        if (sealane_port_receive(pair->to, in, MOST_BURST) > 0) {
            last = now_ns();
        } else {
            wait_for_frames(pair);
        }
    }
}

static int compare(const void* a, const void* b) {
    const double one = *(const double*)a, two = *(const double*)b;
    return (one > two) - (one < two);
}

int main(int count, char** words) {
    static const size_t lengths[SIZES] = {64, 1518};
    static struct pair pairs[WAYS] = {{.name = "unix", .number = 2}, {.name = "shm", .number = 4}};
    const int asked = count > 1 ? atoi(words[1]) : 5;
    const int wanted = count > 2 ? atoi(words[2]) : MOST_BURST;
    const unsigned burst = wanted < 1 || wanted > MOST_BURST ? MOST_BURST : (unsigned)wanted;
    const int rounds = asked < 1 ? 1 : asked > MOST_ROUNDS ? MOST_ROUNDS : asked;
    pairs[0].from = open_port("unix:run/ports1.sock");
    pairs[0].to = open_port("unix:run/ports2.sock");
    pairs[1].from = open_port("shm:run/ports3.sock");
    pairs[1].to = open_port("shm:run/ports4.sock");
    for (int i = 0; i < WAYS; ++i) {
        wait_for_switch(&pairs[i]);
    }
    for (int round = 0; round < rounds; ++round) {
        for (int size = 0; size < SIZES; ++size) {
            for (int i = 0; i < WAYS; ++i) {
                pairs[i].rates[size][round] = measure(&pairs[i], lengths[size], burst);
                drain(&pairs[i]);
            }
        }
    }
    for (int size = 0; size < SIZES; ++size) {
        for (int i = 0; i < WAYS; ++i) {
            double* const rates = pairs[i].rates[size];
            qsort(rates, (size_t)rounds, sizeof *rates, compare);
            printf("%4zu bytes %-4s %8.3f million frames/s (%.3f..%.3f)\n",
                   lengths[size],
                   pairs[i].name,
                   rates[rounds / 2] / 1e6,
                   rates[0] / 1e6,
                   rates[rounds - 1] / 1e6);
        }
        printf("%4zu bytes shm/unix %.2f\n",
               lengths[size],
               pairs[1].rates[size][rounds / 2] / pairs[0].rates[size][rounds / 2]);
    }
    for (int i = 0; i < WAYS; ++i) {
        sealane_port_close(pairs[i].from);
        sealane_port_close(pairs[i].to);
    }
    return 0;
}
