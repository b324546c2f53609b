/*
 * The queue of work: many threads push, the home thread takes (MPSC). Segments of N slots, linked, never used again; a
 * slot goes from empty to its item, and from there to TAKEN. PRODUCERS threads push an item each and ring, the first of them
 * ITEMS_OF_FIRST; the home thread polls, as in wakeup.pml but for what does not matter here, and may close the queue
 * between two polls.
 *
 *   push(x)   takes the last segment and its hint; from there to the first empty slot, CAS(null -> x), hint = i + 1;
 *             CLOSED on the way: refused. At the end: the next segment, or CAS(next, null -> a segment that begins with x)
 *   poll()    the slots in order, as far as they are filled
 *   close()   pushes CLOSED, which stays
 *
 * Slots change by compare-and-set; the hints and the loop's state are stored through memory.pml's queues.
 *
 *   NULLED               a slot becomes empty again when its item is taken
 *   NULLED_BELOW_HINT    ... but only if the hint is past it
 *   NO_REREAD            a lost compare-and-set goes on to the next slot, without a look at what won
 *   CLOSE_MOVES_HINT     the closer moves the hint past CLOSED
 *   CLOSED_TAKEN         CLOSED becomes TAKEN when the home thread comes to it
 *   HINT_FIRST           the hint is moved before the slot is filled
 *   NEXT_CUT             the home thread cuts the link of a segment that it leaves
 *   PLAIN_TAIL           (no bug) the last segment is stored, not compared and set
 *   EMPTY_SEGMENT        (no bug) a new segment is linked empty
 *   LATE_CAS             (no bug) others may see a slot as empty for a while after its compare-and-set succeeded, as where
 *                        that is no full fence; whoever tries to set the slot sees it
 *   OPAQUE_HINT          the hint is no release store: it may be seen before the slot
 *   NO_CLOSE             (no bug) the home thread never closes the queue
 *   NO_LOOP_FENCE, NO_SECOND_LOOK, NO_NOTIFIER_FENCE   as in wakeup.pml
 *   STALLED              (no bug) the first producer may be held up for ever, anywhere in push() and before ring()
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
#define ITEMS    (PRODUCERS - 1 + ITEMS_OF_FIRST)
#define SEGMENTS ((ITEMS + 1 + N - 1) / N)      /* of the items and CLOSED */

#define CPUS (PRODUCERS + 1)
#define HOME 0

#define STATE 0
#define HINTS 1         /* two bits for each segment */
#define SEEN  2         /* with LATE_CAS: the slots that others see filled */
#define VARS  3
#define RELEASED HINTS

#include "memory.pml"

#define AWAKE 0
#define ARMED 1
#define RUNG  2

#define EMPTY  0
#define TAKEN  254
#define CLOSED 255

byte slot[SEGMENTS * N];
bool next[SEGMENTS];
byte tail;              /* the last segment, or one before it */
bool doorbell;

/* What only the model knows; a bit for each item. */
byte accepted, taken;
#ifdef SAFE
byte returned;          /* pushed, and push() has returned */
byte before[ITEMS];     /* what was returned when the push of this began */
#endif
byte rung;              /* pushed, and ring() has returned */
bool closed;            /* CLOSED is in its slot */
byte finished;          /* producers */
bool stalled;

#define BIT(item) (1 << (item - 1))
#define HINT(s)   ((memory[HINTS] >> (2 * s)) & 3)

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

#ifdef LATE_CAS
#define CAS_FENCE(cpu) true
#define SEES(i) ((memory[SEEN] & (1 << (i))) || (me == HOME && slot[i] == CLOSED))
#else
#define CAS_FENCE(cpu) DRAINED(cpu)
#define SEES(i) true
#endif
#define SLOT(i) (SEES(i) -> slot[i] : EMPTY)
#define NEXT(s) (next[s] && SEES((s + 1) * N))

/* In the step that puts x into a slot, if it won. */
inline becomes_visible(what)
{
    CHECK(!(won && closed));            /* nothing is accepted after the close */
    closed = closed || (won && what == CLOSED);
    accepted = accepted | (won && what != CLOSED -> BIT(what) : 0)
}

/* What a compare-and-set that failed does not hide, and one that succeeded may hide for a while. */
inline seen_by_all(which)
{
#ifdef LATE_CAS
    if
    :: won -> store_or(me, SEEN, (1 << (which)))
    :: else -> memory[SEEN] = memory[SEEN] | (1 << (which))
    fi
#else
    skip
#endif
}

/* Fills a slot if it is empty. */
inline fill(at, what)
{
    d_step {
        CAS_FENCE(me);
        won = (slot[at] == EMPTY);
        slot[at] = (won -> what : slot[at]);
        becomes_visible(what)
    };
    seen_by_all(at)
}

/* Links a segment that begins with x, if none is linked yet. */
inline link(last, what)
{
    d_step {
        CAS_FENCE(me);
        CHECK(last + 1 < SEGMENTS);
        won = !next[last];
        next[last] = true
#ifndef EMPTY_SEGMENT
        ; slot[(last + 1) * N] = (won -> what : slot[(last + 1) * N]);
        becomes_visible(what)
#endif
    };
    seen_by_all((last + 1) * N)
}

inline move_hint(segment, to)
{
#ifdef OPAQUE_HINT
    store_bits(me, HINTS, (255 - (3 << (2 * segment))), (to << (2 * segment)))
#else
    store_bits_release(me, HINTS, (255 - (3 << (2 * segment))), (to << (2 * segment)))
#endif
}

