/* A small emulator with a loop and a clock of its own, and the whole switch inside: two guests in
 * VLAN 1 play ping-pong, each thinking for 3 ms of virtual time.  No thread, no waiting: ten
 * virtual seconds pass as fast as they can, and the same way each time.
 *
 *     cc emulator.c $(pkg-config --cflags --libs libsealane) -o emulator && ./emulator
 */
#include <inttypes.h>
#include <sealane/sealane.h>
#include <stdio.h>
#include <string.h>

enum { GUESTS = 2, THINK_NS = 3000000 };

static const char kSystem[] =
    "system: emulator\n"
    "vswitches: [{name: ETHERNET0, mode: veb}]\n"
    "partitions:\n"
    "  - {name: guest0, type: client, adapters: [{name: ent0, type: virtual, vswitch: ETHERNET0, "
    "pvid: 1,\n"
    "     mac: \"02:00:00:00:00:00\", port: {type: ring}}]}\n"
    "  - {name: guest1, type: client, adapters: [{name: ent0, type: virtual, vswitch: ETHERNET0, "
    "pvid: 1,\n"
    "     mac: \"02:00:00:00:00:01\", port: {type: ring}}]}\n";

struct guest {
    sealane_client* nic;
    uint64_t answers_at; /* in virtual time; UINT64_MAX: nothing to answer */
    uint64_t played;
};

static void play(struct guest* guest, int number) {
    unsigned char frame[60] = {2, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0x88, 0xb5};
    frame[5] = (unsigned char)!number;
    frame[11] = (unsigned char)number;
    const sealane_frame one = {frame, sizeof frame};
    guest->played += sealane_send(guest->nic, &one, 1) == 1;
    guest->answers_at = UINT64_MAX;
}

int main(void) {
    sealane_options options = {.size = sizeof options, .driven = 1, .seed = 1};
    char error[512];
    sealane_instance* sw =
        sealane_create(kSystem, sizeof kSystem - 1, &options, error, sizeof error);
    if (sw == NULL) return fprintf(stderr, "%s\n", error), 1;

    struct guest guests[GUESTS] = {{.answers_at = 0}, {.answers_at = UINT64_MAX}};
    for (int i = 0; i < GUESTS; ++i) {
        char adapter[32];
        snprintf(adapter, sizeof adapter, "guest%d/ent0", i);
        if ((guests[i].nic = sealane_attach(sw, adapter)) == NULL)
            return fprintf(stderr, "%s\n", sealane_error(sw)), 1;
    }

    uint64_t now = 0, next = 0;
    while (now < UINT64_C(10000000000)) {
        for (int i = 0; i < GUESTS; ++i) {
            sealane_frame got;
            if (now >= guests[i].answers_at) play(&guests[i], i);
            if (sealane_receive(guests[i].nic, &got, 1) == 1) guests[i].answers_at = now + THINK_NS;
        }
        if (sealane_poll(sw, now, 64, &next) > 0)
            continue; /* something moved: look again, at the same time */
        for (int i = 0; i < GUESTS; ++i) {
            if (guests[i].answers_at < next) next = guests[i].answers_at;
        }
        now = next; /* nothing will happen before that */
    }
    printf("guest0 played %" PRIu64 ", guest1 %" PRIu64 "\n", guests[0].played, guests[1].played);
    sealane_destroy(sw);
    return 0;
}
