/* The trunk slot (design 5): two SEAs, the hypervisor that keeps the slot, and what can go wrong.
 * README.md says what is modelled and what is not, and how it is searched.
 *
 * Mutants, each of which has to be found out:
 *   NO_EPOCH_CHECK      a SEA sends to the outside by what it was told last
 *   NO_SWITCH_CHECK     the switch takes frames of any trunk
 *   LEASE_NEVER_ENDS    a hung owner keeps the slot
 *   NO_EPOCH_RISE       a hand-over leaves the epoch as it is
 *   NO_DRAIN            a hand-over does not wait for what the owner still has
 */
#define NOBODY 2
#define EPOCHS 16  /* More than all faults together can lead to; that is asserted. */
#ifndef FAULTS
#define FAULTS 2
#endif

mtype = { Settled, Turned, Lingering };

/* The slot's word, as the hypervisor shows it. */
mtype phase = Settled;
byte owner = NOBODY;
byte other = NOBODY;    /* Turned: the heir.  Lingering: the one before. */
byte epoch;
byte offered = NOBODY;  /* To whom its owner offers it. */

/* Each SEA: */
bool alive[2] = true;
bool connected[2] = true;  /* As the hypervisor sees it. */
bool stopped[2];           /* SIGSTOP: neither thread runs. */
bool hung[2];              /* The dataplane alone does not run. */
bool broken[2];            /* The outside is gone. */
bool untold[2];            /* News of the slot is under way. */
byte seen[2] = NOBODY;     /* The owner, by the last news. */
bool invited[2];           /* It was offered the slot, by the last news. */
bool outgoing[2];          /* A burst of clients' frames waits in the trunk's link. */
bool holding[2];           /* A burst is between check and use. */
byte checked[2];           /* The epoch of that check. */
bool bringing[2];          /* The same of one from outside, on its way into the switch. */

/* The control channel: under way to each, "I am preferred and want it". */
bool asked[2];

byte faults;

/* What the invariants need to know. */
byte sender[EPOCHS] = NOBODY;  /* Who sent to the outside what was checked in that epoch. */
bool stale_sent[2];            /* A burst of an older epoch, since the last change. */
bool drained;                  /* The last change was a hand-over that came to its end. */

#define moves(i)     (alive[i] && !stopped[i] && !hung[i])
#define thinks(i)    (alive[i] && !stopped[i])
#define is_fit(i)    (moves(i) && !broken[i])
#define must_let_go(i) (thinks(i) && broken[i] && owner == i)
#define partner(i)   (1 - i)
#ifdef NO_DRAIN
#define is_drained   true
#else
#define is_drained   (!outgoing[owner] && !holding[owner])
#endif
#define has_right(i) (owner == i || (phase == Lingering && other == i))

inline tell() { untold[0] = true; untold[1] = true }

inline change(next, by_drain)
{
    owner = next;
    offered = NOBODY;
    epoch++;
    assert(epoch < EPOCHS);  /* It comes to rest: each fault leads to a few changes. */
    stale_sent[0] = false;
    stale_sent[1] = false;
    drained = by_drain;
    tell()
}

inline settle() { phase = Settled; other = NOBODY }

/* It is free, or its heir's at once. */
inline lose()
{
    if
    :: phase == Turned && connected[other] -> change(other, false)
    :: else -> change(NOBODY, false)
    fi;
    settle()
}

inline disconnect(i)
{
    connected[i] = false;
    if
    :: owner == i -> lose()
    :: owner != i && other == i -> settle(); tell()
    :: owner != i && other != i && offered == i -> offered = NOBODY; tell()
    :: else
    fi
}

inline die(i)
{
    alive[i] = false; stopped[i] = false; hung[i] = false;
    outgoing[i] = false; holding[i] = false; checked[i] = 0; bringing[i] = false;
    asked[i] = false; untold[i] = false; seen[i] = NOBODY; invited[i] = false
}

/* A worker's loop: it looks at the word once a burst, and anything may happen before it sends. */
proctype Outward(byte i)
{
    do
    :: atomic { moves(i) && outgoing[i] && !holding[i] ->
                if
#ifdef NO_EPOCH_CHECK
                :: seen[i] == i ->
#else
                :: owner == i ->
#endif
                    outgoing[i] = false; holding[i] = true; checked[i] = epoch
                :: phase == Turned && other == i  /* An heir keeps it. */
                :: else -> outgoing[i] = false
                fi }
    :: atomic { moves(i) && holding[i] ->
                assert(sender[checked[i]] == NOBODY || sender[checked[i]] == i);
                sender[checked[i]] = i;
                if
                :: checked[i] != epoch ->
                    assert(!stale_sent[i] && !(drained && checked[i] == epoch - 1));
                    stale_sent[i] = true
                :: else
                fi;
                holding[i] = false; checked[i] = 0 }
    od
}

