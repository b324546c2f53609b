/*
 * The queue of work: WorkQueue.java, of which many threads are pushers and the home thread is the taker. PRODUCERS threads
 * push an item each and ring, the first of them ITEMS_OF_FIRST; the home thread polls, as in wakeup.pml but for what does
 * not matter here, and may close the queue between two polls. Segments have N slots. Names are those of the Java code.
 *
 * Slots and links change by compare-and-set; the hints and the loop's state are stored through memory.pml's queues.
 *
 *   NULL_IS_EMPTY        a slot is empty while it holds null, and not its own segment: it is empty again once it is taken
 *   NULL_BELOW_HINT      ... but is cleared only if the hint is past it
 *   MARK_OF_ARRAY        an array keeps its mark of emptiness when it is used again
 *   WEAK_CAS             a compare-and-set may fail for nothing
 *   NO_REREAD            a lost compare-and-set goes on to the next slot, without a look at what won
 *   CLOSE_MOVES_HINT     close() moves the hint past CLOSED
 *   HINT_FIRST           the hint is moved before the slot is filled
 *   NEXT_CUT             the taker cuts the link of a segment that it leaves
 *   NEAR_PAST_EMPTY      end() takes the first empty slot after the head for filled
 *   NEAR_ALONE           end() looks no further than the head's segment
 *   PLAIN_TAIL           (no bug) the tail is stored, not compared and set
 *   NOT_USED_AGAIN       (no bug) the taker leaves its arrays to the garbage collector
 *   LATE_CAS             (no bug) others may see a slot as empty for a while after its compare-and-set succeeded, as where
 *                        that is no full fence; whoever tries to fill the slot sees it
 *   OPAQUE_HINT          the hint is no release store: it may be seen before the slot
 *   NO_LOOP_FENCE, NO_SECOND_LOOK   as in wakeup.pml
 *   NO_NOTIFIER_FENCE    ringAfterPush() on x86-64
 *   NO_CLOSE             (no bug) the home thread never closes the queue
 *   STALLED              (no bug) the first producer may be held up for ever, anywhere in push() and before its ring
 */
#ifndef PRODUCERS
#define PRODUCERS 2
#endif
#ifndef ITEMS_OF_FIRST
#define ITEMS_OF_FIRST 2
#endif
#ifndef N
#define N 2
#endif
#define ITEMS (PRODUCERS - 1 + ITEMS_OF_FIRST)

/* With CLOSED, all fit into them; the taker has one made in advance, and one may be made for nothing. */
#define SEGMENTS ((ITEMS + N) / N + 3)

#define CPUS (PRODUCERS + 1)
#define HOME 0

#define STATE 0
#define HINTS 1         /* Segment.hint, some bits for each */
#define SEEN  2         /* with LATE_CAS: the slots that others see filled */
#define VARS  3
#define RELEASED HINTS

#include "memory.pml"

#define AWAKE 0
#define ARMED 1
#define RUNG  2

#define TAKEN   0       /* null; items are numbers from 1 on */
#define MARK(s) (100 + (s))
#define CLOSED  255

#ifdef NULL_IS_EMPTY
#define EMPTY(s) TAKEN
#else
#ifdef NULL_BELOW_HINT
#define EMPTY(s) TAKEN
#else
#ifdef MARK_OF_ARRAY
#define EMPTY(s) MARK(array[s])
#else
#define EMPTY(s) MARK(s)
#endif
#endif
#endif

byte slot[SEGMENTS * N];    /* of all arrays */
byte array[SEGMENTS];       /* Segment.slots: which array it is */
byte base[SEGMENTS];        /* Segment.base, in segments */
byte next[SEGMENTS];        /* Segment.next, 0 for null */
byte tail;
byte segments = 1;          /* how many were made; the first is there */
byte arrays = 1;
bool doorbell;

/* What only the model knows; a bit for each item. */
byte accepted, taken;
#ifdef SAFE
byte returned;          /* pushed, and push() has returned */
byte before[ITEMS];     /* what was returned when the push of this began */
#endif
byte rung;              /* pushed, and the ring has returned */
bool closed;            /* CLOSED is in its slot */
byte finished;          /* producers */
bool stalled;

#define BIT(item) (1 << (item - 1))

#if N == 1
#define HINT_BITS 1
#else
#define HINT_BITS 2
#endif
#define HINT(s) ((memory[HINTS] >> (HINT_BITS * (s))) & ((1 << HINT_BITS) - 1))

#ifdef SAFE
#define CHECK(condition) assert(condition)
#else
#define CHECK(condition) skip
#endif

#ifdef STALLED
#define MAY_STALL if :: true :: me == 1 && !stalled -> stalled = true; false fi
#else
#define MAY_STALL skip
#endif

#include "workqueue_push.pml"