/* CAS(tail, s, s + 1) */
inline move_tail(from)
{
#ifdef PLAIN_TAIL
    tail = from + 1
#else
    d_step { tail = (tail == from -> from + 1 : tail) }
#endif
}

/* push(x); whether it was accepted is in won. */
inline push(what)
{
    s = tail;
    MAY_STALL;
    i = HINT(s);
    do
    :: i < N ->
        v = SLOT(s * N + i);
        MAY_STALL;
        if
        :: v == CLOSED -> won = false; break
        :: v == EMPTY ->
#ifdef HINT_FIRST
            move_hint(s, (i + 1));
#endif
            fill(s * N + i, what);
            MAY_STALL;
            if
            :: won ->
#ifndef HINT_FIRST
#ifndef CLOSE_MOVES_HINT
                if
                :: what != CLOSED -> move_hint(s, (i + 1))
                :: else
                fi;
#else
                move_hint(s, (i + 1));
#endif
#endif
                break
            :: else                     /* look at what won */
#ifdef REACH_LOST_SLOT
                -> assert(false)
#endif
#ifdef NO_REREAD
                -> i++
#endif
            fi
        :: else -> i++
        fi
    :: else ->
        if
        :: NEXT(s) -> move_tail(s); s++; i = HINT(s)
        :: else ->
            link(s, what);
            MAY_STALL;
#ifdef EMPTY_SEGMENT
            move_tail(s); s++; i = 0
#else
            if
            :: won -> move_tail(s); break
            :: else                     /* next is set: go there */
#ifdef REACH_LOST_LINK
                -> assert(false)
#endif
            fi
#endif
        fi
    od;
    skip;
    d_step { s = 0; i = 0; v = 0 }
}

#ifdef SAFE
#define PUSH_BEGINS before[x - 1] = returned
#define PUSH_ENDS   returned = returned | BIT(x)
#else
#define PUSH_BEGINS skip
#define PUSH_ENDS   skip
#endif

proctype producer(byte me)
{
    byte k, x, s, i, v;
    bool won;
    for (k : 1 .. (me == 1 -> ITEMS_OF_FIRST : 1)) {
        d_step { x = (me == 1 -> k : me - 1 + ITEMS_OF_FIRST); PUSH_BEGINS };
        push(x);
        if
        :: won ->
            PUSH_ENDS;
            MAY_STALL;
#ifndef NO_NOTIFIER_FENCE
            fence(me);                  /* ring() */
#endif
            if
            :: memory[STATE] == ARMED ->
                compare_and_set(me, STATE, ARMED, RUNG, won);
                if
                :: won -> doorbell = true
                :: else
                fi
            :: else
            fi;
            rung = rung | BIT(x)
        :: else
        fi;
        won = false
    };
    skip;
    d_step { k = 0; x = 0; finished++ }
}

/* What is at the head: EMPTY, CLOSED or an item. Goes on to the next segment if there is one. */
inline peek()
{
    if
    :: i == N && NEXT(s) ->
#ifdef REACH_TAIL_BEHIND
        assert(tail != s);
#endif
#ifdef NEXT_CUT
        next[s] = false;
#endif
        move_tail(s);
        d_step { s++; i = 0 }
    :: else
    fi;
    v = (i == N -> EMPTY : SLOT(s * N + i))
}

inline take()
{
    d_step {
        CHECK(!(taken & BIT(v)));                       /* taken once */
        CHECK((before[v - 1] & ~taken) == 0);           /* what was pushed before came before */
#ifdef NULLED
        slot[s * N + i] = EMPTY;
#else
#ifdef NULLED_BELOW_HINT
        slot[s * N + i] = (HINT(s) > i -> EMPTY : TAKEN);
#else
        slot[s * N + i] = TAKEN;
#endif
#endif
        taken = taken | BIT(v);
        i++;
        v = 0
    }
}

proctype home()
{
    byte s, i, v;                       /* the head: segment and slot */
    byte me = HOME, hs, hi;
    bool won;
    do
    :: true ->                          /* poll */
        peek();
        if
        :: v != EMPTY
        :: else ->
            store(HOME, STATE, ARMED);
#ifndef NO_LOOP_FENCE
            fence(HOME);
#endif
#ifndef NO_SECOND_LOOK
            peek();
#endif
            if
            :: v != EMPTY
            :: else -> doorbell         /* sleeps */
            fi;
            exchange(HOME, STATE, AWAKE, v);
            doorbell = false;
            peek()
        fi;
        do
        :: v == EMPTY -> break
        :: else -> take(); peek()
        od
#ifndef NO_CLOSE
    :: true ->                          /* close */
        d_step { hs = s; hi = i };
        push(CLOSED);
        d_step { s = hs; i = hi; hs = 0; hi = 0; won = false };
        do
        :: peek();
            if
            :: v == EMPTY -> CHECK(false); break            /* it need not wait for anybody */
            :: v == CLOSED -> CHECK(taken == accepted); break   /* what was accepted came before */
            :: else -> take()
            fi
        od;
#ifdef CLOSED_TAKEN
        slot[s * N + i] = TAKEN;
#endif
#ifdef REACH_CLOSED_AT_THE_END
        assert(i != N - 1);
#endif
#ifdef REACH_CLOSED_IN_NEW_SEGMENT
        assert(i != 0);
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
        byte p;
        start_buffers();
        run home();
        for (p : 1 .. PRODUCERS) { run producer(p) }
        p = 0
    }
}

/* Every push comes to its end, and what was announced, or accepted before the close, is taken. */
ltl all_done { <> [] SERVED }