/* The same worker, the other way: the switch judges once more when the frames arrive there. */
proctype Inward(byte i)
{
    do
    :: atomic { moves(i) && !bringing[i] && has_right(i) -> bringing[i] = true }
    :: atomic { moves(i) && bringing[i] ->
                bringing[i] = false;
#ifdef NO_SWITCH_CHECK
                assert(has_right(i))
#else
                if
                :: has_right(i) -> assert(owner == i || other == i)
                :: else  /* Dropped, and counted. */
                fi
#endif
              }
    od
}

/* The hypervisor's word reaches a SEA late, but it does. */
proctype News(byte i)
{
    do
    :: atomic { thinks(i) && untold[i] ->
                untold[i] = false; seen[i] = owner; invited[i] = (offered == i) }
    od
}

/* A SEA's machine: what it asks of the hypervisor; what it says to its partner are wishes. */
proctype Machine(byte i)
{
    do
    :: atomic { is_fit(i) && seen[i] == NOBODY && owner == NOBODY -> change(i, false) }
    /* It lets go before anything else. */
    :: atomic { must_let_go(i) -> lose() }
    :: atomic { is_fit(i) && i == 0 && seen[i] == partner(i) && !asked[partner(i)] ->
                asked[partner(i)] = true }
    :: atomic { thinks(i) && !must_let_go(i) && asked[i] ->
                asked[i] = false;
                if
                :: owner == i && phase == Settled && offered == NOBODY -> offered = partner(i); tell()
                :: else
                fi }
    :: atomic { thinks(i) && !must_let_go(i) && owner == i && phase == Settled && offered != NOBODY ->
                offered = NOBODY; tell() }
    :: atomic { is_fit(i) && invited[i] && offered == i && phase == Settled ->
                invited[i] = false; offered = NOBODY; phase = Turned; other = i }
    od
}

/* It looks at leases and connections, and goes on with hand-overs. */
proctype Hypervisor()
{
    byte former;
    do
#ifndef LEASE_NEVER_ENDS
    :: atomic { owner != NOBODY && alive[owner] && !moves(owner) -> lose() }
#endif
    :: atomic { connected[0] && !alive[0] -> disconnect(0) }
    :: atomic { connected[1] && !alive[1] -> disconnect(1) }
    :: atomic { phase == Turned && moves(owner) && is_fit(other) && is_drained ->
                former = owner;
#ifdef NO_EPOCH_RISE
                owner = other; tell();
#else
                change(other, true);
#endif
                phase = Lingering; other = former; former = 0 }
    :: atomic { phase == Turned && !is_fit(other) -> settle(); tell() }
    :: atomic { phase == Lingering -> settle() }
    od
}

/* Clients send; the switch hands it to whom the slot's word names. */
proctype Clients()
{
    do
    :: atomic { phase == Turned && alive[other] && !outgoing[other] -> outgoing[other] = true }
    :: atomic { phase != Turned && owner != NOBODY && alive[owner] && !outgoing[owner] -> outgoing[owner] = true }
    od
}

/* So many faults, at any time; and what is broken may be mended, or stay so for ever. */
proctype World()
{
    byte i;
    do
    :: atomic { faults < FAULTS ->
                faults++;
                if :: i = 0 :: i = 1 fi;
                if
                :: alive[i] -> die(i)
                :: thinks(i) -> stopped[i] = true
                :: moves(i) -> hung[i] = true
                :: !broken[i] -> broken[i] = true
                fi;
                i = 0 }
    :: atomic { stopped[0] -> stopped[0] = false }
    :: atomic { stopped[1] -> stopped[1] = false }
    :: atomic { hung[0] -> hung[0] = false }
    :: atomic { hung[1] -> hung[1] = false }
    :: atomic { broken[0] -> broken[0] = false }
    :: atomic { broken[1] -> broken[1] = false }
    :: atomic { !alive[0] && !connected[0] -> alive[0] = true; connected[0] = true; untold[0] = true }
    :: atomic { !alive[1] && !connected[1] -> alive[1] = true; connected[1] = true; untold[1] = true }
    :: atomic { asked[0] -> asked[0] = false }  /* A message is lost. */
    :: atomic { asked[1] -> asked[1] = false }
    :: break
    od
}

init {
    atomic {
        sender[0] = NOBODY;
        tell();
        run Hypervisor(); run World(); run Clients();
        run Machine(0); run Machine(1); run News(0); run News(1);
        run Outward(0); run Outward(1); run Inward(0); run Inward(1)
    }
}

/* Whoever stays well for ever sees to it that there is an owner that is well, again and again. */
ltl served {
    ((<>[] is_fit(0)) || (<>[] is_fit(1))) ->
        ([]<> ((owner == 0 && is_fit(0)) || (owner == 1 && is_fit(1))))
}
