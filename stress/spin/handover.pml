/*
 * The way back from the loop to a thread that is parked: Handover.java, and of Hop.java and FdWait.java what surrounds it. One home
 * thread, one thread that waits, and one that interrupts it. How the loop hears of the call is no part of this: the thread pushes it,
 * and wakeup.pml has that.
 *
 *   TELLS             (no bug) the loop does not take it first: it tells of a descriptor's events
 *   INTERRUPTER       (no bug) a third thread interrupts the one that waits; a time-out is the same
 *   ERRORS            (no bug) an Error may end the loop's part before and after each deed; the next iteration begins it again
 *   STEALS            (no bug) code that the thread runs before it looks may consume its permit
 *   STEALS_LATE       such code runs between the look and the park
 *   UNPARK_FIRST      the permit comes before SETTLED
 *   NO_UNPARK_AGAIN   what is SETTLED already is taken as delivered after an Error
 *   OVER_FIRST        that nothing is left to do is noted before the deed
 *   OUTCOME_LATE      the outcome is stored after SETTLED
 *   SETTLE_STORE      SETTLED is a plain store, not a compare-and-set
 *   LEAVE_STORE       so is LEFT
 */
#define CPUS   2
#define LOOP   0
#define WAITER 1

#define STATE   0
#define OUTCOME 1
#define VARS    2

#include "memory.pml"

#define OPEN    0
#define TAKEN   1
#define SETTLED 2
#define LEFT    3

bool permit;
bool interrupted;
bool got;       /* the thread has the outcome */
bool left;      /* the thread has left */
bool heard;     /* the loop holds that the thread gets the outcome */

#ifdef ERRORS
#define MAY_FAIL if :: goto again :: true fi
#else
#define MAY_FAIL skip
#endif

inline steal()
{
    if
    :: permit -> permit = false
    :: true
    fi
}

/* Handover.giveUp */
inline give_up()
{
    before = memory[STATE];
    do
    :: before < SETTLED ->
#ifdef LEAVE_STORE
        store(WAITER, STATE, LEFT); won = true;
#else
        compare_and_set(WAITER, STATE, before, LEFT, won);
#endif
        if
        :: won -> left = true; break
        :: else -> before = memory[STATE]
        fi
    :: else -> break
    od
}

/* Handover.await */
proctype waiter()
{
    byte before;
    bool won;
    do
    :: true ->
#ifdef STEALS
        steal();
#endif
        if
        :: memory[STATE] == SETTLED -> assert(memory[OUTCOME] == 1); got = true; break
        :: else
        fi;
#ifdef STEALS_LATE
        steal();
#endif
        if
        :: interrupted ->
            give_up();
            if
            :: left -> break
            :: else
            fi
        :: else
        fi;
        d_step { permit || interrupted; permit = false }
    od
}

/* Hop.run, or FdWait.tell; then Handover.settle */
proctype loop()
{
    byte before;
    bool won;
again:
#ifndef TELLS
    compare_and_set(LOOP, STATE, OPEN, TAKEN, won);     /* begin; no step fails between this and the outcome */
#else
    won = (memory[STATE] == OPEN);
#endif
    if
    :: won ->
#ifndef OUTCOME_LATE
        store(LOOP, OUTCOME, 1)
#endif
    :: else
    fi;
    MAY_FAIL;
    before = memory[STATE];
    if
    :: before == LEFT -> goto over
#ifdef NO_UNPARK_AGAIN
    :: before == SETTLED -> heard = true; goto over
#endif
    :: else
    fi;
#ifdef UNPARK_FIRST
    permit = true;
#endif
    if
    :: before != SETTLED ->
#ifdef SETTLE_STORE
        store(LOOP, STATE, SETTLED); won = true;
#else
        compare_and_set(LOOP, STATE, before, SETTLED, won);
#endif
        if
        :: won
        :: else -> goto over
        fi
    :: else
    fi;
#ifdef OUTCOME_LATE
    store(LOOP, OUTCOME, 1);
#endif
    heard = true;
#ifdef OVER_FIRST
    if
    :: goto over
    :: true
    fi;
#endif
    MAY_FAIL;
#ifndef UNPARK_FIRST
    permit = true;
#endif
    MAY_FAIL;
over:
    skip
}

#ifdef INTERRUPTER
proctype interrupter()
{
    interrupted = true
}
#endif

init
{
    atomic {
        start_buffers();
        run waiter();
        run loop();
#ifdef INTERRUPTER
        run interrupter();
#endif
    }
}

/* Nobody can move: then the thread has the outcome or has left, and not both. */
active proctype hang()
{
    timeout -> assert(got || left); assert(!(heard && left))
}