#define IS_EMPTY(s, i) (SLOT(s, i) == EMPTY(s) || SLOT(s, i) == CLOSED)

/* isEmpty() */
inline look(found)
{
    if
    :: hi < N -> found = !IS_EMPTY(hs, hi)
    :: else -> found = (next[hs] != 0 && !IS_EMPTY(next[hs], 0))
    fi
}

/* end(): the slots from the head on; or, after any of them, those from the hint of the tail's segment on. The code looks at
 * NEAR before that. */
inline find_end()
{
    i = hi;
    do
    :: i < N && !IS_EMPTY(hs, i) -> i++
    :: d_step {
            i < N && IS_EMPTY(hs, i) -> s = hs;
#ifdef NEAR_PAST_EMPTY
            i++
#endif
        };
        break
#ifdef NEAR_ALONE
    :: i == N -> s = hs; break
#else
    :: d_step { s = tail; i = 0 };
        i = HINT(s);
        do
        :: i < N && !IS_EMPTY(s, i) -> i++
        :: else -> break
        od;
        break
#endif
    od;
    skip;
    d_step { end_of_work = base[s] * N + i; s = 0; i = 0 }
}

/* advance() */
inline advance()
{
    s = hs;
    CHECK(next[s] != 0);
#ifdef REACH_TAIL_BEHIND
    assert(tail != s);
#endif
    follow();
#ifdef NEXT_CUT
    next[hs] = 0;
#endif
#ifndef NOT_USED_AGAIN
    if
    :: next[s] == 0 ->                  /* append(next, headSlots) */
        d_step {
            assert(segments < SEGMENTS);
            t = segments;
            segments++;
            array[t] = array[hs];
            base[t] = base[s] + 1;
            mark_empty(array[hs], t);
#ifdef LATE_CAS
            memory[SEEN] = memory[SEEN] & ~(((1 << N) - 1) << (array[hs] * N))
#endif
        };
        d_step { DRAINED(HOME); next[s] = (next[s] == 0 -> t : next[s]); t = 0 }
    :: else
    fi;
#endif
    d_step { hs = s; hi = 0; s = 0 }
}

#ifdef NULL_BELOW_HINT
#define CLEARED (HINT(hs) > hi -> TAKEN : MARK(hs))
#else
#define CLEARED TAKEN
#endif

/* take(end) until there is nothing before the end. */
inline take_all()
{
    do
    :: base[hs] * N + hi >= end_of_work -> break
    :: else ->
        if
        :: hi == N -> advance()
        :: else
        fi;
        d_step {
            v = SLOT(hs, hi);
            CHECK(v >= 1 && v <= ITEMS);
            CHECK(!(taken & BIT(v)));                   /* taken once */
            CHECK((before[v - 1] & ~taken) == 0);       /* what was pushed before came before */
            slot[AT(hs, hi)] = CLEARED;
            taken = taken | (v >= 1 && v <= ITEMS -> BIT(v) : 0);
            hi++;
            v = 0
        }
    od;
    end_of_work = 0
}

proctype home()
{
    byte hs, hi;                        /* the head: segment and slot */
    byte me = HOME, s, t, i, m, v, end_of_work;
    bool won, found;
    do
    :: true ->                          /* poll */
        look(found);
        if
        :: found
        :: else ->
            store(HOME, STATE, ARMED);
#ifndef NO_LOOP_FENCE
            fence(HOME);
#endif
#ifndef NO_SECOND_LOOK
            look(found);
#endif
            if
            :: found
            :: else -> doorbell         /* sleeps */
            fi;
            exchange(HOME, STATE, AWAKE, v);
            d_step { doorbell = false; v = 0 }
        fi;
        found = false;
        find_end();
        take_all()
#ifndef NO_CLOSE
    :: true ->                          /* close, and run what was accepted */
        push(CLOSED);
        find_end();
        take_all();
        look(found);
        CHECK(taken == accepted);       /* all of it, without waiting for anybody */
        CHECK(!found);
#ifdef REACH_CLOSED_AT_THE_END
        assert(hi != N - 1);
#endif
#ifdef REACH_CLOSED_IN_NEW_SEGMENT
        assert(hi != N);
#endif
        break
#endif
    od
}

#define LEFT   ((closed * accepted | !closed * rung) & ~taken)
#define SERVED (finished + stalled == PRODUCERS && LEFT == 0)

#ifdef NO_HANG
active proctype hang()
{
    timeout -> assert(SERVED)
}
#endif

init
{
    atomic {
        byte p, m;
        start_buffers();
        mark_empty(0, 0);
        run home();
        for (p : 1 .. PRODUCERS) { run producer(p) }
        p = 0
    }
}

/* Every push comes to its end, and what was announced, or accepted before the close, is taken. */
ltl all_done { <> [] SERVED }
